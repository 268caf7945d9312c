#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "alerts/rules.h"
#include "base/text.h"
#include "tree/reader.h"

namespace kenko::alerts {
namespace {

using tree::Need;
using tree::Reader;

constexpr int32_t kMostDays = 365;
constexpr int32_t kWeek = 7;

// Names that rules may have: they stand in commands and in names of columns.
bool is_cause(std::string_view name) {
  const auto fine = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), fine);
}

class RulesReader {
 public:
  RulesReader(const tree::Tree& tree, Problems& problems)
      : tree_(tree), problems_(problems), top_(tree, tree.root(), problems) {}

  Rules read() {
    if (!top_.is_map()) return {};
    const auto version = top_.integer("kenko", 1, INT64_MAX, Need::required);
    if (version && *version != 1)
      top_.add("kenko", "unknown-version", fmt::format("format {} is not known", *version), "this version reads 1");
    levels();
    ladder();
    out_.cool_down_days = top_.days("cool_down").value_or(out_.cool_down_days);
    if (const tree::Node* node = top_.find("contacted")) {
      if (const auto text = top_.text("contacted")) {
        out_.contacted = *text;
        out_.contacted_at = *node;
      }
    }
    storm();
    fire_after_ = top_.integer("fire_after", 1, kMostDays).value_or(1);
    clear_after_ = top_.integer("clear_after", 1, kMostDays).value_or(3);
    top_.each("alerts", "alert", [this](const tree::Node& name, Reader& entry) { rule(name, entry); }, Need::required);
    top_.finish();
    return std::move(out_);
  }

 private:
  void levels() {
    static constexpr std::pair<int32_t, int32_t> kDefaults[] = {{7'500, 5}, {6'000, 2}, {4'000, 0}};
    for (size_t l = 0; l < kLevels; ++l)
      out_.levels[l] = {kDefaults[l].first, calendar::WorkSpan::days(kDefaults[l].second)};
    auto map = top_.map("levels");
    if (!map) return;
    for (const Level level : kAllLevels) {
      auto entry = map->map(word(level));
      if (!entry) continue;
      LevelRule& rule = out_.levels[static_cast<size_t>(level)];
      rule.below_hundredths = hundredths(*entry, "below", 1, 100).value_or(rule.below_hundredths);
      if (const tree::Node* node = entry->find("respond"))
        rule.respond = calendar::read_work_span(entry->values(), *node, "`respond`").value_or(rule.respond);
      entry->finish();
    }
    for (size_t l = 1; l < kLevels; ++l) {
      if (out_.levels[l].below_hundredths < out_.levels[l - 1].below_hundredths) continue;
      map->add(word(kAllLevels[l]), "wrong-order",
               fmt::format("`{}` must end below `{}`", word(kAllLevels[l]), word(kAllLevels[l - 1])),
               "critical: 40, at_risk: 60, warning: 75");
    }
    map->finish();
  }

  static std::optional<int32_t> hundredths(Reader& reader, std::string_view key, int64_t least, int64_t most) {
    const auto points = reader.decimal(key);
    if (!points) return std::nullopt;
    if (*points < Decimal::whole(least) || *points > Decimal::whole(most) || points->micros % 10'000 != 0) {
      reader.add(key, "out-of-range",
                 fmt::format("`{}` is from {} to {} points, not {}", key, least, most, points->text()));
      return std::nullopt;
    }
    return static_cast<int32_t>(points->micros / 10'000);
  }

  void ladder() {
    out_.ladder = {Rung::owner, Rung::manager, Rung::manager};
    const auto names = top_.texts("ladder");
    if (!names) return;
    out_.ladder.clear();
    for (const std::string& name : *names) {
      if (name == "owner" && out_.ladder.empty()) {
        out_.ladder.push_back(Rung::owner);
      } else if (name == "manager" && !out_.ladder.empty()) {
        out_.ladder.push_back(Rung::manager);
      } else {
        top_.add("ladder", "bad-ladder", fmt::format("the ladder cannot go on with `{}`", name),
                 "[owner, manager, manager]: first the owner, then the owner's manager, then the manager's");
        break;
      }
    }
    if (out_.ladder.empty()) out_.ladder.push_back(Rung::owner);
  }

  void storm() {
    auto map = top_.map("storm");
    if (!map) return;
    out_.storm_share_micros = map->percent("share").value_or(out_.storm_share_micros);
    out_.storm_accounts = static_cast<int32_t>(map->integer("accounts", 1, 1'000'000).value_or(out_.storm_accounts));
    map->finish();
  }

  void rule(const tree::Node& name, Reader& entry) {
    static const std::vector<std::pair<std::string, Kind>> kKinds{
        {"level", Kind::level},     {"fall", Kind::fall},     {"baseline", Kind::baseline},
        {"trigger", Kind::trigger}, {"band", Kind::band},     {"condition", Kind::condition},
        {"renewal", Kind::renewal}, {"silent", Kind::silent}, {"insufficient", Kind::insufficient}};
    Rule r;
    r.name = name.text;
    r.at = name;
    if (!is_cause(r.name) || r.name == kContacted || r.name == word(Kind::storm)) {
      problems_.push_back(tree_.problem(name, "bad-name", fmt::format("`{}` cannot be the name of an alert", r.name),
                                        "up to 40 small letters, digits and _; not `contacted`, not `storm`"));
    }
    const auto kind = entry.choice<Kind>("kind", kKinds, Need::required);
    r.kind = kind.value_or(Kind::level);
    r.title = entry.text("title").value_or("");
    r.helps = entry.text("helps").value_or("");
    r.fire_after = static_cast<int32_t>(entry.integer("fire_after", 1, kMostDays).value_or(fire_after_));
    r.clear_after = static_cast<int32_t>(entry.integer("clear_after", 1, kMostDays).value_or(clear_after_));
    if (!kind) {
      for (const char* key : {"level", "points", "within", "deviations", "below", "trigger", "when", "weeks"})
        entry.allow(key);
    } else {
      of_kind(r, entry);
    }
    entry.finish();
    out_.rules.push_back(std::move(r));
  }

  void of_kind(Rule& r, Reader& entry) {
    if (r.kind != Kind::level) {
      static const std::vector<std::pair<std::string, Level>> kLevelWords{
          {"warning", Level::warning}, {"at_risk", Level::at_risk}, {"critical", Level::critical}};
      r.level = entry.choice<Level>("level", kLevelWords).value_or(Level::at_risk);
    }
    switch (r.kind) {
      case Kind::level:
        if (std::exchange(level_seen_, true))
          entry.add("kind", "duplicate-key", "there are two rules of kind `level`",
                    "one alert an account goes through the levels");
        break;
      case Kind::fall:
        r.points = hundredths(entry, "points", 1, 100).value_or(2'000);
        r.within_days = days(entry, "within", 30);
        break;
      case Kind::baseline:
        r.within_days = days(entry, "within", 90);
        if (const auto n = entry.decimal("deviations")) r.deviations = n->as_double();
        if (r.deviations <= 0) entry.add("deviations", "out-of-range", "`deviations` is more than 0");
        if (r.within_days < kBaselineFewestRows)
          entry.add("within", "out-of-range", fmt::format("a baseline needs at least {} days", kBaselineFewestRows));
        break;
      case Kind::trigger:
        r.trigger = entry.text("trigger", Need::required).value_or("");
        break;
      case Kind::band:
        r.within_days = days(entry, "within", 30);
        break;
      case Kind::condition:
        if (const tree::Node* node = entry.find("when", Need::required)) {
          r.expression = entry.text("when").value_or("");
          r.expression_at = *node;
        }
        break;
      case Kind::renewal:
        r.within_days = days(entry, "within", 90);
        r.below = hundredths(entry, "below", 1, 100).value_or(6'000);
        break;
      case Kind::silent:
        break;
      case Kind::insufficient:
        r.fire_after = static_cast<int32_t>(entry.integer("weeks", 1, 52).value_or(4)) * kWeek;
        break;
      case Kind::storm:
        break;
    }
  }

  int32_t days(Reader& entry, std::string_view key, int32_t usual) {
    const auto n = entry.days(key);
    if (n && *n > kMostDays) entry.add(key, "out-of-range", fmt::format("`{}` is at most {} days", key, kMostDays));
    return n ? std::min(*n, kMostDays) : usual;
  }

  const tree::Tree& tree_;
  Problems& problems_;
  Reader top_;
  Rules out_;
  int64_t fire_after_ = 1, clear_after_ = 3;
  bool level_seen_ = false;
};

}  // namespace

std::string_view word(Level level) {
  static constexpr std::string_view kWords[] = {"warning", "at_risk", "critical"};
  return kWords[static_cast<size_t>(level)];
}

std::string_view word(Kind kind) {
  static constexpr std::string_view kWords[] = {"level",     "fall",    "baseline", "trigger",      "band",
                                                "condition", "renewal", "silent",   "insufficient", "storm"};
  return kWords[static_cast<size_t>(kind)];
}

Hash128 Rule::meaning() const {
  PartsHash hash;
  hash.add(name).add(static_cast<int64_t>(kind)).add(trigger).add(expression);
  if (kind == Kind::fall) hash.add(points);
  if (kind == Kind::baseline) hash.add(fmt::format("{}", deviations));
  if (kind == Kind::renewal) hash.add(below);
  if (kind == Kind::fall || kind == Kind::baseline || kind == Kind::band || kind == Kind::renewal)
    hash.add(within_days);
  return hash.hash();
}

Result<Rules> read_rules(std::string_view yaml, const std::string& file) {
  Problems problems;
  auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  Rules rules = RulesReader(*tree, problems).read();
  if (has_errors(problems)) return problems;
  rules.document = std::move(*tree);
  rules.warnings = std::move(problems);
  return rules;
}

}  // namespace kenko::alerts

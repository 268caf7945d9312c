#include "cases/alerts/read_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/decimal.h"
#include "base/text.h"
#include "calendar/read_calendar.h"
#include "team/read_team.h"
#include "tree/reader.h"

namespace kenko::cases {
namespace {

using alerts::AccountDay;
using alerts::ClosedDay;
using alerts::Truth;

constexpr int64_t kMicrosPerMinute = 60'000'000;
constexpr int64_t kCloseMicros = 6 * 60 * kMicrosPerMinute;  // six in the morning of the day after
const std::string kHead = "kenko: 1\n";
const std::string kLevelsOnly =
    "levels:\n  critical: {below: 40, respond: 0h}\n  at_risk: {below: 60, respond: 2d}\n"
    "  warning: {below: 75, respond: 5d}\nfire_after: 2\nclear_after: 3\nalerts:\n  level: {kind: level}\n";

// Days are written as those of March 2026; April goes on with 32.
Day day_numbered(int64_t number) { return Day::of(2026, 3, 1) + static_cast<int32_t>(number - 1); }
int64_t number_of(Day day) { return day - Day::of(2026, 2, 28); }
Instant close_of_day(Day day) { return {(int64_t{day.number} + 1) * kMicrosPerDay + kCloseMicros}; }

struct Range {
  int64_t first = 0, last = 0;
};

std::optional<Range> range_of(std::string_view text) {
  const size_t dots = text.find("..");
  const auto first = text::parse_int(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : text::parse_int(text.substr(dots + 2));
  if (!first || !last || *first > *last) return std::nullopt;
  return Range{*first, *last};
}

// `a1` or `a1..a12`.
std::vector<std::string> names_of(const std::string& text) {
  const size_t dots = text.find("..");
  if (dots == std::string::npos) return {text};
  const size_t digits = text.find_first_of("0123456789");
  const std::string stem = text.substr(0, digits);
  const auto range = range_of(text.substr(digits, dots - digits) + ".." + text.substr(dots + 2 + stem.size()));
  std::vector<std::string> out;
  for (int64_t i = range ? range->first : 1; range && i <= range->last; ++i)
    out.push_back(fmt::format("{}{}", stem, i));
  return out;
}

std::optional<Instant> moment_of(const std::string& text) {
  if (text.starts_with("close ")) {
    const auto number = text::parse_int(text.substr(6));
    return number ? std::optional(close_of_day(day_numbered(*number))) : std::nullopt;
  }
  const auto words = text::split(text, ' ');
  if (words.size() != 2 || words[1].size() != 5) return std::nullopt;
  const auto number = text::parse_int(words[0]);
  const auto hours = text::parse_int(words[1].substr(0, 2)), minutes = text::parse_int(words[1].substr(3));
  if (!number || !hours || !minutes) return std::nullopt;
  return Instant{int64_t{day_numbered(*number).number} * kMicrosPerDay + (*hours * 60 + *minutes) * kMicrosPerMinute};
}

class CaseReader {
 public:
  CaseReader(const std::string& text, AlertCase& out) : text_(text), out_(out) {}

  Problems read() {
    auto tree = tree::Tree::parse(text_, out_.name, problems_);
    if (!tree) return std::move(problems_);
    tree::Reader top(*tree, tree->root(), problems_);
    out_.about = top.text("about", tree::Need::required).value_or("");
    out_.rule = top.text("rule", tree::Need::required).value_or("");
    if (out_.rule.starts_with("ALERTS.md#")) out_.rule.erase(0, 10);
    if (const auto bands = top.texts("bands")) bands_ = *bands;
    out_.shown = top.texts("show").value_or(std::vector<std::string>{});
    read_in_force(top);
    if (auto models = top.map("models")) {
      for (const tree::Entry& e : models->node().entries) models_[number(e.key.text)] = e.value.text;
    }
    const auto days = top.text("days");
    const auto rows = table(top, "rows"), deeds = table(top, "deeds");
    out_.expect = table(top, "expect").value_or(TextTable{});
    if (out_.expect.columns.empty()) out_.expect.columns = {"at", "alert", "what"};
    out_.standing = table(top, "alerts");
    out_.order = table(top, "order");
    const auto until = top.text("until");
    top.finish();
    if (!rows) add("a case needs `rows`");
    if (!problems_.empty()) return std::move(problems_);
    make_days(*rows, days);
    if (deeds) make_deeds(*deeds);
    out_.world.until = until ? moment(*until) : out_.world.days.empty() ? Instant{} : out_.world.days.back().at;
    return std::move(problems_);
  }

 private:
  void add(std::string message) { problems_.push_back(wrong(std::move(message))); }

  template <typename T>
  T take(Result<T> result) {
    if (result.ok()) return std::move(result).value();
    for (const Problem& p : result.problems()) problems_.push_back(p);
    return T{};
  }

  std::optional<TextTable> table(tree::Reader& top, const char* key) {
    const auto text = top.text(key);
    return text ? std::optional(take(parse_table(*text, key))) : std::nullopt;
  }

  int64_t number(const std::string& text) {
    const auto n = text::parse_int(text);
    if (!n) add(fmt::format("`{}` is no number", text));
    return n.value_or(0);
  }

  int32_t points(const std::string& text) {
    const ParsedDecimal n = parse_decimal(text);
    if (n.fault != ParsedDecimal::Fault::none) add(fmt::format("`{}` is no number of points", text));
    return static_cast<int32_t>(n.value.micros / 10'000);
  }

  Instant moment(const std::string& text) {
    const auto at = moment_of(text);
    if (!at) add(fmt::format("`{}` is no moment: `close 3` or `4 09:30`", text));
    return at.value_or(Instant{});
  }

  // --- rules, calendar, team

  void read_in_force(tree::Reader& top) {
    alerts::Setup setup;
    if (const auto text = top.text("calendar"))
      setup.calendar = take(calendar::read_calendar(kHead + *text, "calendar", TimeZone(), {}));
    if (const auto text = top.text("team")) setup.team = take(team::read_team(kHead + *text, "team", setup.calendar));
    setup.rules = take(alerts::read_rules(kHead + top.text("rules").value_or(kLevelsOnly), "rules"));
    first_ = std::make_shared<alerts::Setup>(setup);
    if (auto later = top.map("later_rules")) {
      later_from_ = number(later->text("from", tree::Need::required).value_or("0"));
      setup.rules = take(alerts::read_rules(kHead + later->text("rules", tree::Need::required).value_or(""), "later"));
      later_ = std::make_shared<alerts::Setup>(setup);
      later->finish();
    }
  }

  // --- rows

  void make_days(const TextTable& rows, const std::optional<std::string>& days) {
    std::map<int64_t, std::map<std::string, const TableRow*>> by_day;  // the last line for an account counts
    Range all{INT64_MAX, INT64_MIN};
    for (const TableRow& row : rows.rows) {
      const auto range = range_of(rows.cell(row, "day").value_or(""));
      if (!range) return add("a row needs its day: `3` or `3..9`");
      for (int64_t d = range->first; d <= range->last; ++d) {
        for (const std::string& name : names_of(rows.cell(row, "account").value_or("a1"))) by_day[d][name] = &row;
      }
      all = {std::min(all.first, range->first), std::max(all.last, range->last)};
    }
    if (days) all = range_of(*days).value_or(all);
    std::string model = "first";
    for (int64_t d = all.first; d <= all.last; ++d) {
      if (models_.contains(d)) model = models_[d];
      ClosedDay day;
      day.day = day_numbered(d);
      day.at = close_of_day(day.day);
      day.texts = out_.world.texts.get();
      day.model = hash128(model);
      for (const std::string& column : rows.columns) {
        if (column.starts_with("when.")) day.conditions.push_back(column.substr(5));
      }
      for (const auto& [name, row] : by_day[d]) day.accounts.push_back(make_row(rows, *row, name, day));
      out_.world.days.push_back(std::move(day));
      out_.world.setups.push_back(later_ && d >= later_from_ ? later_ : first_);
    }
  }

  uint32_t code(const std::optional<std::string>& text) {
    return text && !text->empty() ? out_.world.texts->intern(*text) : 0;
  }

  std::vector<uint32_t> codes(const std::optional<std::string>& text) {
    std::vector<uint32_t> out;
    if (!text) return out;
    for (const std::string_view word : text::split(*text, ',')) out.push_back(code(std::string(text::trim(word))));
    return out;
  }

  AccountDay make_row(const TextTable& rows, const TableRow& row, const std::string& name, const ClosedDay& day) {
    const auto cell = [&](const char* column) { return rows.cell(row, column); };
    const auto has = [&](const char* column) { return rows.column(column).has_value(); };
    AccountDay r;
    r.account = r.top_parent = code(name);
    r.status = code(cell("status").value_or("active"));
    r.state = code(cell("state").value_or("scored"));
    r.segment = code(cell("segment"));
    r.stage = code(cell("stage"));
    r.owner = code(cell("owner"));
    r.territory = code(cell("territory"));
    r.touch = code(cell("touch"));
    r.band = code(cell("band"));
    if (const auto band = cell("band")) {
      const auto at = std::find(bands_.begin(), bands_.end(), *band);
      if (at == bands_.end()) add(fmt::format("`{}` is none of `bands`", *band));
      r.band_place = static_cast<int32_t>(at - bands_.begin());
    }
    if (const auto score = cell("score")) r.score = points(*score);
    make_change(r, name, cell("own"), cell("other"), has("own"));
    if (const auto arr = cell("arr")) r.arr = number(*arr) * 1'000'000;
    if (const auto loss = cell("loss")) r.expected_loss = number(*loss) * 1'000'000;
    if (const auto renewal = cell("renewal")) r.renewal = day_numbered(number(*renewal)).number;
    r.triggers = codes(cell("triggers"));
    r.stale_sources = codes(cell("stale"));
    for (const std::string& condition : day.conditions) {
      const auto said = cell(("when." + condition).c_str());
      r.conditions.push_back(!said ? Truth::unknown : *said == "yes" ? Truth::yes : Truth::no);
    }
    return r;
  }

  // What is not said follows from the scores: all of the change that is not `other` is the customer's own doing.  `-`
  // under `own`: the change is not known.
  void make_change(AccountDay& r, const std::string& name, const std::optional<std::string>& own,
                   const std::optional<std::string>& other, bool says_own) {
    const auto before = scores_.find(name);
    const int32_t of_others = other ? points(*other) : 0;
    const bool both = before != scores_.end() && r.score != alerts::kNone;
    r.change = both ? r.score - before->second : of_others;
    r.own_change = own ? points(*own) : r.change - of_others;
    if (own && !both) r.change = r.own_change + of_others;
    r.explained = own.has_value() || !says_own;
    if (r.score != alerts::kNone) scores_[name] = r.score;
  }

  void make_deeds(const TextTable& deeds) {
    for (const TableRow& row : deeds.rows) {
      reference::Deed deed;
      deed.at = moment(deeds.cell(row, "at").value_or(""));
      deed.by = deeds.cell(row, "by").value_or("anna");
      const std::string alert = deeds.cell(row, "alert").value_or("");
      const size_t slash = alert.rfind('/');
      if (slash == std::string::npos) return add(fmt::format("`{}` is no alert: `a1/level`", alert));
      deed.subject = alert.substr(0, slash);
      deed.cause = alert.substr(slash + 1);
      deed.act = deeds.cell(row, "act").value_or("note");
      deed.text = deeds.cell(row, "text").value_or("");
      if (const auto until = deeds.cell(row, "until")) deed.until = day_numbered(number(*until));
      out_.world.deeds.push_back(std::move(deed));
    }
  }

  const std::string& text_;
  AlertCase& out_;
  Problems problems_;
  std::vector<std::string> bands_{"red", "orange", "yellow", "green"};
  std::map<int64_t, std::string> models_;
  std::shared_ptr<const alerts::Setup> first_, later_;
  int64_t later_from_ = 0;
  std::map<std::string, int32_t> scores_;  // by account: its last one
};

}  // namespace

std::string moment_text(Instant at) {
  const Day day{static_cast<int32_t>(at.micros / kMicrosPerDay)};
  const int64_t rest = at.micros % kMicrosPerDay;
  if (rest == kCloseMicros) return fmt::format("close {}", number_of(day) - 1);
  const int64_t minutes = rest / kMicrosPerMinute;
  return fmt::format("{} {:02}:{:02}", number_of(day), minutes / 60, minutes % 60);
}

Result<AlertCase> read_alert_case(const std::string& text, const std::string& name) {
  AlertCase out;
  out.name = name;
  Problems problems = CaseReader(text, out).read();
  if (has_errors(problems)) return problems;
  return out;
}

}  // namespace kenko::cases

#include "plays/read_plays.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/text.h"
#include "language/expression.h"
#include "plays/placeholders.h"
#include "tree/reader.h"
#include "tree/tree.h"

namespace kenko::plays {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

constexpr int64_t kMostPriority = 1000;
constexpr int64_t kMostAWeek = 100'000;
constexpr int64_t kMostHoldOut = 500'000;  // more than half held out finds less, and helps fewer
constexpr int64_t kMostForDays = 365;
constexpr size_t kLongestName = 64;

bool is_name(std::string_view s) {
  if (s.empty() || s.size() > kLongestName || s[0] < 'a' || s[0] > 'z') return false;
  return std::all_of(s.begin(), s.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

class FileReader {
 public:
  // known: nullptr = names are not looked up.
  FileReader(std::shared_ptr<const tree::Tree> tree, Problems& problems, const Known* known)
      : document_(std::move(tree)), tree_(*document_), problems_(problems), known_(known) {}

  void read(std::vector<Play>& out) {
    Reader file(tree_, tree_.root(), problems_);
    if (!file.is_map()) return;
    constexpr int64_t kVersion = 1;
    (void)file.integer("kenko", kVersion, kVersion, Need::required);
    file.each(
        "plays", "play", [&](const Node& name, Reader& entry) { out.push_back(play(name, entry)); }, Need::required);
    file.finish();
  }

 private:
  Play play(const Node& name, Reader& entry);
  When when(Reader& entry, const Play& play);
  Stop stop(Reader& entry, const Play& play);
  void enrol(Reader& entry, Play& play);
  void steps(Reader& entry, Play& play);
  Step step(Reader& entry);
  std::optional<Role> role(Reader& entry);
  std::optional<Template> message(Reader& entry);
  std::string message_text(Reader& entry, std::string_view key);
  std::vector<Touch> touch(Reader& entry);
  std::optional<Condition> condition(Reader& entry, std::string name);
  std::vector<std::string> names(Reader& entry, std::string_view key, std::string_view what,
                                 std::vector<std::string> Known::* known);

  std::shared_ptr<const tree::Tree> document_;
  const tree::Tree& tree_;
  Problems& problems_;
  const Known* known_;
};

// Names that must be among `known`; `what` names one of them.
std::vector<std::string> FileReader::names(Reader& entry, std::string_view key, std::string_view what,
                                           std::vector<std::string> Known::* those) {
  const auto found = entry.texts(key);
  if (!found) return {};
  if (known_ == nullptr) return *found;
  const std::vector<std::string>& known = known_->*those;
  const Node& list = *entry.find(key);
  for (size_t i = 0; i < found->size(); ++i) {
    const std::string& name = (*found)[i];
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string hint =
        known.empty() ? fmt::format("there is no {} at all", what) : text::did_you_mean(name, known);
    entry.values().add(list.is_list() ? list.items[i] : list, fmt::format("unknown-{}", what),
                       fmt::format("there is no {} `{}`", what, name), hint);
  }
  return *found;
}

std::vector<Touch> FileReader::touch(Reader& entry) {
  std::vector<Touch> out;
  const auto found = entry.texts("touch");
  if (!found) return out;
  const Node& list = *entry.find("touch");
  for (size_t i = 0; i < found->size(); ++i) {
    bool is_one = false;
    for (const Touch one : {Touch::high, Touch::low, Touch::tech}) {
      if (touch_name(one) != (*found)[i]) continue;
      out.push_back(one);
      is_one = true;
    }
    if (!is_one) {
      entry.values().add(list.is_list() ? list.items[i] : list, "unknown-word",
                         fmt::format("`touch` cannot be `{}`", (*found)[i]), "known: high, low, tech");
    }
  }
  return out;
}

std::optional<Condition> FileReader::condition(Reader& entry, std::string name) {
  const Node* node = entry.find("condition");
  if (node == nullptr) return std::nullopt;
  const auto text = entry.text("condition");
  if (!text) return std::nullopt;
  const auto parsed = language::parse(*text, [&](size_t offset) { return tree_.at(*node, offset); });
  if (!parsed.ok()) {
    problems_.insert(problems_.end(), parsed.problems().begin(), parsed.problems().end());
    return std::nullopt;
  }
  return Condition{std::move(name), language::to_text(*parsed), tree_.place(*node), *node, document_};
}

When FileReader::when(Reader& entry, const Play& play) {
  When out;
  auto map = entry.map("when", Need::required);
  if (!map || !map->is_map()) return out;
  out.bands = names(*map, "band", "band", &Known::bands);
  out.segments = names(*map, "segment", "segment", &Known::segments);
  out.stages = names(*map, "stage", "stage", &Known::stages);
  out.triggers = names(*map, "trigger", "trigger", &Known::triggers);
  out.alerts = names(*map, "alert", "alert", &Known::alerts);
  out.touch = touch(*map);
  out.condition = condition(*map, fmt::format("play.{}", play.name));
  if (const Node* node = map->find("for"); node != nullptr) {
    const auto days = map->days("for");
    if (days && *days > kMostForDays) {
      map->add("for", "out-of-range", fmt::format("`for` of {} days is more than a year", *days));
    } else if (days) {
      out.for_days = *days;
    }
  }
  const bool says_something = !out.bands.empty() || !out.segments.empty() || !out.stages.empty() ||
                              !out.triggers.empty() || !out.alerts.empty() || !out.touch.empty() ||
                              map->node().find("condition") != nullptr;
  if (!says_something) {
    entry.add("when", "empty-condition", fmt::format("the play `{}` would begin for every account", play.name),
              "name a band, segment, stage, trigger, alert or touch, or write a condition");
  }
  map->finish();
  return out;
}

Stop FileReader::stop(Reader& entry, const Play& play) {
  Stop out;
  auto map = entry.map("stop");
  if (!map || !map->is_map()) return out;
  out.bands = names(*map, "band", "band", &Known::bands);
  out.when_over = map->flag("when_over").value_or(false);
  out.condition = condition(*map, fmt::format("play.{}.stop", play.name));
  out.after_days = map->days("after");
  for (const std::string& band : out.bands) {
    if (std::find(play.when.bands.begin(), play.when.bands.end(), band) == play.when.bands.end()) continue;
    map->add("band", "stops-at-once", fmt::format("the play begins in the band `{}` and stops in it", band),
             "stop in bands in which it does not begin");
  }
  map->finish();
  return out;
}

void FileReader::enrol(Reader& entry, Play& play) {
  auto map = entry.map("enrol");
  if (!map || !map->is_map()) return;
  play.once = map->flag("once").value_or(false);
  const auto cool_down = map->days("cool_down");
  if (cool_down) play.cool_down_days = *cool_down;
  if (cool_down && play.once) {
    map->add("cool_down", "once-and-again", "an account that gets a play once needs no `cool_down`",
             "keep one of the two");
  }
  if (const auto most = map->integer("a_week", 1, kMostAWeek)) play.a_week = static_cast<int32_t>(*most);
  play.from = map->day("from");
  play.until = map->day("until");
  if (play.from && play.until && *play.until < *play.from) {
    map->add("until", "ends-before-start",
             fmt::format("`until` {} is before `from` {}", play.until->iso(), play.from->iso()), "both days count");
  }
  map->finish();
}

std::optional<Role> FileReader::role(Reader& entry) {
  const auto word = entry.text("role", Need::required);
  if (!word) return std::nullopt;
  if (*word == "owner") return Role{Role::Kind::owner, *word};
  if (*word == "manager") return Role{Role::Kind::manager, *word};
  if (*word == "automatic") return Role{Role::Kind::automatic, *word};
  if (known_ != nullptr && known_->roles) {
    std::vector<std::string> words{"owner", "manager", "automatic"};
    words.insert(words.end(), known_->roles->begin(), known_->roles->end());
    if (std::find(words.begin(), words.end(), *word) == words.end()) {
      entry.add("role", "unknown-role", fmt::format("nobody of the team has the role `{}`", *word),
                text::did_you_mean(*word, words));
    }
  }
  return Role{Role::Kind::team, *word};
}

// A text whose placeholders are known.
std::string FileReader::message_text(Reader& entry, std::string_view key) {
  const auto text = entry.text(key, Need::required);
  if (!text) return "";
  const Node& node = *entry.find(key);
  for (const PlaceholderFault& fault : check_placeholders(*text)) {
    Problem problem = tree_.at(node, fault.offset);
    problem.code = fault.code;
    problem.message = fault.message;
    problem.hint = fault.hint;
    problems_.push_back(std::move(problem));
  }
  return *text;
}

std::optional<Template> FileReader::message(Reader& entry) {
  auto map = entry.map("message");
  if (!map || !map->is_map()) return std::nullopt;
  Template out{message_text(*map, "subject"), message_text(*map, "text")};
  if (out.subject.find('\n') != std::string::npos) {
    map->add("subject", "bad-subject", "a subject is one line", "write the rest into `text`");
  }
  map->finish();
  return out;
}

Step FileReader::step(Reader& entry) {
  Step out;
  out.name = entry.text("name", Need::required).value_or("");
  if (!out.name.empty() && !is_name(out.name)) {
    entry.add("name", "bad-name", fmt::format("`{}` cannot be the name of a step", out.name),
              "use small letters, digits and `_`, a letter first");
  }
  out.title = entry.text("title").value_or(out.name);
  out.role = role(entry).value_or(Role{});
  if (const Node* due = entry.find("due", Need::required); due != nullptr) {
    out.due = calendar::read_work_span(entry.values(), *due, "`due`").value_or(calendar::WorkSpan{});
  }
  out.touch = touch(entry);
  out.checklist = entry.texts("checklist").value_or(std::vector<std::string>{});
  out.message = message(entry);
  if (out.role.kind == Role::Kind::automatic && entry.node().find("message") == nullptr) {
    entry.add("role", "automatic-without-message", "a step that goes out by itself needs a `message`",
              "write one, or give the step to somebody: role: owner");
  }
  entry.finish();
  return out;
}

void FileReader::steps(Reader& entry, Play& play) {
  const Node* list = entry.find("steps");
  if (list == nullptr || (list->is_list() && list->items.empty())) {
    entry.add("steps", "missing-key", fmt::format("the play `{}` needs `steps`", play.name),
              "a play without steps does nothing");
    return;
  }
  entry.each_item("steps", "step", [&](size_t, Reader& item) {
    Step read = step(item);
    const bool twice = std::any_of(play.steps.begin(), play.steps.end(),
                                   [&](const Step& other) { return !read.name.empty() && other.name == read.name; });
    if (twice)
      item.add("name", "step-twice", fmt::format("two steps are called `{}`", read.name), "rename one of them");
    play.steps.push_back(std::move(read));
  });
}

Play FileReader::play(const Node& name, Reader& entry) {
  Play out;
  out.name = name.text;
  out.place = tree_.place(name);
  if (!is_name(out.name)) {
    entry.values().add(name, "bad-name", fmt::format("`{}` cannot be the name of a play", out.name),
                       "use small letters, digits and `_`, a letter first");
  }
  out.title = entry.text("title").value_or(out.name);
  out.aim = entry.text("aim").value_or("");
  out.when = when(entry, out);
  if (const auto priority = entry.integer("priority", 0, kMostPriority)) out.priority = static_cast<int32_t>(*priority);
  out.beside = entry.flag("beside").value_or(false);
  enrol(entry, out);
  out.stop = stop(entry, out);
  out.hold_out = entry.percent("hold_out").value_or(0);
  if (out.hold_out > kMostHoldOut) {
    entry.add("hold_out", "out-of-range", "at most half of the accounts can be held out",
              "20% is usual: fewer tell little, more help nobody");
  }
  steps(entry, out);
  entry.finish();
  return out;
}

// A play that stands in two files, or under two names in one that YAML takes for the same.
void check_names(const std::vector<Play>& plays, Problems& problems) {
  std::map<std::string, const Play*> first;
  for (const Play& play : plays) {
    const auto [at, fresh] = first.emplace(play.name, &play);
    if (fresh) continue;
    Problem problem;
    problem.code = "play-twice";
    problem.place = play.place;
    problem.message = fmt::format("there are two plays `{}`", play.name);
    problem.hint = fmt::format("the other one is in {}:{}", at->second->place.file, at->second->place.line);
    problems.push_back(std::move(problem));
  }
}

Result<Plays> read_all(const std::vector<PlayFile>& files, const Known* known) {
  Problems problems;
  Plays out;
  for (const PlayFile& file : files) {
    auto tree = tree::Tree::parse(file.yaml, file.file, problems);
    if (tree) FileReader(std::make_shared<const tree::Tree>(std::move(*tree)), problems, known).read(out.all);
  }
  check_names(out.all, problems);
  if (has_errors(problems)) return problems;
  std::sort(out.all.begin(), out.all.end(), [](const Play& a, const Play& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.name < b.name;
  });
  return out;
}

}  // namespace

Result<Plays> read_plays(const std::vector<PlayFile>& files, const Known& known) { return read_all(files, &known); }
Result<Plays> read_plays(const std::vector<PlayFile>& files) { return read_all(files, nullptr); }

}  // namespace kenko::plays

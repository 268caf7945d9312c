#include "team/read_team.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "team/fold_name.h"
#include "tree/reader.h"

namespace kenko::team {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

bool is_person_id(std::string_view id) {
  constexpr size_t kLongest = 64;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (id.empty() || id.size() > kLongest || !letter(id[0])) return false;
  return std::all_of(id.begin(), id.end(), [&](char c) { return letter(c) || c == '_' || c == '-' || c == '.'; });
}

// An address that can be put into a message as it is: no name, no list, nothing that ends a line.
bool is_email(std::string_view text) {
  constexpr size_t kLongest = 254;
  const size_t at = text.find('@');
  if (text.size() > kLongest || at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  if (text.find('@', at + 1) != std::string_view::npos) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ||
           std::string_view("<>(),;:\\\"[]").find(c) != std::string_view::npos;
  });
}

class TeamReader {
 public:
  TeamReader(Reader& file, const calendar::WorkCalendar& calendar) : file_(file), calendar_(calendar) {}

  [[nodiscard]] std::optional<Team> read();

 private:
  struct Entry {
    Person person;
    const Node* key = nullptr;
    const Node* value = nullptr;
  };

  void ids();
  void person(const Node& name, Reader& entry, Person& out);
  void email(Reader& entry, Person& out);
  void region(Reader& entry, Person& out);
  void capacity(Reader& entry, Person& out);
  void absences(Reader& entry, const std::string& id, Person& out);
  void check_names();
  void check_managers();
  void rule(Reader& entry);
  [[nodiscard]] std::optional<PersonId> one(Reader& entry, std::string_view key, const std::string& self = "");
  [[nodiscard]] std::vector<PersonId> several(Reader& entry, std::string_view key, Need need);
  [[nodiscard]] std::optional<PersonId> known(const tree::Values& values, const Node& node, const std::string& id);

  Reader& file_;
  const calendar::WorkCalendar& calendar_;
  std::vector<Entry> people_;  // ascending by id
  std::vector<AssignRule> rules_;
};

// The positions of all people must be known before anybody refers to them.
void TeamReader::ids() {
  const Node* people = file_.node().find("people");
  if (people == nullptr || !people->is_map()) return;
  for (const tree::Entry& entry : people->entries) {
    Entry out;
    out.person.id = entry.key.text;
    out.key = &entry.key;
    out.value = &entry.value;
    people_.push_back(std::move(out));
  }
  std::sort(people_.begin(), people_.end(), [](const Entry& a, const Entry& b) { return a.person.id < b.person.id; });
}

std::optional<PersonId> TeamReader::known(const tree::Values& values, const Node& node, const std::string& id) {
  const auto it =
      std::lower_bound(people_.begin(), people_.end(), id,
                       [](const Entry& entry, const std::string& wanted) { return entry.person.id < wanted; });
  if (it != people_.end() && it->person.id == id) return PersonId{static_cast<uint32_t>(it - people_.begin())};
  std::vector<std::string> ids;
  for (const Entry& entry : people_) ids.push_back(entry.person.id);
  const std::string hint = text::did_you_mean(id, ids);
  values.add(node, "unknown-person", fmt::format("there is nobody with the id `{}`", id),
             hint.empty() ? "people are listed under `people:`" : hint);
  return std::nullopt;
}

// A key that names one person, who must not be `self`.
std::optional<PersonId> TeamReader::one(Reader& entry, std::string_view key, const std::string& self) {
  const Node* node = entry.find(key);
  if (node == nullptr) return std::nullopt;
  const auto id = entry.values().text(*node, fmt::format("`{}`", key));
  if (!id) return std::nullopt;
  if (*id == self) {
    entry.values().add(*node, "bad-person", fmt::format("`{}` cannot be the {} of themselves", self, key));
    return std::nullopt;
  }
  return known(entry.values(), *node, *id);
}

std::vector<PersonId> TeamReader::several(Reader& entry, std::string_view key, Need need) {
  const Node* node = entry.find(key, need);
  if (node == nullptr) return {};
  std::vector<PersonId> out;
  const auto ids = entry.values().texts(*node, fmt::format("`{}`", key)).value_or(std::vector<std::string>{});
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto id = known(entry.values(), node->is_list() ? node->items[i] : *node, ids[i]);
    if (id && std::find(out.begin(), out.end(), *id) == out.end()) out.push_back(*id);
  }
  return out;
}

void TeamReader::email(Reader& entry, Person& out) {
  const auto text = entry.text("email");
  if (!text) return;
  out.email = *text;
  if (is_email(*text)) return;
  entry.add("email", "bad-email", fmt::format("`{}` is no e-mail address", *text),
            "write the address alone: anna@example.com");
}

void TeamReader::region(Reader& entry, Person& out) {
  const auto name = entry.text("region");
  if (!name) return;
  const auto region = calendar_.find(*name);
  if (region) {
    out.region = *region;
    return;
  }
  entry.add("region", "unknown-region", fmt::format("calendar.yaml has no region `{}`", *name),
            text::did_you_mean(*name, calendar_.region_names()));
}

void TeamReader::capacity(Reader& entry, Person& out) {
  constexpr int64_t kMost = 1'000'000'000'000;  // a million
  const auto capacity = entry.decimal("capacity");
  if (!capacity) return;
  if (capacity->micros >= 0 && capacity->micros <= kMost) {
    out.capacity_micros = capacity->micros;
  } else {
    entry.add("capacity", "out-of-range", "`capacity` must be between 0 and 1000000",
              "0 is somebody who gets nothing new");
  }
}

void TeamReader::absences(Reader& entry, const std::string& id, Person& out) {
  entry.each_item("absences", "absence", [&](size_t, Reader& item) {
    Absence absence;
    const auto from = item.day("from", Need::required), to = item.day("to");
    absence.days = {from.value_or(Day::kMin), to.value_or(Day::kMax)};
    if (from && to && *to < *from) {
      item.add("to", "bad-period",
               fmt::format("the absence ends on {}, before it begins on {}", to->iso(), from->iso()));
    }
    absence.delegate = one(item, "delegate", id);
    item.finish();
    out.absences.push_back(absence);
  });
}

void TeamReader::person(const Node& name, Reader& entry, Person& out) {
  if (!is_person_id(out.id)) {
    entry.values().add(name, "bad-person", fmt::format("`{}` cannot be the id of a person", out.id),
                       "use letters, digits, `_`, `-` and `.`; the full name is `name`");
  }
  out.name = entry.text("name").value_or(out.id);
  email(entry, out);
  out.also = entry.texts("also").value_or(std::vector<std::string>{});
  for (const std::string& role : entry.texts("roles").value_or(std::vector<std::string>{})) {
    out.roles.push_back(fold_name(role));
  }
  region(entry, out);
  out.manager = one(entry, "manager", out.id);
  capacity(entry, out);
  out.delegate = one(entry, "delegate", out.id);
  absences(entry, out.id, out);
  out.until = entry.day("until");
  out.successor = one(entry, "successor", out.id);
  if (entry.node().find("successor") != nullptr && entry.node().find("until") == nullptr) {
    entry.add("successor", "missing-key", "`successor` needs the key `until`",
              "until: the last day with the company; for a time away write `absences:`");
  }
  entry.finish();
}

// A text of another system must lead to one person.
void TeamReader::check_names() {
  std::map<std::string, const Person*> owners;
  for (const Entry& entry : people_) {
    for (const std::string& name : names_of(entry.person)) {
      const auto [it, fresh] = owners.emplace(name, &entry.person);
      if (fresh || it->second == &entry.person) continue;
      file_.values().add(*entry.key, "ambiguous-person",
                         fmt::format("`{}` means both `{}` and `{}`", name, it->second->id, entry.person.id),
                         "ids, names, e-mail addresses and `also` must lead to one person");
    }
  }
}

// Each circle once, where its first member by id says its manager.
void TeamReader::check_managers() {
  enum class State : uint8_t { unseen, on_the_way, done };
  std::vector<State> states(people_.size(), State::unseen);
  for (uint32_t start = 0; start < people_.size(); ++start) {
    std::vector<uint32_t> way;
    std::optional<PersonId> at = PersonId{start};
    while (at && states[at->index] == State::unseen) {
      states[at->index] = State::on_the_way;
      way.push_back(at->index);
      at = people_[at->index].person.manager;
    }
    if (at && states[at->index] == State::on_the_way) {
      std::string circle;
      for (auto it = std::find(way.begin(), way.end(), at->index); it != way.end(); ++it) {
        circle += people_[*it].person.id + " -> ";
      }
      const Entry& entry = people_[at->index];
      const Node* manager = entry.value->find("manager");
      file_.values().add(manager != nullptr ? *manager : *entry.key, "manager-circle",
                         fmt::format("the managers go round: {}{}", circle, entry.person.id),
                         "somebody at the top has no `manager`");
    }
    for (const uint32_t index : way) states[index] = State::done;
  }
}

void TeamReader::rule(Reader& entry) {
  AssignRule rule;
  for (const auto& [key, property] : assign_keys()) {
    const auto values = entry.texts(key);
    if (!values) continue;
    AssignRule::Condition condition{property, {}};
    for (const std::string& value : *values) condition.values.push_back(fold_name(value));
    rule.conditions.push_back(std::move(condition));
  }
  rule.to = several(entry, "to", Need::required);
  std::sort(rule.to.begin(), rule.to.end());
  if (const Node* to = entry.node().find("to"); to != nullptr && to->is_list() && to->items.empty()) {
    entry.add("to", "missing-key", "`to` names nobody", "write the ids of people: to: [anna, bert]");
  }
  entry.finish();
  rules_.push_back(std::move(rule));
}

std::optional<Team> TeamReader::read() {
  (void)file_.integer("kenko", 1, 1, Need::required);
  ids();
  file_.each("people", "person", [this](const Node& name, Reader& entry) {
    if (!entry.is_map()) return;
    const auto it = std::find_if(people_.begin(), people_.end(), [&name](const Entry& e) { return e.key == &name; });
    KENKO_CHECK(it != people_.end(), "{} was not seen before", name.text);
    person(name, entry, it->person);
  });
  check_names();
  check_managers();
  file_.each_item("assign", "rule", [this](size_t, Reader& entry) { rule(entry); });
  std::vector<PersonId> data = several(file_, "data", Need::optional);
  file_.finish();
  if (has_errors(file_.problems())) return std::nullopt;
  std::vector<Person> people;
  for (Entry& entry : people_) people.push_back(std::move(entry.person));
  return Team(std::move(people), std::move(rules_), std::move(data));
}

}  // namespace

Result<Team> read_team(std::string_view yaml, const std::string& file, const calendar::WorkCalendar& calendar) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  Reader reader(*tree, tree->root(), problems, "team.yaml");
  if (!reader.is_map()) return problems;
  auto team = TeamReader(reader, calendar).read();
  if (!team) return problems;
  return std::move(*team);
}

}  // namespace kenko::team

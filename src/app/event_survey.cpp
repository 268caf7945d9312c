#include "app/event_survey.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/decimal.h"

namespace kenko::app {
namespace {

// So many rows of a property tell what it is like.
constexpr uint64_t kLookedAt = 200'000;
constexpr size_t kMostUsed = 5;
constexpr size_t kCodeLength = 4;

struct Seen {
  int64_t rows = 0, numbers = 0, days = 0;
  struct Value {
    int64_t times = 0;
    uint32_t account = 0;  // of the first one
    bool shared = false;   // by another account
  };
  std::map<uint32_t, Value> values;           // by code
  std::map<size_t, int64_t> whole_by_length;  // values of digits alone
};

void add_names(const facts::Portfolio& p, Day until, std::map<uint32_t, SurveyedEvent>& out) {
  std::map<uint32_t, std::set<uint32_t>> users;
  for (const facts::RowRange& rows : p.events_of) {
    std::set<uint32_t> names;
    for (uint64_t row = rows.begin; row < rows.end && p.events.day[row] <= until.number; ++row) {
      const uint32_t name = p.events.name[row];
      SurveyedEvent& event = out[name];
      ++event.events;
      if (names.insert(name).second) ++event.accounts;
      if ((p.events.flags[row] & facts::ResolvedEvents::kHasValue) != 0) event.values = true;
      if (p.events.user[row] != 0) users[name].insert(p.events.user[row]);
    }
  }
  for (auto& [code, event] : out) {
    event.name = p.texts.text(code);
    if (const auto found = users.find(code); found != users.end()) event.users = std::ssize(found->second);
  }
}

SurveyedProperty summary(const facts::Portfolio& p, const std::string& key, const Seen& seen, double of_rows) {
  SurveyedProperty out;
  const auto rows = static_cast<double>(seen.rows);
  out.key = key;
  out.present = std::min(1.0, rows / of_rows);
  out.numbers = static_cast<double>(seen.numbers) / rows;
  out.days = static_cast<double>(seen.days) / rows;
  out.different = std::ssize(seen.values);
  std::vector<std::pair<int64_t, std::string>> values;
  int64_t again = 0, alone = 0;
  for (const auto& [code, value] : seen.values) {
    values.emplace_back(-value.times, p.texts.text(code));
    again += value.times > 1 ? 1 : 0;
    alone += value.times > 1 && !value.shared ? 1 : 0;
  }
  int64_t usual = 0;
  for (const auto& [length, times] : seen.whole_by_length) usual = std::max(usual, length >= kCodeLength ? times : 0);
  out.codes = static_cast<double>(usual) / rows;
  out.private_to_one = again == 0 ? 1 : static_cast<double>(alone) / static_cast<double>(again);
  std::sort(values.begin(), values.end());
  for (size_t i = 0; i < std::min(kMostUsed, values.size()); ++i) out.most_used.push_back(values[i].second);
  return out;
}

// Whose event a row is.
class Owners {
 public:
  explicit Owners(const facts::Portfolio& p) {
    for (uint32_t a = 0; a < p.events_of.size(); ++a) {
      if (p.events_of[a].size() > 0) ranges_.push_back({p.events_of[a], a});
    }
    std::sort(ranges_.begin(), ranges_.end(), [](const auto& a, const auto& b) { return a.rows.begin < b.rows.begin; });
  }
  // nullopt: of nobody.
  [[nodiscard]] std::optional<uint32_t> of(uint64_t row) const {
    auto at = std::upper_bound(ranges_.begin(), ranges_.end(), row,
                               [](uint64_t r, const auto& range) { return r < range.rows.begin; });
    if (at == ranges_.begin()) return std::nullopt;
    --at;
    return row < at->rows.end ? std::optional(at->account) : std::nullopt;
  }

 private:
  struct Range {
    facts::RowRange rows;
    uint32_t account;
  };
  std::vector<Range> ranges_;
};

// What a value looks like, remembered by its code: most values come again.
class Kinds {
 public:
  explicit Kinds(const facts::Portfolio& p) : portfolio_(p) {}
  struct Kind {
    bool number = false, day = false;
    size_t digits = 0;  // of a whole number, else 0
  };
  Kind of(uint32_t code) {
    const auto [at, added] = kinds_.try_emplace(code);
    if (added) {
      const std::string_view text = portfolio_.texts.text(code);
      at->second.number = parse_decimal(text).fault == ParsedDecimal::Fault::none;
      at->second.day = Day::parse(text).has_value();
      at->second.digits = text.find_first_not_of("0123456789") == std::string_view::npos ? text.size() : 0;
    }
    return at->second;
  }

 private:
  const facts::Portfolio& portfolio_;
  std::unordered_map<uint32_t, Kind> kinds_;
};

}  // namespace

std::vector<SurveyedEvent> survey_events(const facts::Portfolio& p, Day until) {
  std::map<uint32_t, SurveyedEvent> by_name;
  add_names(p, until, by_name);
  Kinds kinds(p);
  const Owners owners(p);
  for (const facts::PropertyColumn& column : p.properties) {
    const uint64_t step = column.row.size() / kLookedAt + 1;
    std::map<uint32_t, Seen> seen;
    for (uint64_t i = 0; i < column.row.size(); i += step) {
      const uint32_t row = column.row[i], value = column.value[i];
      const std::optional<uint32_t> account = owners.of(row);
      if (p.events.day[row] > until.number || value == 0 || !account) continue;
      Seen& s = seen[p.events.name[row]];
      const Kinds::Kind kind = kinds.of(value);
      ++s.rows;
      s.numbers += kind.number ? 1 : 0;
      s.days += kind.day ? 1 : 0;
      if (kind.digits > 0) ++s.whole_by_length[kind.digits];
      const auto [at, added] = s.values.try_emplace(value);
      if (added) at->second.account = *account;
      ++at->second.times;
      at->second.shared |= at->second.account != *account;
    }
    for (const auto& [name, s] : seen) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) continue;
      const double of_rows = static_cast<double>(found->second.events) / static_cast<double>(step);
      found->second.properties.push_back(summary(p, column.key, s, of_rows));
    }
  }
  std::vector<SurveyedEvent> out;
  for (auto& [code, event] : by_name) out.push_back(std::move(event));
  std::sort(out.begin(), out.end(), [](const SurveyedEvent& a, const SurveyedEvent& b) {
    return std::pair(-a.accounts, a.name) < std::pair(-b.accounts, b.name);
  });
  return out;
}

}  // namespace kenko::app

#include "validate/paired_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "stats/ranking.h"

namespace kenko::validate {
namespace {

// Key of a row: its day and its account.
struct Key {
  Day day;
  std::string_view account;
  friend auto operator<=>(const Key&, const Key&) = default;
};
Key key(const Panel& p, uint32_t row) { return {p.days[p.day[row]], p.accounts[p.account[row]]}; }

// The rows of some days, which stand together.
struct Stretch {
  uint32_t begin = 0, end = 0;
};
Stretch stretch(const Panel& p, Day first, Day last) {
  const auto rows = static_cast<uint32_t>(p.rows());
  Stretch out;
  while (out.begin < rows && p.days[p.day[out.begin]] < first) ++out.begin;
  out.end = out.begin;
  while (out.end < rows && p.days[p.day[out.end]] <= last) ++out.end;
  return out;
}

}  // namespace

bool has_day(const Panel& panel, Day day) { return std::binary_search(panel.days.begin(), panel.days.end(), day); }

PairedRows pair_rows(const Panel& before, const Panel& after, Day first, Day last) {
  PairedRows out;
  const auto lone = [](const Panel& mine, const Panel& other, uint32_t row, std::vector<uint32_t>& to) {
    if (has_day(other, mine.days[mine.day[row]])) to.push_back(row);
  };
  Stretch b = stretch(before, first, last), a = stretch(after, first, last);
  while (b.begin < b.end || a.begin < a.end) {
    if (a.begin == a.end || (b.begin < b.end && key(before, b.begin) < key(after, a.begin))) {
      lone(before, after, b.begin++, out.only_before);
    } else if (b.begin == b.end || key(after, a.begin) < key(before, b.begin)) {
      lone(after, before, a.begin++, out.only_after);
    } else {
      if (before.outcome_in[b.begin] == after.outcome_in[a.begin]) {
        out.before.push_back(b.begin);
        out.after.push_back(a.begin);
      } else {
        ++out.other_outcome;
      }
      ++b.begin;
      ++a.begin;
    }
  }
  return out;
}

PairedCases::PairedCases(const Panel& panel, std::span<const uint32_t> rows) {
  std::map<uint32_t, uint32_t> numbers;
  std::set<uint32_t> all, with;
  for (const uint32_t r : rows) {
    const auto next = static_cast<uint32_t>(numbers.size());
    cluster.push_back(numbers.try_emplace(panel.cluster[r], next).first->second);
    outcome.push_back(panel.outcome_in[r]);
    day.push_back(panel.day[r]);
    account.push_back(panel.account[r]);
    amount.push_back(panel.arr[r] == kNoAmount ? 0 : static_cast<double>(panel.arr[r]) / 1e6);
    outcomes += panel.outcome_in[r];
    all.insert(panel.account[r]);
    if (panel.outcome_in[r] != 0) with.insert(panel.account[r]);
  }
  clusters = numbers.size();
  accounts = std::ssize(all);
  accounts_with = std::ssize(with);
}

std::vector<PairedDay> by_day(const Panel& panel, const PairedCases& cases, std::span<const double> before,
                              std::span<const double> after) {
  std::vector<PairedDay> out;
  for (size_t begin = 0, end = 0; begin < cases.day.size(); begin = end) {
    while (end < cases.day.size() && cases.day[end] == cases.day[begin]) ++end;
    const auto part = [&](const auto& column) { return std::span(column).subspan(begin, end - begin); };
    const auto outcome = part(cases.outcome);
    PairedDay day;
    day.day = panel.days[cases.day[begin]];
    day.rows = static_cast<int64_t>(end - begin);
    day.outcomes = std::count(outcome.begin(), outcome.end(), uint8_t{1});
    day.before = stats::Ranking(part(before), outcome, part(cases.cluster)).auc();
    day.after = stats::Ranking(part(after), outcome, part(cases.cluster)).auc();
    out.push_back(day);
  }
  return out;
}

}  // namespace kenko::validate

#include "verify/reference_history.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "base/check.h"
#include "reference/interpret.h"

namespace kenko::verify {
namespace {

using reference::DayResult;
using reference::MetricCell;

uint8_t state_of(const std::string& word) {
  for (uint8_t s = 0; s <= static_cast<uint8_t>(score::State::unscored); ++s) {
    if (score::word(static_cast<score::State>(s)) == word) return s;
  }
  KENKO_CHECK(false, "state {}", word);
  return 0;
}

uint8_t status_of(const std::string& word) {
  using engine::AccountStatus;
  for (uint8_t s = 0; s <= static_cast<uint8_t>(AccountStatus::internal); ++s) {
    if (engine::word(static_cast<AccountStatus>(s)) == word) return s;
  }
  KENKO_CHECK(false, "status {}", word);
  return 0;
}

// Turns days into rows.
class Appender {
 public:
  Appender(const plan::Plan& plan, facts::Dictionary& texts, HistoryTable& out)
      : plan_(plan), texts_(texts), out_(out) {
    out.dimension.resize(plan.dimensions.size());
    out.metrics.resize(plan.metrics.size());
  }

  void append(uint32_t account, const DayResult& day) {
    if (!day.alive) return;
    out_.account.push_back(account);
    out_.day.push_back(day.day.number);
    out_.status.push_back(status_of(day.status));
    out_.state.push_back(state_of(day.state));
    out_.score.push_back(day.score.value_or(kNothing));
    out_.rolled_up.push_back(day.rolled_up.value_or(kNothing));
    out_.silence.push_back(day.silence);
    out_.coverage.push_back(static_cast<int32_t>(day.coverage_micros));
    out_.band.push_back(band(day.band));
    for (size_t j = 0; j < plan_.dimensions.size(); ++j) {
      const auto& points = day.dimensions.at(plan_.dimensions[j].name);
      out_.dimension[j].push_back(points ? static_cast<int32_t>(*points) : kNothing);
    }
    for (size_t i = 0; i < plan_.metrics.size(); ++i) append(out_.metrics[i], day.metrics.at(plan_.metrics[i].name));
  }

 private:
  [[nodiscard]] int32_t band(const std::string& name) const {
    for (size_t b = 0; b < plan_.bands.size(); ++b) {
      if (!name.empty() && plan_.bands[b].name == name) return static_cast<int32_t>(b);
    }
    return kNothing;
  }

  void append(HistoryTable::Metric& m, const MetricCell& cell) {
    double value = 0;
    if (const auto* number = std::get_if<double>(&cell.value)) value = *number;
    if (const auto* flag = std::get_if<bool>(&cell.value)) value = *flag ? 1 : 0;
    if (const auto* text = std::get_if<std::string>(&cell.value)) value = texts_.intern(*text);
    m.value.push_back(value);
    m.valid.push_back(reference::is_null(cell.value) ? 0 : 1);
    m.points.push_back(cell.evidence && cell.points ? static_cast<int32_t>(*cell.points) : kNothing);
  }

  const plan::Plan& plan_;
  facts::Dictionary& texts_;
  HistoryTable& out_;
};

}  // namespace

HistoryTable reference_history(const Subject& subject, const facts::Cut& cut, const std::vector<uint32_t>& accounts,
                               Day until, int threads, facts::Dictionary& texts) {
  const reference::Company company(subject.facts, subject.settings, cut);
  struct Wanted {
    std::string id;
    uint32_t number = 0;
  };
  std::vector<Wanted> wanted;
  for (const std::string& id : reference::accounts(company)) {
    const auto found = subject.portfolio.find_account(id);
    const uint32_t number = found.value_or(static_cast<uint32_t>(subject.portfolio.accounts.size()));
    if (accounts.empty() || std::binary_search(accounts.begin(), accounts.end(), number))
      wanted.push_back({id, number});
  }
  HistoryTable out;
  Appender appender(subject.plan, texts, out);
  // A block of accounts at a time, so that the days of all need not be held at once.
  constexpr size_t kBlock = 64;
  for (size_t begin = 0; begin < wanted.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, wanted.size() - begin);
    std::vector<std::vector<DayResult>> days(count);
    std::atomic<size_t> next{0};
    const auto work = [&] {
      for (size_t i = next++; i < count; i = next++) {
        days[i] = reference::interpret(subject.model, company, wanted[begin + i].id, subject.first, until);
      }
    };
    {
      std::vector<std::jthread> pool;
      for (int t = 1; t < threads; ++t) pool.emplace_back(work);
      work();
    }
    for (size_t i = 0; i < count; ++i) {
      for (const DayResult& day : days[i]) appender.append(wanted[begin + i].number, day);
    }
  }
  return out;
}

}  // namespace kenko::verify

#include "verify/reference_history.h"

#include <algorithm>
#include <atomic>
#include <set>
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
    out.trigger.resize(plan.triggers.size());
    out.start.resize(plan.dimensions.size());
  }

  void append(uint32_t account, const DayResult& day) {
    if (!day.alive) return;
    if (out_.account.empty() || out_.account.back() != account) last_band_ = kNothing;
    out_.account.push_back(account);
    out_.day.push_back(day.day.number);
    out_.status.push_back(status_of(day.status));
    out_.state.push_back(state_of(day.state));
    out_.score.push_back(day.score.value_or(kNothing));
    out_.rolled_up.push_back(day.rolled_up.value_or(kNothing));
    out_.hierarchy.push_back(day.hierarchy);
    int64_t triggers = 0;
    for (const auto& [name, points] : day.triggers) triggers += points;
    out_.triggers.push_back(static_cast<int32_t>(triggers));
    out_.cap.push_back(day.cap);
    out_.silence.push_back(day.silence);
    out_.override_line.push_back(day.override_);
    out_.coverage.push_back(static_cast<int32_t>(day.coverage_micros));
    append_lines(day);
    out_.segment.push_back(position(plan_.segments, day.segment));
    out_.stage.push_back(position(plan_.life_stages, day.stage));
    out_.band.push_back(band(day));
    for (size_t j = 0; j < plan_.dimensions.size(); ++j) {
      const auto& points = day.dimensions.at(plan_.dimensions[j].name);
      out_.dimension[j].push_back(points ? static_cast<int32_t>(*points) : kNothing);
    }
    for (size_t i = 0; i < plan_.metrics.size(); ++i) append(i, day.metrics.at(plan_.metrics[i].name));
  }

 private:
  void append_lines(const DayResult& day) {
    out_.days_in_stage.push_back(day.days_in_stage);
    const auto of = [](const auto& lines, const std::string& name) {
      const auto at = lines.find(name);
      return at == lines.end() ? 0 : static_cast<int32_t>(at->second);
    };
    for (size_t t = 0; t < plan_.triggers.size(); ++t)
      out_.trigger[t].push_back(of(day.triggers, plan_.triggers[t].name));
    for (size_t k = 0; k < plan_.dimensions.size(); ++k)
      out_.start[k].push_back(of(day.starts, plan_.dimensions[k].name));
  }

  template <typename T>
  [[nodiscard]] static int32_t position(const std::vector<T>& list, const std::string& name) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (!name.empty() && list[i].name == name) return static_cast<int32_t>(i);
    }
    return kNothing;
  }

  // A paused day keeps the band of another day, whose bands may be others.
  int32_t band(const DayResult& day) {
    if (day.band.empty()) return last_band_ = kNothing;
    if (day.state != "paused") {
      const int32_t segment = out_.segment.back(), stage = out_.stage.back();
      const std::vector<plan::Band>* bands = &plan_.bands;
      if (segment >= 0 && !plan_.segments[static_cast<size_t>(segment)].changes.bands.empty())
        bands = &plan_.segments[static_cast<size_t>(segment)].changes.bands;
      if (stage >= 0 && !plan_.life_stages[static_cast<size_t>(stage)].changes.bands.empty())
        bands = &plan_.life_stages[static_cast<size_t>(stage)].changes.bands;
      last_band_ = position(*bands, day.band);
    }
    return last_band_;
  }

  void append(size_t metric, const MetricCell& cell) {
    HistoryTable::Metric& m = out_.metrics[metric];
    double value = 0;
    if (const auto* number = std::get_if<double>(&cell.value)) value = *number;
    if (const auto* flag = std::get_if<bool>(&cell.value)) value = *flag ? 1 : 0;
    if (const auto* text = std::get_if<std::string>(&cell.value)) value = texts_.intern(*text);
    m.value.push_back(value);
    m.valid.push_back(reference::is_null(cell.value) ? 0 : 1);
    m.contribution.push_back(static_cast<int32_t>(cell.contribution));
    m.lost.push_back(static_cast<int32_t>(cell.lost));
    if (!plan_.metrics[metric].dimension) return;
    const auto points = [](const std::optional<int64_t>& p) { return p ? static_cast<int32_t>(*p) : kNoPoints; };
    m.points.push_back(points(cell.by_curve));
    m.worth.push_back(points(cell.points));
    m.evidence.push_back(cell.evidence ? 1 : 0);
  }

  int32_t last_band_ = kNothing;
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
  if (reference::looks_at_others(subject.model, company)) {
    std::set<std::string> keep;
    for (const auto& w : wanted) keep.insert(w.id);
    const auto all = reference::interpret_all(subject.model, company, subject.first, until, keep);
    for (const auto& w : wanted) {
      for (const DayResult& day : all.at(w.id)) appender.append(w.number, day);
    }
    return out;
  }
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

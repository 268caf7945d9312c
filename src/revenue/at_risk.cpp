#include "revenue/at_risk.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/random.h"

namespace kenko::revenue {
namespace {

// The last line is that of no score.
size_t line_of(int16_t band, size_t bands) { return band < 0 ? bands : static_cast<size_t>(band); }

struct Amounts {
  double seen = 0, left = 0, count = 0;
};

// What clusters saw, by band.
class History {
 public:
  History(std::span<const Exposure> past, size_t lines) : lines_(lines) {
    std::map<uint32_t, size_t> places;
    for (const Exposure& e : past) {
      const auto [at, added] = places.try_emplace(e.cluster, places.size());
      if (added) amounts_.resize(amounts_.size() + lines_);
      Amounts& a = amounts_[at->second * lines_ + line_of(e.band, lines_ - 1)];
      a.seen += static_cast<double>(e.amount);
      a.left += e.left ? static_cast<double>(e.amount) : 0;
      a.count += 1;
    }
  }

  [[nodiscard]] size_t clusters() const { return amounts_.size() / lines_; }

  // Raw rates by line, and those with one more account.
  void rates(std::span<const uint16_t> times, std::vector<std::optional<double>>& raw,
             std::vector<double>& smooth) const {
    std::vector<Amounts> sums(lines_);
    Amounts all;
    for (size_t c = 0; c < clusters(); ++c) {
      if (times[c] == 0) continue;
      for (size_t line = 0; line < lines_; ++line) {
        const Amounts& a = amounts_[c * lines_ + line];
        sums[line].seen += a.seen * times[c];
        sums[line].left += a.left * times[c];
        sums[line].count += a.count * times[c];
      }
    }
    for (const Amounts& s : sums) {
      all.seen += s.seen;
      all.left += s.left;
    }
    const double average = all.seen > 0 ? all.left / all.seen : 0;
    raw.assign(lines_, std::nullopt);
    smooth.assign(lines_, average);
    for (size_t line = 0; line < lines_; ++line) {
      const Amounts& s = sums[line];
      if (!(s.seen > 0)) continue;
      const double one = s.seen / s.count;
      raw[line] = s.left / s.seen;
      smooth[line] = (s.left + average * one) / (s.seen + one);
    }
  }

 private:
  size_t lines_;
  std::vector<Amounts> amounts_;
};

void count_past(std::span<const Exposure> past, AtRisk& out) {
  std::set<uint32_t> all;
  std::vector<std::set<uint32_t>> by_line(out.lines.size());
  for (const Exposure& e : past) {
    const size_t line = line_of(e.band, out.lines.size() - 1);
    ++out.lines[line].exposures;
    if (!e.left) continue;
    all.insert(e.account);
    by_line[line].insert(e.account);
  }
  out.leavers = std::ssize(all);
  for (size_t i = 0; i < by_line.size(); ++i) out.lines[i].leavers = std::ssize(by_line[i]);
}

// Draws what could be lost.
class Forecast {
 public:
  Forecast(History history, std::span<const Holding> today, size_t lines, const Resampling& how)
      : history_(std::move(history)), today_(today), lines_(lines), how_(how), drawn_(2 * lines + 1) {}

  void fill(AtRisk& out) {
    for (int i = 0; i < how_.count; ++i) draw(i);
    for (std::vector<double>& values : drawn_) std::sort(values.begin(), values.end());
    std::vector<std::optional<double>> raw;
    std::vector<double> smooth;
    history_.rates(std::vector<uint16_t>(history_.clusters(), 1), raw, smooth);
    std::vector<double> expected(lines_, 0);
    double all = 0;
    for (const Holding& h : today_) {
      const size_t line = line_of(h.band, lines_ - 1);
      const double part = smooth[line] * static_cast<double>(h.amount);
      expected[line] += part;
      all += part;
    }
    for (size_t line = 0; line < lines_; ++line) {
      out.lines[line].rate = estimate(raw[line], drawn_[line]);
      out.lines[line].at_risk = estimate(expected[line], drawn_[lines_ + line]);
    }
    out.total = plus(estimate(all, drawn_.back()), static_cast<double>(out.decided.lost));
  }

 private:
  // By line the rate, then by line what is lost, then all that is lost.
  void draw(int number) {
    std::vector<uint16_t> times;
    std::vector<std::optional<double>> raw;
    std::vector<double> smooth, lost(lines_, 0);
    stats::Resamples(history_.clusters(), how_.count, how_.seed).draw(number, times);
    history_.rates(times, raw, smooth);
    Random random = Random(how_.seed).fork(~static_cast<uint64_t>(number));
    double all = 0;
    for (const Holding& h : today_) {
      const size_t line = line_of(h.band, lines_ - 1);
      if (!random.chance(smooth[line])) continue;
      lost[line] += static_cast<double>(h.amount);
      all += static_cast<double>(h.amount);
    }
    for (size_t line = 0; line < lines_; ++line) {
      if (raw[line]) drawn_[line].push_back(*raw[line]);
      drawn_[lines_ + line].push_back(lost[line]);
    }
    drawn_.back().push_back(all);
  }

  static stats::Estimate plus(stats::Estimate e, double more) {
    for (std::optional<double>* x : {&e.value, &e.low, &e.high}) {
      if (*x) **x += more;
    }
    return e;
  }

  [[nodiscard]] stats::Estimate estimate(std::optional<double> value, const std::vector<double>& sorted) const {
    constexpr double kLow = 0.025, kHigh = 0.975, kEnough = 0.9;
    stats::Estimate e{value, {}, {}};
    if (!value || sorted.empty() || static_cast<double>(sorted.size()) < kEnough * how_.count) return e;
    if (sorted.front() == sorted.back()) return e;  // nothing, or everybody, left: chance cannot be seen in it
    e.low = stats::quantile(sorted, kLow);
    e.high = stats::quantile(sorted, kHigh);
    return e;
  }

  History history_;
  std::span<const Holding> today_;
  size_t lines_;
  Resampling how_;
  std::vector<std::vector<double>> drawn_;
};

}  // namespace

AtRisk at_risk(std::span<const Exposure> past, std::span<const Holding> today, const Decided& decided,
               const std::vector<std::string>& bands, const Resampling& how) {
  AtRisk out;
  out.decided = decided;
  const size_t lines = bands.size() + 1;
  out.lines.resize(lines);
  for (size_t i = 0; i < bands.size(); ++i) out.lines[i].name = bands[i];
  for (const Holding& h : today) {
    RiskLine& line = out.lines[line_of(h.band, bands.size())];
    ++line.accounts;
    line.arr += h.amount;
  }
  count_past(past, out);
  if (out.leavers >= kFewestLeavers) Forecast(History(past, lines), today, lines, how).fill(out);
  return out;
}

}  // namespace kenko::revenue

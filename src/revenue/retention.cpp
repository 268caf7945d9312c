#include "revenue/retention.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "stats/proportion.h"

namespace kenko::revenue {
namespace {

// What one cluster adds; doubles hold sums of millionths exactly enough for shares.
struct Sums {
  double accounts = 0, left = 0, start = 0, end = 0, kept = 0, churned = 0;

  void add(const Sums& s, double times) {
    accounts += s.accounts * times;
    left += s.left * times;
    start += s.start * times;
    end += s.end * times;
    kept += s.kept * times;
    churned += s.churned * times;
  }
};

std::vector<Sums> by_cluster(std::span<const Member> members) {
  std::map<uint32_t, Sums> sums;
  for (const Member& m : members) {
    if (!m.in_cohort()) continue;
    const auto start = static_cast<double>(m.start), end = static_cast<double>(std::max<int64_t>(m.end, 0));
    sums[m.cluster].add({1, m.left() ? 1.0 : 0.0, start, end, std::min(start, end), m.left() ? start : 0}, 1);
  }
  std::vector<Sums> out;
  for (const auto& [cluster, s] : sums) out.push_back(s);
  return out;
}

std::optional<double> share(double part, double whole) {
  if (!(whole > 0)) return std::nullopt;
  return part / whole;
}

// An interval of one point is none: the resamples had nothing to differ in.
stats::Estimate seen(stats::Estimate e) {
  if (e.low == e.high) e.low = e.high = std::nullopt;
  return e;
}

}  // namespace

Retention retention_of(std::string name, std::span<const Member> members, const Resampling& how) {
  Retention out;
  out.name = std::move(name);
  for (const Member& m : members) {
    if (!m.in_cohort()) continue;
    const int64_t end = std::max<int64_t>(m.end, 0);
    ++out.accounts;
    out.start += m.start;
    out.end += end;
    out.kept += std::min(m.start, end);
    if (m.left()) {
      ++out.left;
      out.churned += m.start;
    } else if (end < m.start) {
      out.contracted += m.start - end;
    } else {
      out.expanded += end - m.start;
    }
  }
  const std::vector<Sums> clusters = by_cluster(members);
  if (clusters.empty()) return out;
  enum : size_t { kLogo, kArr, kGross, kNet, kMeasures };
  const auto measures = [&](std::span<const uint16_t> times, std::span<std::optional<double>> to) {
    Sums all;
    for (size_t i = 0; i < clusters.size(); ++i) {
      if (times[i] != 0) all.add(clusters[i], times[i]);
    }
    to[kLogo] = share(all.left, all.accounts);
    to[kArr] = share(all.churned, all.start);
    to[kGross] = share(all.kept, all.start);
    to[kNet] = share(all.end, all.start);
  };
  const stats::Resamples resamples(clusters.size(), how.count, how.seed);
  const auto found = stats::bootstrap(resamples, kMeasures, measures, how.threads);
  out.logo_churn = found[kLogo];
  out.arr_churn = seen(found[kArr]);
  out.grr = seen(found[kGross]);
  out.nrr = seen(found[kNet]);
  // Where nobody left, or everybody, resamples are all alike: Wilson's interval knows how many accounts that was.
  if (out.logo_churn.low == out.logo_churn.high) {
    const stats::Interval wilson = stats::wilson(out.left, out.accounts);
    out.logo_churn.low = wilson.low;
    out.logo_churn.high = wilson.high;
  }
  return out;
}

Walk walk_of(std::span<const Member> members, const std::vector<bool>& had_before) {
  Walk w;
  for (size_t i = 0; i < members.size(); ++i) {
    const Member& m = members[i];
    if (!m.known()) {
      ++w.unknown;
      continue;
    }
    const int64_t change = m.end - m.start;
    w.opening += m.start;
    w.closing += m.end;
    w.accounts_opening += m.start > 0 ? 1 : 0;
    w.accounts_closing += m.end > 0 ? 1 : 0;
    if (change == 0) continue;
    if (m.start == 0) {
      (had_before[i] ? w.returned : w.fresh) += change;
      ++(had_before[i] ? w.accounts_returned : w.accounts_fresh);
    } else if (m.end == 0) {
      w.churned -= change;
      ++w.accounts_churned;
    } else if (change > 0) {
      w.expanded += change;
      ++w.accounts_expanded;
    } else {
      w.contracted -= change;
      ++w.accounts_contracted;
    }
  }
  return w;
}

double monthly_rate(double rate, int32_t days) {
  constexpr double kMonth = 365.25 / 12;
  if (rate >= 1) return 1;
  return 1 - std::pow(1 - rate, kMonth / days);
}

}  // namespace kenko::revenue

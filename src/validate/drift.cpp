#include "validate/drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "stats/proportion.h"

namespace kenko::validate {
namespace {

constexpr double kSpreadOfShares = 0.1;  // a share near 0 or 1 is compared as one of 1 %
constexpr double kClipped = 0.01;        // the outermost values of the reference stand for those beyond
constexpr int32_t kYear = 365;
constexpr double kHalf = stats::kHalfOf95;
// Where the shares of a shape are looked at, and how dense a normal distribution is there: so much of a share does a
// shift by one standard deviation move.
struct Quantile {
  double share, density;
};
constexpr Quantile kQuantiles[] = {{0.1, 0.17550}, {0.25, 0.31778}, {0.5, 0.39894}, {0.75, 0.31778}, {0.9, 0.17550}};
constexpr size_t kFewestValues = 3;  // two values have no shape beside their mean

// The days of a panel as far as a look needs them.
struct Periods {
  std::vector<size_t> reference, recent;  // positions in Panel::days
  std::vector<double> level, trend;       // by reference day: its weight in the mean, and in the trend carried on

  Periods(const Panel& p, const DriftOptions& o) {
    double now = 0;
    for (size_t d = 0; d < p.days.size(); ++d) {
      if (p.days[d] <= o.reference_until) reference.push_back(d);
      if (p.days[d] < o.recent_from) continue;
      recent.push_back(d);
      now += static_cast<double>(p.days[d].number);
    }
    if (reference.size() < kFewestReferenceDays || recent.empty()) return;
    now /= static_cast<double>(recent.size());
    const auto n = static_cast<double>(reference.size());
    double middle = 0, squares = 0;
    for (const size_t d : reference) middle += p.days[d].number / n;
    for (const size_t d : reference) squares += (p.days[d].number - middle) * (p.days[d].number - middle);
    for (const size_t d : reference) {
      level.push_back(1 / n);
      trend.push_back(1 / n + (now - middle) * (p.days[d].number - middle) / squares);
    }
  }
  [[nodiscard]] bool enough() const { return !level.empty(); }
};

// A value that parts the accounts into those with so much at most, and the others.
struct Border {
  double at_most, density;
};

// The values of one look, day by day.
struct Cell {
  uint32_t cluster = 0;
  double value = 0;
};
using Cells = std::vector<std::vector<Cell>>;  // by position of the day

bool enough(const Cells& cells, const std::vector<size_t>& days) {
  return std::all_of(days.begin(), days.end(), [&](size_t d) { return std::ssize(cells[d]) >= kFewestAccounts; });
}

// Values beyond the outermost of the reference are set to these: one huge customer must not hide or make a drift.
void clip(Cells& cells, const Periods& periods) {
  std::vector<double> all;
  for (const size_t d : periods.reference) {
    for (const Cell& c : cells[d]) all.push_back(c.value);
  }
  std::sort(all.begin(), all.end());
  double low = stats::quantile(all, kClipped), high = stats::quantile(all, 1 - kClipped);
  if (low == high) {  // nearly constant: keep what little there is
    low = all.front();
    high = all.back();
  }
  if (low == high) return;
  for (auto& day : cells) {
    for (Cell& c : day) c.value = std::clamp(c.value, low, high);
  }
}

double spread(const Cells& cells, const std::vector<size_t>& days) {
  double n = 0, sum = 0, squares = 0;
  for (const size_t d : days) {
    for (const Cell& c : cells[d]) {
      n += 1;
      sum += c.value;
    }
  }
  for (const size_t d : days) {
    for (const Cell& c : cells[d]) squares += (c.value - sum / n) * (c.value - sum / n);
  }
  return std::sqrt(squares / n);
}

// The error of a weighted sum of daily means: what each cluster's rows pull at it (Liang and Zeger 1986).
struct Influence {
  std::vector<double> by_cluster;
  std::vector<uint8_t> used;
  explicit Influence(size_t clusters) : by_cluster(clusters, 0), used(clusters, 0) {}
  void add(const std::vector<Cell>& day, double mean, double weight) {
    for (const Cell& c : day) {
      by_cluster[c.cluster] += weight * (c.value - mean) / static_cast<double>(day.size());
      used[c.cluster] = 1;
    }
  }
  [[nodiscard]] int64_t clusters() const { return std::count(used.begin(), used.end(), uint8_t{1}); }
  [[nodiscard]] double variance() const {
    double squares = 0;
    for (const double x : by_cluster) squares += x * x;
    const auto n = static_cast<double>(clusters());
    return n < 2 ? 0 : squares * n / (n - 1);
  }
};

// Means by day, and what the reference leads to expect.
struct Course {
  std::vector<double> by_day;  // of all days of the panel
  double reference = 0, carried_on = 0, now = 0, residual = 0;

  Course(std::vector<double> means, const Panel& p, const Periods& periods) : by_day(std::move(means)) {
    for (size_t i = 0; i < periods.reference.size(); ++i) {
      reference += periods.level[i] * by_day[periods.reference[i]];
      carried_on += periods.trend[i] * by_day[periods.reference[i]];
    }
    for (const size_t d : periods.recent) now += by_day[d] / static_cast<double>(periods.recent.size());
    scatter(p, periods);
  }
  [[nodiscard]] double low() const { return std::min(reference, carried_on); }
  [[nodiscard]] double high() const { return std::max(reference, carried_on); }
  [[nodiscard]] double expected() const { return std::clamp(now, low(), high()); }
  // The weights of whichever end is the nearer one.
  [[nodiscard]] const std::vector<double>& weights(const Periods& p) const {
    return (now > high()) == (carried_on > reference) ? p.trend : p.level;
  }

 private:
  // How far the daily means of the reference lie from their own line: what all customers do together.
  void scatter(const Panel& p, const Periods& periods) {
    const auto n = static_cast<double>(periods.reference.size());
    double middle = 0, squares = 0, slope = 0;
    for (const size_t d : periods.reference) middle += p.days[d].number / n;
    for (const size_t d : periods.reference) {
      const double t = p.days[d].number - middle;
      squares += t * t;
      slope += t * (by_day[d] - reference);
    }
    slope /= squares;
    for (const size_t d : periods.reference) {
      const double left = by_day[d] - reference - slope * (p.days[d].number - middle);
      residual += left * left / (n - 2);
    }
  }
};

enum class Side : uint8_t { both, rise, fall };

// Fills in effect and chance.  variance: of the deviation; spread: what an effect of 1 is.
void conclude(Look& look, const Course& course, double variance, double spread, double least, Side side) {
  look.reference = course.reference;
  look.expected = course.expected();
  look.now = course.now;
  double deviation = course.now - course.expected();
  if ((side == Side::rise && deviation < 0) || (side == Side::fall && deviation > 0)) deviation = 0;
  const double error = std::sqrt(variance + course.residual) / spread;
  const double effect = deviation / spread;
  look.effect = {effect, effect - kHalf * error, effect + kHalf * error};
  look.p = chance_of(effect, least, error, look.accounts);
}

class Looker {
 public:
  Looker(const Panel& panel, const DriftOptions& options) : p_(panel), o_(options), periods_(panel, options) {
    for (const uint32_t c : panel.cluster) clusters_ = std::max(clusters_, size_t{c} + 1);
  }

  std::vector<Look> looks() {
    if (!periods_.enough()) return {};
    scored();
    add(LookKind::score, {}, [&](size_t r) { return p_.score[r] / 100.0; });
    add(LookKind::coverage, {}, [&](size_t r) { return p_.coverage[r] / 1e6; });
    const size_t n = p_.metrics.size();
    for (size_t m = 0; m < n; ++m) {
      if (!o_.watched.empty() && o_.watched[m] == 0) continue;
      // Words have no mean; what they are worth has.
      const std::vector<double>& numbers = p_.is_text[m] != 0 ? p_.points : p_.values;
      add(LookKind::value, p_.metrics[m], [&](size_t r) { return numbers[r * n + m]; });
      shape(p_.metrics[m], [&](size_t r) { return numbers[r * n + m]; });
      add(LookKind::missing, p_.metrics[m], [&](size_t r) { return std::isnan(p_.values[r * n + m]) ? 1.0 : 0.0; });
    }
    return std::move(out_);
  }

 private:
  // None: too few accounts on some day.
  template <typename ValueOf>
  std::optional<Cells> cells_of(const ValueOf& value_of) const {
    Cells cells(p_.days.size());
    for (size_t r = 0; r < p_.rows(); ++r) {
      const double x = value_of(r);
      if (!std::isnan(x)) cells[p_.day[r]].push_back({p_.cluster[r], x});
    }
    if (!enough(cells, periods_.reference) || !enough(cells, periods_.recent)) return std::nullopt;
    return cells;
  }

  [[nodiscard]] Course course_of(const Cells& cells) const {
    std::vector<double> means;
    for (const auto& day : cells) means.push_back(mean(day));
    return {std::move(means), p_, periods_};
  }

  // What each top parent's rows pull at the deviation.
  [[nodiscard]] Influence influence_of(const Cells& cells, const Course& course) const {
    Influence out(clusters_);
    const std::vector<double>& weights = course.weights(periods_);
    for (size_t i = 0; i < weights.size(); ++i) {
      const size_t d = periods_.reference[i];
      out.add(cells[d], course.by_day[d], -weights[i]);
    }
    for (const size_t d : periods_.recent) {
      out.add(cells[d], course.by_day[d], 1 / static_cast<double>(periods_.recent.size()));
    }
    return out;
  }

  template <typename ValueOf>
  void add(LookKind kind, const std::string& subject, const ValueOf& value_of) {
    std::optional<Cells> found = cells_of(value_of);
    if (!found) return;
    Cells& cells = *found;
    const bool share = kind == LookKind::missing;
    if (!share) clip(cells, periods_);
    const Course course = course_of(cells);
    double sd = spread(cells, periods_.reference);
    if (share) sd = std::max(sd, kSpreadOfShares);
    if (sd == 0) {
      std::vector<size_t> all = periods_.reference;
      all.insert(all.end(), periods_.recent.begin(), periods_.recent.end());
      sd = spread(cells, all);
    }
    if (sd == 0) return;  // one value always
    const Influence influence = influence_of(cells, course);
    Look look;
    look.kind = kind;
    look.subject = subject;
    look.accounts = influence.clusters();
    double variance = influence.variance();
    if (share) variance = std::max(variance, least_variance(course.now, look.accounts));
    conclude(look, course, variance, sd, o_.least, share ? Side::rise : Side::both);
    out_.push_back(std::move(look));
  }

  // How far values lie from the middle of their day, and the distance of Kolmogorov and Smirnov at quantiles of the
  // reference: what tells most, of so many.  No resampling: all the looks ask for smaller chances than a thousand
  // resamples can show.
  template <typename ValueOf>
  void shape(const std::string& subject, const ValueOf& value_of) {
    const std::optional<Cells> cells = cells_of(value_of);
    if (!cells) return;
    const std::vector<Border> borders = borders_of(*cells);
    if (borders.empty()) return;
    std::vector<Look> looks;
    if (auto look = distance_look(*cells)) looks.push_back(std::move(*look));
    for (const Border& border : borders) looks.push_back(share_look(*cells, border));
    const auto most =
        std::min_element(looks.begin(), looks.end(), [](const Look& x, const Look& y) { return x.p < y.p; });
    most->p = std::min(1.0, most->p * static_cast<double>(looks.size()));  // Bonferroni
    most->subject = subject;
    out_.push_back(std::move(*most));
  }

  // Mean distance from the median of the day.
  [[nodiscard]] std::optional<Look> distance_look(Cells cells) const {
    std::vector<double> values;
    for (auto& day : cells) {
      if (day.empty()) continue;
      values.clear();
      for (const Cell& c : day) values.push_back(c.value);
      std::sort(values.begin(), values.end());
      const double middle = stats::quantile(values, 0.5);
      for (Cell& c : day) c.value = std::fabs(c.value - middle);
    }
    clip(cells, periods_);
    const double sd = spread(cells, periods_.reference);
    if (sd == 0) return std::nullopt;
    const Course course = course_of(cells);
    const Influence influence = influence_of(cells, course);
    Look look;
    look.kind = LookKind::shape;
    look.accounts = influence.clusters();
    conclude(look, course, influence.variance(), sd, o_.least, Side::both);
    return look;
  }

  // Ascending; none where there are too few different values.
  [[nodiscard]] std::vector<Border> borders_of(const Cells& cells) const {
    std::vector<double> all;
    std::vector<Border> out;
    for (const size_t d : periods_.reference) {
      for (const Cell& c : cells[d]) all.push_back(c.value);
    }
    std::sort(all.begin(), all.end());
    for (const Quantile& q : kQuantiles) {
      const auto at = static_cast<size_t>(q.share * static_cast<double>(all.size()));
      if (out.empty() || out.back().at_most != all[at]) out.push_back({all[at], q.density});
    }
    for (const size_t d : periods_.recent) {
      for (const Cell& c : cells[d]) all.push_back(c.value);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (all.size() < kFewestValues) return {};
    std::erase_if(out, [&](const Border& b) { return b.at_most == all.back(); });  // nobody was and is above it
    return out;
  }

  // Of accounts with so much at most.
  [[nodiscard]] Look share_look(Cells cells, const Border& border) const {
    for (auto& day : cells) {
      for (Cell& c : day) c.value = c.value <= border.at_most ? 1 : 0;
    }
    const Course course = course_of(cells);
    const Influence influence = influence_of(cells, course);
    Look look;
    look.kind = LookKind::shape;
    look.at_most = border.at_most;
    look.accounts = influence.clusters();
    const double variance = std::max(influence.variance(), least_variance(course.now, look.accounts));
    conclude(look, course, variance, 1, o_.least * border.density, Side::both);
    return look;
  }

  // Of living accounts on a day, those with a score.
  void scored() {
    std::vector<double> rows(p_.days.size(), 0), alive(p_.days.size(), 0);
    for (const uint32_t d : p_.day) rows[d] += 1;
    for (size_t d = 0; d < p_.days.size(); ++d) {
      alive[d] = rows[d];
      for (const Exclusion e : {Exclusion::too_new, Exclusion::insufficient}) {
        alive[d] += static_cast<double>(p_.excluded[d][static_cast<size_t>(e)]);
      }
    }
    const auto few = [&](size_t d) { return alive[d] < static_cast<double>(kFewestAccounts); };
    if (std::any_of(periods_.reference.begin(), periods_.reference.end(), few) ||
        std::any_of(periods_.recent.begin(), periods_.recent.end(), few)) {
      return;
    }
    std::vector<double> shares;
    for (size_t d = 0; d < p_.days.size(); ++d) shares.push_back(alive[d] > 0 ? rows[d] / alive[d] : 0);
    const Course course(std::move(shares), p_, periods_);
    Look look;
    look.kind = LookKind::scored;
    look.accounts = static_cast<int64_t>(alive[periods_.recent.back()]);
    const double variance = least_variance(course.reference, look.accounts) + least_variance(course.now, look.accounts);
    const double sd = std::max(std::sqrt(course.reference * (1 - course.reference)), kSpreadOfShares);
    conclude(look, course, variance, sd, o_.least, Side::fall);
    out_.push_back(std::move(look));
  }

  static double mean(const std::vector<Cell>& day) {
    double sum = 0;
    for (const Cell& c : day) sum += c.value;
    return day.empty() ? 0 : sum / static_cast<double>(day.size());
  }

  // Of a share among n accounts, were one more and one fewer like that (Agresti and Caffo 2000).
  static double least_variance(double share, int64_t n) {
    const auto cases = static_cast<double>(n);
    const double s = (share * cases + 1) / (cases + 2);
    return s * (1 - s) / (cases + 2);
  }

  const Panel& p_;
  const DriftOptions& o_;
  Periods periods_;
  size_t clusters_ = 0;
  std::vector<Look> out_;
};

}  // namespace

std::string_view word(LookKind kind) {
  constexpr std::array<std::string_view, 9> kWords{"value",  "shape", "missing",     "score", "coverage",
                                                   "scored", "feed",  "foretelling", "rate"};
  return kWords[static_cast<size_t>(kind)];
}

std::vector<Look> drift_looks(const Panel& snapshots, const DriftOptions& options) {
  KENKO_CHECK(options.watched.empty() || options.watched.size() == snapshots.metrics.size(), "a mark for each metric");
  return Looker(snapshots, options).looks();
}

std::optional<Look> feed_look(const std::string& source, const std::vector<Day>& fact_days, Day now) {
  const auto end = std::upper_bound(fact_days.begin(), fact_days.end(), now);
  if (end == fact_days.begin()) return std::nullopt;
  const Day last = *(end - 1);
  std::vector<int32_t> gaps;
  for (auto day = fact_days.begin() + 1; day < end; ++day) {
    if (last - *day < kYear) gaps.push_back(*day - *(day - 1));
  }
  if (gaps.size() < kFewestGaps) return std::nullopt;
  const int32_t longest = *std::max_element(gaps.begin(), gaps.end());
  Look look;
  look.kind = LookKind::feed;
  look.subject = source;
  look.reference = look.expected = longest;
  look.now = now - last;
  look.effect.value = std::max(0.0, *look.now - longest);
  look.accounts = std::ssize(gaps);
  // Gaps fall off at least exponentially, and the longest of n is one in n.
  if (*look.now > longest) look.p = std::pow(static_cast<double>(gaps.size()), -*look.now / longest);
  return look;
}

double chance_of(double effect, double least, double error, int64_t clusters) {
  const double beyond = std::fabs(effect) - least;
  if (!(error > 0)) return beyond > 0 ? 0 : 1;
  const double t = beyond / error;
  const auto freedom = static_cast<double>(std::max<int64_t>(clusters - 1, 1));
  const double size = std::sqrt(freedom * std::log1p(t * t / freedom)) * (8 * freedom + 1) / (8 * freedom + 3);
  return stats::normal_below(t > 0 ? -size : size);
}

void judge(std::vector<Look>& looks, double rate) {
  std::vector<double> p;
  for (const Look& look : looks) p.push_back(look.p);
  const std::vector<double> rates = stats::false_discovery_rates(p);
  for (size_t i = 0; i < looks.size(); ++i) {
    looks[i].rate = rates[i];
    looks[i].found = rates[i] <= rate;
  }
}

}  // namespace kenko::validate

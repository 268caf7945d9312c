// Cut-offs of a fitted model.
#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "fit/fit.h"
#include "score/day_parts.h"
#include "stats/logistic.h"

namespace kenko::fit {
namespace {

constexpr size_t kFewestRows = 200;  // a list of bands with fewer takes the places of all rows
constexpr int32_t kTenth = 10;       // hundredths
constexpr int32_t kHighest = 10'000;

struct Scores {
  std::vector<double> before, after;  // points, ascending
};

// The new score below which as large a share lies as below the old one.
double same_share(const Scores& s, double from) {
  if (s.before.empty()) return from;
  const auto below = std::lower_bound(s.before.begin(), s.before.end(), from) - s.before.begin();
  if (below == 0 || below == std::ssize(s.before)) return from;
  const auto at = static_cast<size_t>(below);
  return (s.after[at - 1] + s.after[at]) / 2;
}

// The share of the new scores below a number, and the number below which a share lies.
double share_below(const Scores& s, double from) {
  return static_cast<double>(std::lower_bound(s.after.begin(), s.after.end(), from) - s.after.begin()) /
         static_cast<double>(s.after.size());
}
double at_share(const Scores& s, double share) {
  const auto at = static_cast<size_t>(std::lround(share * static_cast<double>(s.after.size())));
  if (at == 0) return s.after.front();
  if (at >= s.after.size()) return s.after.back();
  return (s.after[at - 1] + s.after[at]) / 2;
}

// Rounded to a tenth of a point, each above the one before.
void put(std::span<plan::Band> bands, const std::vector<double>& from) {
  for (size_t k = 1; k < bands.size(); ++k) {
    const auto tenths = static_cast<int32_t>(std::lround(from[k] * 10)) * kTenth;
    const int32_t least = bands[k - 1].from_hundredths + kTenth;
    const int32_t most = kHighest - kTenth * static_cast<int32_t>(bands.size() - 1 - k);
    bands[k].from_hundredths = std::clamp(tenths, least, most);
  }
}

// The lowest cut-off that was asked for; nullopt: none was.
std::optional<double> lowest_cut(const Scores& s, const Link& link, const CutOff& cut_off) {
  if (s.after.empty()) return std::nullopt;
  if (cut_off.capacity) return at_share(s, *cut_off.capacity);
  if (!cut_off.cost_ratio) return std::nullopt;
  // To act pays where p x miss > (1 - p) x alarm: where the odds are above alarm / miss.
  const double log_odds = -std::log(*cut_off.cost_ratio);
  return std::clamp(50 + 10 * (link.intercept - log_odds) / std::exp(link.log_slope), 0.0, 100.0);
}

// Moves the lowest cut-off; the bands above share what is left above it as they did before.
void move_lowest(const Scores& s, double lowest, std::vector<double>& from) {
  const double was = share_below(s, from[1]), is = share_below(s, lowest);
  for (size_t k = 2; k < from.size() && was < 1; ++k) {
    from[k] = at_share(s, is + (1 - is) * (share_below(s, from[k]) - was) / (1 - was));
  }
  from[1] = lowest;
}

}  // namespace

void set_bands(const plan::Plan& before, plan::Plan& after, const validate::Panel& panel,
               std::span<const uint32_t> rows, std::span<const double> scores, const Link& link,
               const CutOff& cut_off) {
  Scores all;
  std::vector<Scores> by_list;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto list =
        static_cast<size_t>(score::band_list_on(before, panel.segment[rows[i]], panel.parts.stage[rows[i]]));
    if (by_list.size() <= list) by_list.resize(list + 1);
    const double was = panel.score[rows[i]] / 100.0;
    for (Scores* s : {&all, &by_list[list]}) {
      s->before.push_back(was);
      s->after.push_back(scores[i]);
    }
  }
  by_list.push_back({});  // lists that nobody is in
  for (Scores* s : {&all}) {
    std::sort(s->before.begin(), s->before.end());
    std::sort(s->after.begin(), s->after.end());
  }
  for (Scores& s : by_list) {
    std::sort(s.before.begin(), s.before.end());
    std::sort(s.after.begin(), s.after.end());
  }
  size_t list = 0;
  const auto set = [&](std::vector<plan::Band>& bands) {
    const Scores& own = list < by_list.size() && by_list[list].before.size() >= kFewestRows ? by_list[list] : all;
    ++list;
    if (bands.empty() || bands.back().quantile_micros) return;
    std::vector<double> from;
    for (const plan::Band& b : bands) from.push_back(same_share(own, b.from_hundredths / 100.0));
    const std::optional<double> lowest = lowest_cut(own, link, cut_off);
    if (lowest && from.size() > 1) move_lowest(own, *lowest, from);
    put(bands, from);
  };
  set(after.bands);
  for (auto* segments : {&after.segments, &after.life_stages}) {
    for (plan::Segment& s : *segments) {
      if (!s.changes.bands.empty()) set(s.changes.bands);
    }
  }
}

}  // namespace kenko::fit

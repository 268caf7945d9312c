#include "score/quantiles.h"

#include <algorithm>

#include "base/decimal.h"

namespace kenko::score {
namespace {

constexpr size_t kLeastScores = 10;
constexpr int64_t kMicros = 1'000'000;

}  // namespace

std::vector<int32_t> cutoffs_of(std::span<const plan::Band> bands, std::span<const int16_t> scores) {
  std::vector<int32_t> out;
  if (scores.size() < kLeastScores) return out;
  for (const plan::Band& b : bands) {
    const int64_t h = b.quantile_micros.value_or(0) * (std::ssize(scores) - 1);
    const auto i = static_cast<size_t>(h / kMicros);
    const int64_t part = h % kMicros;
    const int64_t next = scores[std::min(i + 1, scores.size() - 1)];
    const int64_t micros = scores[i] * kMicros + part * (next - scores[i]);
    out.push_back(static_cast<int32_t>((2 * micros + kMicros) / (2 * kMicros)));
  }
  out.front() = 0;
  return out;
}

Quantiles::Quantiles(const Rules& rules, Day first, Day until)
    : rules_(rules),
      first_(first),
      groups_(rules.plan().quantiles_within_segment ? rules.plan().segments.size() + 1 : 1),
      scores_(first > until ? 0 : static_cast<size_t>(until - first + 1) * groups_) {}

size_t Quantiles::place(Day day, int segment) const {
  return static_cast<size_t>(day - first_) * groups_ + (groups_ > 1 ? static_cast<size_t>(segment + 1) : 0);
}

void Quantiles::add(const LifeScores& scores) {
  for (size_t d = 0; d < scores.size(); ++d) {
    if (scores.state[d] != State::scored) continue;
    const size_t at = place(scores.first + static_cast<int32_t>(d), scores.segment[d]);
    scores_[at].push_back(static_cast<int16_t>(scores.computed[d]));
  }
}

void Quantiles::find() {
  cutoffs_.resize(static_cast<size_t>(rules_.band_lists()) * scores_.size());
  for (size_t at = 0; at < scores_.size(); ++at) {
    std::sort(scores_[at].begin(), scores_[at].end());
    for (int16_t list = 0; list < rules_.band_lists(); ++list) {
      if (rules_.by_quantile(list))
        cutoffs_[static_cast<size_t>(list) * scores_.size() + at] =
            cutoffs_of(bands_of(rules_.plan(), list), scores_[at]);
    }
  }
  for (auto& scores : scores_) scores = {};
}

std::span<const int32_t> Quantiles::froms(int16_t list, Day day, int segment) const {
  if (day <= first_) return {};
  return cutoffs_[static_cast<size_t>(list) * scores_.size() + place(day - 1, segment)];
}

}  // namespace kenko::score

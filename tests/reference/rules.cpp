#include "reference/rules.h"

#include <algorithm>

#include "base/check.h"

namespace kenko::reference {

bool TriggerState::active_by_condition(bool when, bool until) const {
  if (trigger_->until) return when || (active_ && !until);
  const size_t days = std::min(held_.size(), static_cast<size_t>(trigger_->for_days));
  return std::any_of(held_.end() - static_cast<std::ptrdiff_t>(days), held_.end(), [](bool held) { return held; });
}

int TriggerState::next(bool when, bool until) {
  held_.push_back(when);
  const bool active = active_by_condition(when, until) && !(trigger_->once && ran_);
  if (active_ && !active) ran_ = true;
  active_ = active;
  if (!active) return 0;
  int starts = 0;
  for (size_t i = 0; i < held_.size(); ++i) {
    const bool in_window = held_.size() - i <= static_cast<size_t>(trigger_->for_days);
    if (in_window && held_[i] && (i == 0 || !held_[i - 1])) ++starts;
  }
  return std::min(std::max(starts, 1), trigger_->stack);
}

TriggerLines apply_triggers(const DayModel& day, const std::map<std::string, int>& starts, int64_t before) {
  TriggerLines out;
  int64_t sum = 0;
  std::optional<int64_t> lowest;
  for (const auto& [name, times] : starts) {
    const DayModel::Rule& rule = day.triggers.at(name);
    if (times == 0 || rule.off) continue;
    if (rule.points_hundredths != 0) {
      out.points[name] = rule.points_hundredths * times;
      sum += out.points[name];
    }
    if (rule.cap_hundredths && (!lowest || *rule.cap_hundredths < *lowest)) {
      lowest = rule.cap_hundredths;
      out.capped_by = name;
    }
  }
  const int64_t held = std::min<int64_t>(std::max<int64_t>(before + sum, 0), 10'000);
  const int64_t left = held - before;
  if (left != sum) {
    // Lines of the sum's sign share what is left, and what those of the other sign give.
    std::map<std::string, Int128> same;
    int64_t others = 0;
    for (const auto& [name, points] : out.points) {
      if ((points > 0) == (sum > 0)) {
        same[name] = points < 0 ? -points : points;
      } else {
        others += points;
      }
    }
    const int64_t wanted = left - others;
    for (const auto& [name, part] : apportion(wanted < 0 ? -wanted : wanted, same)) {
      out.points[name] = sum < 0 ? -part : part;
    }
  }
  out.score = lowest ? std::min(held, *lowest) : held;
  out.cap = out.score - held;
  return out;
}

int64_t overridden(const model::Model& model, const Account& account, Day d, Day life_first, int64_t computed) {
  const Event* last = nullptr;
  for (const Event& e : account.events) {
    if (e.day < life_first || e.day > d) continue;
    if (e.name == "override.set" || e.name == "override.cleared") last = &e;
  }
  if (last == nullptr || last->name == "override.cleared" || !last->value_micros) return computed;
  const std::string* expires = last->property("expires");
  const auto end = expires == nullptr ? std::nullopt : Day::parse(*expires);
  const std::string* name = last->property("model");
  const std::string* kind = last->property("kind");
  if (!end || *end <= d || (name != nullptr && *name != model.name) || kind == nullptr) return computed;
  if (*last->value_micros < 0 || *last->value_micros > 100'000'000) return computed;
  const auto value = static_cast<int64_t>(divide_half_up(*last->value_micros, 10'000));
  if (*kind == "value") return value;
  if (*kind == "floor") return std::max(computed, value);
  if (*kind == "ceiling") return std::min(computed, value);
  return computed;
}

std::optional<std::vector<int64_t>> cut_offs(const std::vector<model::Band>& bands, std::vector<int64_t> others) {
  std::vector<int64_t> out;
  if (!bands.front().quantile) {
    for (const model::Band& b : bands) out.push_back(b.from_hundredths);
    return out;
  }
  if (others.size() < 10) return std::nullopt;
  std::sort(others.begin(), others.end());
  for (const model::Band& b : bands) {
    if (out.empty()) {
      out.push_back(0);
      continue;
    }
    const Int128 h =
        static_cast<Int128>(b.quantile->micros) * static_cast<int64_t>(others.size() - 1);  // in millionths
    const auto i = static_cast<size_t>(h / 1'000'000);
    const Int128 rest = h % 1'000'000;
    const int64_t low = others[i];
    const int64_t high = rest == 0 ? low : others[i + 1];
    out.push_back(
        static_cast<int64_t>(divide_half_up(static_cast<Int128>(low) * 1'000'000 + rest * (high - low), 1'000'000)));
  }
  return out;
}

size_t BandState::next(const model::Model& model, const std::vector<model::Band>& bands,
                       const std::vector<int64_t>& cut_offs, int64_t score) {
  size_t by_score = 0;
  for (size_t k = 0; k < cut_offs.size(); ++k) {
    if (cut_offs[k] <= score) by_score = k;
  }
  if (bands_ != &bands) {
    bands_ = &bands;
    shown_ = by_score;
    differed_ = 0;
    return shown_;
  }
  size_t candidate = shown_;
  for (size_t k = shown_ + 1; k < cut_offs.size(); ++k) {
    if (cut_offs[k] + model.band_margin_hundredths <= score) candidate = k;
  }
  if (candidate == shown_ && score < cut_offs[shown_] - model.band_margin_hundredths) candidate = by_score;
  differed_ = candidate == shown_ ? 0 : differed_ + 1;
  if (differed_ >= model.band_dwell_days) {
    shown_ = candidate;
    differed_ = 0;
  }
  return shown_;
}

}  // namespace kenko::reference

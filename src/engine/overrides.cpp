#include "engine/overrides.h"

#include <algorithm>

namespace kenko::engine {
namespace {

constexpr int64_t kHighest = 100'000'000;  // 100 points in millionths
constexpr int64_t kMicrosPerHundredth = 10'000;

Override::Kind kind_of(std::string_view word) {
  if (word == "value") return Override::Kind::value;
  if (word == "floor") return Override::Kind::floor;
  if (word == "ceiling") return Override::Kind::ceiling;
  return Override::Kind::none;
}

}  // namespace

Overrides::Overrides(const facts::Portfolio& portfolio, const std::string& model)
    : portfolio_(portfolio),
      model_(model),
      set_(portfolio.texts.find("override.set")),
      cleared_(portfolio.texts.find("override.cleared")),
      kind_(portfolio.find_property("kind")),
      expires_(portfolio.find_property("expires")),
      of_model_(portfolio.find_property("model")) {}

// What the event sets; kind none when it is not to be followed on any day.
Overrides::Found Overrides::read(uint64_t row) const {
  Found out;
  const auto expires = Day::parse(portfolio_.property(expires_, row));
  const std::string_view of_model = portfolio_.property(of_model_, row);
  const uint8_t flags = portfolio_.events.flags[row];
  const bool has_value =
      (flags & facts::ResolvedEvents::kHasValue) != 0 && (flags & facts::ResolvedEvents::kNoRate) == 0;
  const int64_t value = portfolio_.events.value[row];
  if (!expires || (!of_model.empty() && of_model != model_)) return out;
  if (!has_value || value < 0 || value > kHighest) return out;
  out.override.kind = kind_of(portfolio_.property(kind_, row));
  out.override.hundredths = static_cast<int32_t>((value + kMicrosPerHundredth / 2) / kMicrosPerHundredth);
  out.override.row = row;
  out.expires = *expires;
  return out;
}

void Overrides::find(uint32_t account, LifeSpan life, Day facts_until, std::vector<Override>& out) const {
  out.clear();
  if (set_ == 0) return;
  const facts::ResolvedEvents& events = portfolio_.events;
  const Day until = std::min(life.last, facts_until);
  const facts::RowRange rows = portfolio_.events_of[account];
  const auto begin = events.day.begin() + static_cast<ptrdiff_t>(rows.begin);
  const auto end = events.day.begin() + static_cast<ptrdiff_t>(rows.end);
  auto row = static_cast<size_t>(std::lower_bound(begin, end, life.first.number) - events.day.begin());
  const auto last = static_cast<size_t>(std::upper_bound(begin, end, until.number) - events.day.begin());
  for (; row < last; ++row) {
    if (events.name[row] != set_ && events.name[row] != cleared_) continue;
    const Found found = events.name[row] == set_ ? read(row) : Found{};
    if (out.empty()) {
      if (found.override.kind == Override::Kind::none) continue;
      out.resize(static_cast<size_t>(life.last - life.first + 1));
    }
    const auto from = out.begin() + (events.day[row] - life.first.number);
    std::fill(from, out.end(), Override{});
    if (found.override.kind == Override::Kind::none) continue;
    const int64_t days =
        std::clamp<int64_t>(found.expires.number - static_cast<int64_t>(life.first.number), 0, std::ssize(out));
    if (out.begin() + days > from) std::fill(from, out.begin() + days, found.override);
  }
}

}  // namespace kenko::engine

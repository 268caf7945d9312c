#include "validate/band_moves.h"

#include <map>
#include <utility>

namespace kenko::validate {

BandMatrix band_matrix(const Panel& panel, size_t from, size_t to) {
  BandMatrix out;
  out.from = panel.days[from];
  out.to = panel.days[to];
  out.bands = panel.bands;
  const size_t none = panel.bands.size();
  out.accounts.assign(none + 1, std::vector<int64_t>(none + 1, 0));
  out.arr = out.accounts;
  struct Standing {
    size_t from, to;
    int64_t arr = kNoAmount;
  };
  std::map<uint32_t, Standing> standings;
  for (size_t r = 0; r < panel.rows(); ++r) {
    if (panel.day[r] != from && panel.day[r] != to) continue;
    Standing& s = standings.try_emplace(panel.account[r], Standing{none, none}).first->second;
    const size_t band = panel.band[r] < 0 ? none : static_cast<size_t>(panel.band[r]);
    (panel.day[r] == from ? s.from : s.to) = band;
    if (panel.arr[r] != kNoAmount) s.arr = panel.arr[r];  // rows of `to` come last
  }
  for (const auto& [account, s] : standings) {
    ++out.accounts[s.from][s.to];
    if (s.arr != kNoAmount) out.arr[s.from][s.to] += s.arr;
  }
  return out;
}

void Flapping::add(std::span<const int32_t> bands) {
  constexpr int32_t kNone = -1;
  int32_t before = kNone, now = kNone;  // the band before the last change, and since
  size_t left = 0;                      // the day of that change
  int64_t mine = 0, back = 0;
  bool any = false;
  for (size_t d = 0; d < bands.size(); ++d) {
    if (bands[d] == kNone) continue;
    any = true;
    if (now == kNone) now = bands[d];
    if (bands[d] == now) continue;
    ++mine;
    if (bands[d] == before && d - left <= static_cast<size_t>(within)) ++back;
    before = std::exchange(now, bands[d]);
    left = d;
  }
  accounts += any ? 1 : 0;
  moved += mine > 0 ? 1 : 0;
  returned += back > 0 ? 1 : 0;
  moves += mine;
  returns += back;
}

}  // namespace kenko::validate

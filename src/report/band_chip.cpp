#include "report/band_chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kenko::report {

BandChip chip_of(const plan::Plan& plan, score::State state, int band) { return chip_of(plan.bands, state, band); }

BandChip chip_of(std::span<const plan::Band> bands, score::State state, int band) {
  if (state == score::State::insufficient) return {"◌ ? insufficient data", Tone::band_none};
  if (state == score::State::too_new) return {"◷ too new", Tone::band_new};
  if (band < 0) return {std::string(score::word(state)), Tone::muted};
  constexpr std::array<std::string_view, 4> kShapes{"●", "◆", "▲", "■"};
  constexpr std::array kTones{Tone::band_a, Tone::band_b, Tone::band_c, Tone::band_d};
  const int last = static_cast<int>(bands.size()) - 1;
  const int rank = last - band;  // 0 = best
  const auto shape = static_cast<size_t>(last == 0 ? 0 : (rank * 3 + last / 2) / last);
  const std::string& name = bands[static_cast<size_t>(band)].name;
  return {fmt::format("{} {} {}{}", kShapes[shape], static_cast<char>('A' + std::min(rank, 25)), name,
                      state == score::State::paused ? " (paused)" : ""),
          kTones[shape]};
}

std::string sparkline(const std::vector<int32_t>& scores) {
  constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out;
  for (const int32_t s : scores) out += s < 0 ? " " : kBlocks[static_cast<size_t>(std::min(s * 8 / 10'000, 7))];
  return out;
}

}  // namespace kenko::report

#include "report/band_chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kenko::report {

BandChip chip_of(const plan::Plan& plan, score::State state, int band) { return chip_of(plan.bands, state, band); }

namespace {

BandChip chip_of_rank(const std::string& name, int rank, int last) {  // 0 = best
  constexpr std::array<std::string_view, 4> kShapes{"●", "◆", "▲", "■"};
  constexpr std::array kTones{Tone::band_a, Tone::band_b, Tone::band_c, Tone::band_d};
  const auto shape = static_cast<size_t>(last == 0 ? 0 : (rank * 3 + last / 2) / last);
  return {fmt::format("{} {} {}", kShapes[shape], static_cast<char>('A' + std::min(rank, 25)), name), kTones[shape]};
}

}  // namespace

BandChip chip_of(std::span<const plan::Band> bands, score::State state, int band) {
  if (state == score::State::insufficient) return {"◌ ? insufficient data", Tone::band_none};
  if (state == score::State::too_new) return {"◷ too new", Tone::band_new};
  if (band < 0) return {std::string(score::word(state)), Tone::muted};
  const int last = static_cast<int>(bands.size()) - 1;
  BandChip out = chip_of_rank(bands[static_cast<size_t>(band)].name, last - band, last);
  if (state == score::State::paused) out.text += " (paused)";
  return out;
}

Cell band_cell(const std::string& name, const std::vector<std::string>& worst_first) {
  if (name.empty()) return {};
  const auto found = std::find(worst_first.begin(), worst_first.end(), name);
  if (found == worst_first.end()) return {name};
  const int last = static_cast<int>(worst_first.size()) - 1;
  const BandChip chip = chip_of_rank(name, last - static_cast<int>(found - worst_first.begin()), last);
  return {name, chip.tone, chip.text};
}

std::string sparkline(const std::vector<int32_t>& scores) {
  constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out;
  for (const int32_t s : scores) out += s < 0 ? " " : kBlocks[static_cast<size_t>(std::min(s * 8 / 10'000, 7))];
  return out;
}

}  // namespace kenko::report

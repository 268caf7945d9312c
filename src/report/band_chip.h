// report/band_chip.h
//
// How a band looks: a shape, a letter and a word, then a colour.  The best band is the circle A, the worst the square;
// states without a score stand outside the scale.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "report/table.h"
#include "score/history.h"

namespace kenko::report {

struct BandChip {
  std::string text;  ///< "◆ B yellow"
  Tone tone = Tone::plain;
};

/// The chip of a day: of `band` where there is a score (paused ones say so), of the state else.
[[nodiscard]] BandChip chip_of(const plan::Plan& plan, score::State state, int band);
/// The same where a segment or a stage has a list of bands of its own.
[[nodiscard]] BandChip chip_of(std::span<const plan::Band> bands, score::State state, int band);

/// A band of a list of names, the worst first, as data and as its chip; the name alone where the list has not got it,
/// nothing where it is empty.
[[nodiscard]] Cell band_cell(const std::string& name, const std::vector<std::string>& worst_first);

/// Block characters for scores 0..100 (hundredths), a blank where there is none.
[[nodiscard]] std::string sparkline(const std::vector<int32_t>& scores);

}  // namespace kenko::report

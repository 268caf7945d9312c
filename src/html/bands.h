// html/bands.h
//
// How a band looks on a page: a shape with its letter, a word, then a colour.
#pragma once

#include <string>
#include <string_view>

#include "html/catalogue.h"
#include "html/markup.h"
#include "report/table.h"

namespace kenko::html {

/// The shapes that chips use, to stand once at the beginning of the page; ranks: how many letters are needed.
void add_shapes(Markup& out, size_t ranks);

/// What a chip says, taken from the chip of a terminal ("◆ B yellow"): its shape and letter, and its words.
struct Chip {
  report::Tone tone = report::Tone::plain;
  char letter = '?';  ///< 'A' is the best; '?' and 'T' stand outside the scale (no data, too new)
  std::string words;
};
[[nodiscard]] Chip chip_of(const report::Cell& cell);
/// Its words are a band's name of the model, or Kenko's own where it stands outside the scale.
void add_chip(Markup& out, const Chip& chip, const Catalogue& texts);

/// "d", "c", "b", "a", "n", "t": the end of its classes f- (fill), e- (edge), l- (letter); empty for other tones.
[[nodiscard]] std::string_view class_of(report::Tone tone);

}  // namespace kenko::html

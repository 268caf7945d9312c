#include "html/bands.h"

#include <fmt/format.h>

#include <array>

namespace kenko::html {
namespace {

using report::Tone;

// In a box of 16 x 16.
constexpr std::string_view kDiamond = "8,0.5 15.5,8 8,15.5 0.5,8";
constexpr std::string_view kTriangle = "8,0.5 15.5,15 0.5,15";

void add_shape(Markup& out, Tone tone, char letter) {
  const std::string_view name = class_of(tone);
  const std::string shape = fmt::format("f-{} e-{}", name, name);
  out.open("symbol", {{"id", fmt::format("g{}{}", name, letter)}, {"viewBox", "-0.5 -0.5 17 17"}});
  switch (tone) {
    case Tone::band_a:
      out.empty("circle", {{"cx", "8"}, {"cy", "8"}, {"r", "7.5"}, {"class", shape}});
      break;
    case Tone::band_b:
      out.empty("polygon", {{"points", kDiamond}, {"class", shape}});
      break;
    case Tone::band_c:
      out.empty("polygon", {{"points", kTriangle}, {"class", shape}});
      break;
    case Tone::band_none:
      out.empty("circle", {{"cx", "8"},
                           {"cy", "8"},
                           {"r", "7"},
                           {"fill", "none"},
                           {"stroke-dasharray", "3 2"},
                           {"class", fmt::format("e-{}", name)}});
      break;
    case Tone::band_new:
      out.empty("rect", {{"y", "3"}, {"width", "16"}, {"height", "10"}, {"rx", "5"}, {"class", shape}});
      break;
    default:
      out.empty("rect", {{"x", "0.5"}, {"y", "0.5"}, {"width", "15"}, {"height", "15"}, {"class", shape}});
  }
  if (tone == Tone::band_new) {  // a clock
    out.empty("path", {{"d", "M8 5.5V8.5L10 9.8"}, {"fill", "none"}, {"stroke", "#fff"}});
  } else {
    const bool low = tone == Tone::band_c;
    out.leaf(
        "text",
        {{"x", "8"},
         {"y", low ? "13.5" : "12"},
         {"text-anchor", "middle"},
         {"style", low || tone == Tone::band_b ? "font-size:9px;font-weight:600" : "font-size:11px;font-weight:600"},
         {"class", tone == Tone::band_none ? "" : fmt::format("l-{}", name)}},
        std::string(1, letter));
  }
  out.close();
}

}  // namespace

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::band_a:
      return "a";
    case Tone::band_b:
      return "b";
    case Tone::band_c:
      return "c";
    case Tone::band_d:
      return "d";
    case Tone::band_none:
      return "n";
    case Tone::band_new:
      return "t";
    default:
      return "";
  }
}

void add_shapes(Markup& out, size_t ranks) {
  out.open("svg", {{"width", "0"}, {"height", "0"}, {"aria-hidden", "true"}, {"style", "position:absolute"}});
  for (const Tone tone : {Tone::band_a, Tone::band_b, Tone::band_c, Tone::band_d}) {
    for (size_t r = 0; r < ranks; ++r) add_shape(out, tone, static_cast<char>('A' + r));
  }
  add_shape(out, Tone::band_none, '?');
  add_shape(out, Tone::band_new, 'T');
  out.close();
}

Chip chip_of(const report::Cell& cell) {
  Chip chip{cell.tone, '?', cell.text};
  if (chip.words.empty() && std::holds_alternative<std::string>(cell.value))
    chip.words = std::get<std::string>(cell.value);
  if (class_of(cell.tone).empty()) return chip;
  const size_t shape = chip.words.find(' ');
  if (shape == std::string::npos) return chip;
  chip.words.erase(0, shape + 1);
  if (cell.tone == Tone::band_new) {
    chip.letter = 'T';
    return chip;
  }
  if (chip.words.size() > 2 && chip.words[1] == ' ') {
    chip.letter = chip.words[0];
    chip.words.erase(0, 2);
  }
  return chip;
}

void add_chip(Markup& out, const Chip& chip, const Catalogue& texts) {
  const std::string_view name = class_of(chip.tone);
  const bool outside = chip.tone == Tone::band_none || chip.tone == Tone::band_new || name.empty();
  out.open("span", {{"class", "chip"}});
  if (!name.empty()) {
    out.open("svg", {{"class", "g"}, {"aria-hidden", "true"}})
        .empty("use", {{"href", fmt::format("#g{}{}", name, chip.letter)}})
        .close();
  }
  out.text(outside ? texts.word(chip.words) : chip.words).close();
}

}  // namespace kenko::html

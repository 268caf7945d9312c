// html/shipped.h
//
// The parts of a page that are files of share/ and that the program carries in itself.
#pragma once

#include <string_view>
#include <vector>

namespace kenko::html {

[[nodiscard]] std::string_view shipped_style();   ///< share/report/page.css
[[nodiscard]] std::string_view shipped_script();  ///< share/report/page.js

/// share/texts/LANGUAGE.txt
struct ShippedTexts {
  std::string_view language;  ///< "ja"
  std::string_view content;
};
[[nodiscard]] const std::vector<ShippedTexts>& shipped_texts();

}  // namespace kenko::html

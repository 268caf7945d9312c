#include "html/shipped.h"

#include "base/shipped_file.h"

KENKO_SHIPPED_FILE(page_style, "/report/page.css");
KENKO_SHIPPED_FILE(page_script, "/report/page.js");
KENKO_SHIPPED_FILE(texts_ja, "/texts/ja.txt");

namespace kenko::html {

std::string_view shipped_style() { return KENKO_SHIPPED_BYTES(page_style); }
std::string_view shipped_script() { return KENKO_SHIPPED_BYTES(page_script); }

const std::vector<ShippedTexts>& shipped_texts() {
  static const std::vector<ShippedTexts> texts{{"ja", KENKO_SHIPPED_BYTES(texts_ja)}};
  return texts;
}

}  // namespace kenko::html

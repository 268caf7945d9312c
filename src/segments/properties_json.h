// segments/properties_json.h
//
// Internal to segments: the properties of an event as canonical JSON, a flat object of texts:
// `{"key":"value","key":"value"}`, no blanks, keys ascending; `"` and `\` escaped by a backslash, bytes below 0x20 as
// \u00XX, everything else as it is.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/fact.h"

namespace kenko::segments {

/// Appends `text` as a JSON string, quotes included.
void append_json_text(std::string& out, std::string_view text);
/// Appends the object; nothing for no properties.
void append_properties(std::string& out, const std::vector<facts::Property>& properties);

/// Reads what append_properties() wrote, one text after the other: key, value, key, value ...
///
/// next() gives false at the end or where the text is not canonical; bad() tells which.
class PropertiesReader {
 public:
  explicit PropertiesReader(std::string_view json);
  /// The views stay valid until the next call.
  [[nodiscard]] bool next(std::string_view& key, std::string_view& value);
  [[nodiscard]] bool bad() const { return bad_; }

 private:
  [[nodiscard]] bool take(char c);
  [[nodiscard]] bool take_text(std::string& unescaped, std::string_view& out);

  std::string_view rest_;
  std::string key_, value_;
  bool first_ = true;
  bool bad_ = false;
};

}  // namespace kenko::segments

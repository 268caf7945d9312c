#include "mapping/record.h"

#include <fmt/format.h>

namespace kenko::mapping {
namespace {

void append_quoted(std::string_view s, std::string& out) {
  out += '"';
  for (const char c : s) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace

std::string to_json(const RawRecord& record) {
  std::string out = "{";
  for (size_t i = 0; i < record.names.size(); ++i) {
    if (record.values[i].empty()) continue;
    if (out.size() > 1) out += ',';
    append_quoted(record.names[i], out);
    out += ':';
    append_quoted(record.values[i], out);
  }
  return out + '}';
}

}  // namespace kenko::mapping

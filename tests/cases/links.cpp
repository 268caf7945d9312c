#include "cases/links.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"

namespace kenko::cases {
namespace {

constexpr std::string_view kArrow = "→";

// The anchor that a Markdown page gives a heading.
std::string anchor_of(std::string_view heading) {
  std::string out;
  for (const char c : text::lower(heading)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (letter) out += c;
    if (c == ' ') out += '-';
  }
  return out;
}

}  // namespace

std::vector<std::string> check_links(const std::string& semantics, const std::vector<Case>& cases) {
  std::set<std::string> anchors;
  std::set<std::string> named;
  bool naming = false;  // a list of names may go on over lines, until a line that is not indented further
  for (const std::string_view line : text::split(semantics, '\n')) {
    if (line.starts_with("#")) anchors.insert(anchor_of(text::trim(line.substr(line.find_first_not_of('#')))));
    std::string_view rest = line;
    const size_t arrow = line.find(kArrow);
    if (arrow != std::string_view::npos) {
      naming = true;
      rest = line.substr(arrow + kArrow.size());
    } else if (!line.starts_with(" ")) {
      naming = false;
    }
    if (!naming) continue;
    for (const std::string_view word : text::split(rest, ' ')) {
      std::string_view name = text::trim(word);
      if (name.ends_with(',')) name.remove_suffix(1);
      if (!name.empty()) named.insert(std::string(name));
    }
  }
  std::vector<std::string> out;
  std::set<std::string> present;
  for (const Case& c : cases) {
    present.insert(c.name);
    if (!anchors.contains(c.rule)) out.push_back(fmt::format("{}: SEMANTICS.md has no heading #{}", c.name, c.rule));
    if (!named.contains(c.name)) out.push_back(fmt::format("{}: no rule of SEMANTICS.md names it", c.name));
  }
  for (const std::string& name : named) {
    if (!present.contains(name)) out.push_back(fmt::format("SEMANTICS.md names {}, which is no case", name));
  }
  return out;
}

}  // namespace kenko::cases

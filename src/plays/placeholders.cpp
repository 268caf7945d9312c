#include "plays/placeholders.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kenko::plays {
namespace {

// A piece of a text: plain, or the name of a placeholder.
struct Piece {
  std::string_view text;
  bool is_name = false;
};

// Cuts a text into pieces; faults are added where `faults` is given.
std::vector<Piece> cut(std::string_view text, std::vector<PlaceholderFault>* faults) {
  std::vector<Piece> out;
  const auto fault = [faults](size_t at, std::string message) {
    if (faults != nullptr) faults->push_back({at, "bad-placeholder", std::move(message), "write {{ or }} for a brace"});
  };
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool twice = at + 1 < text.size() && text[at + 1] == c;
    if ((c == '{' || c == '}') && twice) {
      out.push_back({text.substr(at, 1)});
      at += 2;
    } else if (c == '}') {
      fault(at, "a `}` without its `{`");
      ++at;
    } else if (c == '{') {
      const size_t end = text.find_first_of("{}", at + 1);
      if (end == std::string_view::npos || text[end] != '}') {
        fault(at, "a `{` without its `}`");
        ++at;
        continue;
      }
      out.push_back({text.substr(at + 1, end - at - 1), true});
      at = end + 1;
    } else {
      const size_t end = std::min(text.find_first_of("{}", at), text.size());
      out.push_back({text.substr(at, end - at)});
      at = end;
    }
  }
  return out;
}

}  // namespace

const std::vector<Placeholder>& placeholders() {
  static const std::vector<Placeholder> kAll = {
      {"account", "the account's name, else its id"},
      {"arr", "its ARR"},
      {"band", "its band"},
      {"change", "how many points its score changed in 30 days"},
      {"company", "our company, as kenko.yaml names it"},
      {"due", "the day on which the step is due"},
      {"owner", "who owns the account"},
      {"play", "the play's title"},
      {"reason", "the sentence that says what costs it the most points"},
      {"renewal", "the day of its next renewal"},
      {"score", "its score"},
      {"segment", "its segment"},
      {"stage", "its stage"},
      {"step", "the step's title"},
  };
  return kAll;
}

std::vector<PlaceholderFault> check_placeholders(std::string_view text) {
  std::vector<PlaceholderFault> faults;
  std::vector<std::string> names;
  for (const Placeholder& known : placeholders()) names.emplace_back(known.name);
  for (const Piece& piece : cut(text, &faults)) {
    if (!piece.is_name || std::find(names.begin(), names.end(), piece.text) != names.end()) continue;
    const auto offset = static_cast<size_t>(piece.text.data() - text.data());
    const auto close = text::closest(piece.text, names);
    faults.push_back({offset, "unknown-placeholder", fmt::format("there is no placeholder `{{{}}}`", piece.text),
                      close ? fmt::format("did you mean `{{{}}}`?", *close) : "known: " + text::join(names, ", ")});
  }
  std::sort(faults.begin(), faults.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return faults;
}

std::string fill(std::string_view text, const std::function<std::string(std::string_view)>& value) {
  std::string out;
  for (const Piece& piece : cut(text, nullptr)) out += piece.is_name ? value(piece.text) : std::string(piece.text);
  return out;
}

}  // namespace kenko::plays

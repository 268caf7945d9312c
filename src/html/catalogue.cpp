#include "html/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/own_word.h"
#include "base/text.h"
#include "html/shipped.h"

namespace kenko::html {
namespace {

// The parts that a pattern names, ascending: {} {} -> 0 1; {1} {0} -> 0 1.  nullopt when a brace stands alone or both
// ways are mixed: such a text has no parts but braces of its own.
std::optional<std::vector<size_t>> parts_of(std::string_view pattern) {
  std::vector<size_t> out;
  size_t next = 0;
  bool numbered = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '}') return std::nullopt;
    if (pattern[i] != '{') continue;
    const size_t end = pattern.find('}', i);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = pattern.substr(i + 1, end - i - 1);
    if (inside.size() > 1 || (inside.size() == 1 && (inside[0] < '0' || inside[0] > '9'))) return std::nullopt;
    if (!out.empty() && numbered == inside.empty()) return std::nullopt;
    numbered = !inside.empty();
    out.push_back(numbered ? static_cast<size_t>(inside[0] - '0') : next++);
    i = end;
  }
  std::sort(out.begin(), out.end());
  return out;
}

Problem bad_texts(const std::string& file, int line, std::string message) {
  return {"bad-texts", {file, line, 1, ""}, std::move(message), "", "", Severity::error};
}

}  // namespace

Result<Catalogue> Catalogue::of(std::string_view language) {
  if (language == "en") return Catalogue();
  for (const ShippedTexts& texts : shipped_texts()) {
    if (texts.language == language)
      return read(language, texts.content, "share/texts/" + std::string(language) + ".txt");
  }
  return Problem{"unknown-language",
                 {},
                 fmt::format("reports are not written in `{}`", language),
                 "there are: " + text::join(languages(), ", "),
                 "",
                 Severity::error};
}

Result<Catalogue> Catalogue::read(std::string_view language, std::string_view content, const std::string& name) {
  Catalogue out;
  out.language_ = language;
  out.english_ = false;
  Problems problems;
  std::string english;
  int number = 0, said_on = 0;
  while (!content.empty()) {
    const size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    const std::string_view words = text::trim(line);
    if (words.empty() || words.front() == '#') continue;
    const bool below = line.front() == ' ';
    if (below == english.empty()) {
      problems.push_back(
          bad_texts(name, below ? number : said_on,
                    below ? "no English text stands above this line" : "nothing stands below this text"));
    }
    if (!below) {
      english = words;
      said_on = number;
      continue;
    }
    if (!english.empty()) {
      if (parts_of(words) != parts_of(english))
        problems.push_back(bad_texts(name, number, "its parts are not those of the English text"));
      if (!out.texts_.emplace(english, words).second)
        problems.push_back(bad_texts(name, said_on, "this text stood above already"));
    }
    english.clear();
  }
  if (!english.empty()) problems.push_back(bad_texts(name, said_on, "nothing stands below this text"));
  if (!problems.empty()) return problems;
  return out;
}

std::string Catalogue::word(std::string_view english) const {
  const auto found = texts_.find(english);
  return found == texts_.end() ? std::string(english) : found->second;
}

std::string Catalogue::say(const Sentence& sentence) const {
  if (sentence.empty()) return "";
  Sentence out = sentence;
  for (std::string& part : out.parts) {
    if (part.starts_with(kOwnWord)) part = word(std::string_view(part).substr(1));
  }
  return out.in(word(sentence.pattern));
}

std::string Catalogue::say(const std::vector<Sentence>& clauses) const {
  std::string out;
  for (const Sentence& clause : clauses) {
    const std::string said = say(clause);
    out = out.empty() ? said : say(kenko::say("{}; {}", out, said));
  }
  return out;
}

std::string Catalogue::day(Day day) const {
  constexpr std::array<const char*, 7> kWeekdays{mark_text("Mon"), mark_text("Tue"), mark_text("Wed"), mark_text("Thu"),
                                                 mark_text("Fri"), mark_text("Sat"), mark_text("Sun")};
  constexpr std::array<const char*, 12> kMonths{mark_text("Jan"), mark_text("Feb"), mark_text("Mar"), mark_text("Apr"),
                                                mark_text("May"), mark_text("Jun"), mark_text("Jul"), mark_text("Aug"),
                                                mark_text("Sep"), mark_text("Oct"), mark_text("Nov"), mark_text("Dec")};
  int year = 0, month = 0, number = 0;
  day.civil(year, month, number);
  return say(kenko::say("{} {} {} {}", word(kWeekdays[static_cast<size_t>(day.weekday())]), number,
                        word(kMonths[static_cast<size_t>(month - 1)]), year));
}

std::vector<std::string> languages() {
  std::vector<std::string> out{"en"};
  for (const ShippedTexts& texts : shipped_texts()) out.emplace_back(texts.language);
  return out;
}

}  // namespace kenko::html

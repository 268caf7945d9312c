// Reads the file of a lexicon (docs/SENTIMENT.md#lexicon-files).

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/text.h"
#include "text/characters.h"
#include "text/lexicon.h"

namespace kenko::text {
namespace {

constexpr std::array<std::string_view, 9> kSections{"terms",  "boosters", "boosters after", "negations", "contrast",
                                                    "idioms", "emoji",    "function words", "endings"};

class LexiconReader {
 public:
  LexiconReader(std::string_view bytes, const std::string& file) : file_(file) {
    int64_t number = 0;
    for (std::string_view line : split(bytes, '\n')) {
      ++number;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      lines_.push_back(line);
    }
  }

  Result<Lexicon> read() {
    // A phrase with `*` needs the endings, wherever they stand.
    for_each_line([this](std::string_view line) {
      if (section_ == "endings") endings_.emplace_back(trim(line));
    });
    out_.phrases = Phrases(endings_);
    for_each_line([this](std::string_view line) { read_line(line); });
    if (out_.language.empty()) add("the file does not say its language", "begin it with a line `language: en`");
    if (!problems_.empty()) return std::move(problems_);
    return std::move(out_);
  }

 private:
  template <typename Read>
  void for_each_line(const Read& read) {
    section_.clear();
    for (line_ = 0; line_ < lines_.size(); ++line_) {
      const std::string_view line = lines_[line_];
      if (trim(line).empty() || line == "#" || line.starts_with("# ")) continue;
      if (line.starts_with('[') && line.ends_with(']')) {
        section_ = line.substr(1, line.size() - 2);
      } else {
        read(line);
      }
    }
  }

  void add(std::string message, std::string hint, std::string code = "bad-lexicon") {
    Problem problem;
    problem.code = std::move(code);
    const bool at_line = line_ < lines_.size();
    problem.place = {file_, at_line ? static_cast<int64_t>(line_) + 1 : 0, 0, ""};
    if (at_line) problem.source_line = std::string(lines_[line_]);
    problem.message = std::move(message);
    problem.hint = std::move(hint);
    problems_.push_back(std::move(problem));
  }

  void read_line(std::string_view line) {
    const bool vader = out_.rules == Rules::vader;
    if (section_.empty()) {
      read_key(line);
    } else if (section_ == "function words") {
      read_function_word(line);
    } else if (section_ == "emoji" && vader) {
      read_emoji(line);
    } else if (section_ == "negations") {
      if (vader ? !out_.vader.negations.insert(std::string(trim(line))).second : !add_entry(line, EntryKind::negation))
        duplicate(line);
    } else if (section_ == "contrast" && !vader) {
      if (!add_entry(line, EntryKind::contrast)) duplicate(line);
    } else if (section_ == "terms" || section_ == "boosters" || (section_ == "boosters after" && !vader) ||
               (section_ == "idioms" && vader)) {
      read_weighted(line);
    } else if (section_ != "endings") {
      std::vector<std::string> names(kSections.begin(), kSections.end());
      add(fmt::format("`[{}]` is no part of this kind of lexicon", section_), did_you_mean(section_, names));
    }
  }

  void duplicate(std::string_view word) {
    add(fmt::format("`{}` stands in the file twice", trim(word)), "keep one of the two", "duplicate-term");
  }

  bool add_entry(std::string_view phrase, EntryKind kind, double strength = 0) {
    if (!out_.phrases.add(trim(phrase), static_cast<uint32_t>(out_.entries.size()))) return false;
    out_.entries.push_back({kind, strength});
    return true;
  }

  void read_key(std::string_view line) {
    const size_t colon = line.find(':');
    const std::string_view key = trim(line.substr(0, colon));
    const std::string_view value = colon == std::string_view::npos ? "" : trim(line.substr(colon + 1));
    if (key == "language" && !value.empty()) {
      out_.language = value;
    } else if (key == "rules" && (value == "vader" || value == "phrases")) {
      out_.rules = value == "vader" ? Rules::vader : Rules::phrases;
    } else if (key == "script" && (value == "latin" || value == "kana" || value == "han")) {
      out_.script = value == "latin" ? Script::latin : value == "kana" ? Script::kana : Script::han;
    } else if (key == "negation" && read_negation(value)) {
      return;
    } else {
      add(fmt::format("`{}` is not understood", line),
          "known: `language: en`, `rules: vader|phrases`, `script: latin|kana|han`, `negation: before 3`");
    }
  }

  bool read_negation(std::string_view value) {
    const size_t blank = value.find(' ');
    if (blank == std::string_view::npos) return false;
    const auto reach = parse_int(value.substr(blank + 1));
    const std::string_view side = value.substr(0, blank);
    if (!reach || *reach < 0 || *reach > 50 || (side != "before" && side != "after")) return false;
    (side == "before" ? out_.negates_before : out_.negates_after) = static_cast<int>(*reach);
    return true;
  }

  void read_function_word(std::string_view line) {
    const Tokens tokens(line);
    if (tokens.size() != 1) {
      add(fmt::format("`{}` is not one word", trim(line)), "write one function word a line");
    } else if (!out_.function_words.emplace(tokens[0]).second) {
      duplicate(line);
    }
  }

  void read_emoji(std::string_view line) {
    const size_t tab = line.find('\t');
    std::string_view rest = line.substr(0, tab);
    const char32_t emoji = rest.empty() ? kReplacement : take_code_point(rest);
    if (tab == std::string_view::npos || !rest.empty()) {
      add(fmt::format("`{}` is not one character, a tab and words", line), "for instance 😀, a tab, `grinning face`");
    } else if (!out_.vader.emoji.emplace(emoji, std::string(trim(line.substr(tab + 1)))).second) {
      duplicate(line.substr(0, tab));
    }
  }

  // Phrase, tab, number.  Strengths of terms go from -4 to 4, of boosters from -1 to 1.
  void read_weighted(std::string_view line) {
    const size_t tab = line.rfind('\t');
    const ParsedDecimal number =
        parse_decimal(tab == std::string_view::npos ? std::string_view() : trim(line.substr(tab + 1)));
    const bool booster = section_.starts_with("boosters");
    const double strength = number.value.as_double();
    if (number.fault != ParsedDecimal::Fault::none || strength < (booster ? -1 : -4) || strength > (booster ? 1 : 4)) {
      add(fmt::format("`{}` is not a phrase, a tab and a number from {}", line, booster ? "-1 to 1" : "-4 to 4"),
          "for instance `cancel`, a tab, `-1.5`");
      return;
    }
    const std::string_view phrase = trim(line.substr(0, tab));
    bool added = false;
    if (out_.rules == Rules::vader) {
      auto& table = booster ? out_.vader.boosters : section_ == "idioms" ? out_.vader.idioms : out_.vader.terms;
      added = table.emplace(std::string(phrase), strength).second;
    } else {
      const EntryKind kind = section_ == "boosters"         ? EntryKind::booster
                             : section_ == "boosters after" ? EntryKind::booster_after
                             : strength == 0                ? EntryKind::ignore
                                                            : EntryKind::term;
      added = add_entry(phrase, kind, strength);
    }
    if (!added) duplicate(phrase);
  }

  const std::string file_;
  std::vector<std::string_view> lines_;
  size_t line_ = 0;
  std::string section_;
  std::vector<std::string> endings_;
  Problems problems_;
  Lexicon out_;
};

}  // namespace

Result<Lexicon> Lexicon::parse(std::string_view bytes, const std::string& file) {
  return LexiconReader(bytes, file).read();
}

}  // namespace kenko::text

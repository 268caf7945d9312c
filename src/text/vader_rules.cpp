// A port of VADER 3.3.2 (C.J. Hutto and E.E. Gilbert, MIT licence; share/lexicons/LICENSES.md), rule by rule, in linear
// time.  tests/binary/test_sentiment.py compares it with the original.  One thing differs: a typographic apostrophe is
// read as a plain one, so that don’t is don't.

#include <array>
#include <map>
#include <set>

#include "text/characters.h"
#include "text/lexicon.h"

namespace kenko::text {
namespace {

constexpr double kCapitals = 0.733;
constexpr double kNegation = -0.74;
constexpr std::array<double, 3> kDistance{1.0, 0.95, 0.9};  // what a booster 1, 2, 3 words before is worth

// A word with all that the rules ask of it.
struct Word {
  std::string lower;
  bool all_capitals = false;
  bool negates = false;
  const double* strength = nullptr;  // of the term
  double booster = 0;
};

// Python's str.isupper(): has letters of two cases, all of them upper.
bool is_all_capitals(std::string_view word) {
  bool some = false;
  while (!word.empty()) {
    const char32_t c = take_code_point(word);
    if (!has_case(c)) continue;
    if (!is_upper(c)) return false;
    some = true;
  }
  return some;
}

std::string lower_text(std::string_view word) {
  std::string out;
  while (!word.empty()) append_code_point(out, lower_case(take_code_point(word)));
  return out;
}

bool is_punctuation(char c) {
  return std::string_view("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").find(c) != std::string_view::npos;
}

// Without punctuation at both ends, unless two characters or fewer are left: that may be an emoticon.
std::string_view strip_punctuation(std::string_view token) {
  std::string_view stripped = token;
  while (!stripped.empty() && is_punctuation(stripped.front())) stripped.remove_prefix(1);
  while (!stripped.empty() && is_punctuation(stripped.back())) stripped.remove_suffix(1);
  std::string_view rest = stripped;
  int characters = 0;
  while (!rest.empty() && characters <= 2) {
    (void)take_code_point(rest);
    ++characters;
  }
  return characters <= 2 ? token : stripped;
}

std::string with_emoji_in_words(const VaderTables& tables, std::string_view text) {
  constexpr char32_t kApostrophe = 0x2019;
  std::string out;
  bool after_blank = true;
  while (!text.empty()) {
    const char32_t c = take_code_point(text);
    const auto emoji = tables.emoji.find(c);
    if (emoji != tables.emoji.end()) {
      if (!after_blank) out += ' ';
      out += emoji->second;
      after_blank = false;
    } else {
      append_code_point(out, c == kApostrophe ? U'\'' : c);
      after_blank = c == ' ';
    }
  }
  return out;
}

class Scorer {
 public:
  Scorer(const VaderTables& tables, std::string_view text) : tables_(tables), text_(with_emoji_in_words(tables, text)) {
    std::string_view rest = text_;
    const char* begin = rest.data();
    while (!rest.empty()) {
      const char* here = rest.data();
      if (!is_blank(take_code_point(rest))) continue;
      add_word({begin, static_cast<size_t>(here - begin)});
      begin = rest.data();
    }
    add_word({begin, static_cast<size_t>(text_.data() + text_.size() - begin)});
    size_t capitals = 0;
    for (const Word& word : words_) capitals += word.all_capitals ? 1 : 0;
    mixed_capitals_ = capitals > 0 && capitals < words_.size();
  }

  std::optional<Decimal> sentiment() {
    bool opinion = false;
    for (size_t i = 0; i < words_.size(); ++i) {
      const bool kind_of = words_[i].lower == "kind" && i + 1 < words_.size() && words_[i + 1].lower == "of";
      const bool counts = words_[i].booster == 0 && !kind_of && words_[i].strength != nullptr;
      strengths_.push_back(counts ? strength_of(i) : 0);
      opinion = opinion || counts;
    }
    if (!opinion) return std::nullopt;
    weigh_around_but();
    double sum = 0;
    for (const double strength : strengths_) sum += strength;
    if (sum > 0) sum += emphasis();
    if (sum < 0) sum -= emphasis();
    return normalized(sum);
  }

 private:
  void add_word(std::string_view token) {
    if (token.empty()) return;
    token = strip_punctuation(token);
    Word word;
    word.all_capitals = is_all_capitals(token);
    word.lower = lower_text(token);
    word.negates = tables_.negations.contains(word.lower) || word.lower.find("n't") != std::string::npos;
    if (const auto term = tables_.terms.find(word.lower); term != tables_.terms.end()) word.strength = &term->second;
    if (const auto b = tables_.boosters.find(word.lower); b != tables_.boosters.end()) word.booster = b->second;
    words_.push_back(std::move(word));
  }

  [[nodiscard]] const std::string& lower(size_t i) const { return words_[i].lower; }

  [[nodiscard]] double strength_of(size_t i) const {
    const double own = *words_[i].strength;
    double strength = own;
    if (lower(i) == "no" && i + 1 < words_.size() && words_[i + 1].strength != nullptr) strength = 0;
    if ((i > 0 && lower(i - 1) == "no") || (i > 1 && lower(i - 2) == "no") ||
        (i > 2 && lower(i - 3) == "no" && (lower(i - 1) == "or" || lower(i - 1) == "nor"))) {
      strength = own * kNegation;
    }
    if (words_[i].all_capitals && mixed_capitals_) strength += strength > 0 ? kCapitals : -kCapitals;
    for (size_t before = 1; before <= 3 && before <= i; ++before) {
      if (words_[i - before].strength != nullptr) continue;
      strength += boost(words_[i - before], strength) * kDistance[before - 1];
      strength = negate(strength, i, before);
      if (before == 3) strength = apply_idioms(strength, i);
    }
    return apply_least(strength, i);
  }

  [[nodiscard]] double boost(const Word& word, double strength) const {
    if (word.booster == 0) return 0;
    double boost = strength < 0 ? -word.booster : word.booster;
    if (word.all_capitals && mixed_capitals_) boost += strength > 0 ? kCapitals : -kCapitals;
    return boost;
  }

  [[nodiscard]] double negate(double strength, size_t i, size_t before) const {
    const auto so = [this](size_t at) { return lower(at) == "so" || lower(at) == "this"; };
    const auto doubt = [this](size_t at) { return lower(at) == "doubt"; };
    if (before == 2) {
      if (lower(i - 2) == "never" && so(i - 1)) return strength * 1.25;
      if (lower(i - 2) == "without" && doubt(i - 1)) return strength;
    }
    if (before == 3) {
      if ((lower(i - 3) == "never" && so(i - 2)) || so(i - 1)) return strength * 1.25;
      if (lower(i - 3) == "without" && (doubt(i - 2) || doubt(i - 1))) return strength;
    }
    return words_[i - before].negates ? strength * kNegation : strength;
  }

  [[nodiscard]] std::string sequence(size_t first, size_t last) const {
    std::string out = lower(first);
    for (size_t i = first + 1; i <= last; ++i) out += ' ' + lower(i);
    return out;
  }

  [[nodiscard]] double apply_idioms(double strength, size_t i) const {
    const auto idiom = [this](const std::string& words, double& out) {
      const auto found = tables_.idioms.find(words);
      if (found != tables_.idioms.end()) out = found->second;
      return found != tables_.idioms.end();
    };
    for (const auto& [first, last] : std::array<std::pair<size_t, size_t>, 5>{
             {{i - 1, i}, {i - 2, i}, {i - 2, i - 1}, {i - 3, i - 1}, {i - 3, i - 2}}}) {
      if (idiom(sequence(first, last), strength)) break;
    }
    if (i + 1 < words_.size()) idiom(sequence(i, i + 1), strength);
    if (i + 2 < words_.size()) idiom(sequence(i, i + 2), strength);
    for (const auto& [first, last] :
         std::array<std::pair<size_t, size_t>, 3>{{{i - 3, i - 1}, {i - 3, i - 2}, {i - 2, i - 1}}}) {
      const auto found = tables_.boosters.find(sequence(first, last));
      if (found != tables_.boosters.end()) strength += found->second;
    }
    return strength;
  }

  [[nodiscard]] double apply_least(double strength, size_t i) const {
    if (i == 0 || lower(i - 1) != "least" || words_[i - 1].strength != nullptr) return strength;
    if (i > 1 && (lower(i - 2) == "at" || lower(i - 2) == "very")) return strength;
    return strength * kNegation;
  }

  // What stands before the first `but` counts half, what follows one and a half times.  The original looks up each
  // strength by its value and changes the first word that has it now, which need not be the word at hand; so do we.
  void weigh_around_but() {
    size_t but = 0;
    while (but < words_.size() && lower(but) != "but") ++but;
    if (but == words_.size()) return;
    std::map<double, std::set<size_t>> places;
    for (size_t i = 0; i < strengths_.size(); ++i) places[strengths_[i]].insert(i);
    for (size_t i = 0; i < strengths_.size(); ++i) {
      const double value = strengths_[i];
      const auto same = places.find(value);
      const size_t first = *same->second.begin();
      if (first == but || value == 0) continue;
      const double weighed = value * (first < but ? 0.5 : 1.5);
      same->second.erase(first);
      if (same->second.empty()) places.erase(same);
      places[weighed].insert(first);
      strengths_[first] = weighed;
    }
  }

  [[nodiscard]] double emphasis() const {
    size_t exclamations = 0;
    size_t questions = 0;
    for (const char c : text_) {
      if (c == '!') ++exclamations;
      if (c == '?') ++questions;
    }
    const double of_exclamations = static_cast<double>(std::min<size_t>(exclamations, 4)) * 0.292;
    if (questions <= 1) return of_exclamations;
    return of_exclamations + (questions <= 3 ? static_cast<double>(questions) * 0.18 : 0.96);
  }

  const VaderTables& tables_;
  const std::string text_;
  std::vector<Word> words_;
  std::vector<double> strengths_;
  bool mixed_capitals_ = false;
};

}  // namespace

std::optional<Decimal> vader_sentiment(const VaderTables& tables, std::string_view text) {
  return Scorer(tables, text).sentiment();
}

}  // namespace kenko::text

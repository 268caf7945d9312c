#include "text/lexicons.h"

#include <algorithm>
#include <utility>

namespace kenko::text {
namespace {

// A text of fewer words may well be without a function word ("Great support!").
constexpr size_t kFewWords = 5;
// Japanese has at least one kana for so many Han characters and kana.
constexpr size_t kKanaShare = 10;

}  // namespace

Lexicons::Lexicons(std::vector<Lexicon> lexicons) : lexicons_(std::move(lexicons)) {
  std::sort(lexicons_.begin(), lexicons_.end(), [](const Lexicon& a, const Lexicon& b) {
    return std::make_pair(a.language != "en", a.language) < std::make_pair(b.language != "en", b.language);
  });
}

std::vector<const Lexicon*> Lexicons::of_script(Script script) const {
  std::vector<const Lexicon*> out;
  for (const Lexicon& lexicon : lexicons_) {
    if (lexicon.script == script) out.push_back(&lexicon);
  }
  return out;
}

std::vector<const Lexicon*> Lexicons::latin_candidates(const Tokens& tokens) const {
  std::vector<const Lexicon*> latin = of_script(Script::latin);
  std::vector<size_t> hits(latin.size(), 0);
  std::string word;
  for (size_t i = 0; i < tokens.size(); ++i) {
    word.assign(tokens[i]);
    for (size_t l = 0; l < latin.size(); ++l) hits[l] += latin[l]->function_words.contains(word) ? 1 : 0;
  }
  const size_t most = hits.empty() ? 0 : *std::max_element(hits.begin(), hits.end());
  if (most == 0) return tokens.words() < kFewWords ? latin : std::vector<const Lexicon*>();
  std::vector<const Lexicon*> out;
  for (size_t l = 0; l < latin.size(); ++l) {
    if (hits[l] == most) out.push_back(latin[l]);
  }
  return out;
}

std::vector<const Lexicon*> Lexicons::candidates(const Tokens& tokens) const {
  const size_t east_asian = tokens.han() + tokens.kana();
  if (east_asian == 0 || east_asian < tokens.words()) return latin_candidates(tokens);
  std::vector<const Lexicon*> kana = of_script(Script::kana);
  if (tokens.kana() * kKanaShare >= east_asian) return kana;
  std::vector<const Lexicon*> out = of_script(Script::han);
  if (tokens.kana() == 0) out.insert(out.end(), kana.begin(), kana.end());
  return out;
}

std::optional<Decimal> Lexicons::sentiment(std::string_view text, const Tokens& tokens) const {
  for (const Lexicon* lexicon : candidates(tokens)) {
    const auto opinion = lexicon->rules == Rules::vader ? lexicon->sentiment(text) : phrase_sentiment(*lexicon, tokens);
    if (opinion) return opinion;
  }
  return std::nullopt;
}

}  // namespace kenko::text

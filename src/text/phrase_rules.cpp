// Longest match, negation and intensity within a clause: how all languages but English are scored.

#include <algorithm>
#include <cmath>

#include "text/lexicon.h"

namespace kenko::text {
namespace {

constexpr double kAlpha = 15;
constexpr double kNegation = -0.74;
constexpr size_t kBoosterReach = 2;       // tokens between a booster and the term behind it
constexpr size_t kBoosterAfterReach = 1;  // ... and the term before it
constexpr double kBeforeContrast = 0.5;
constexpr double kAfterContrast = 1.5;

// An entry that was found.
struct Item {
  EntryKind kind = EntryKind::term;
  double strength = 0;
  size_t begin = 0, end = 0;
  uint32_t clause = 0;
  int negations = 0;
  double boost = 0;
};

std::vector<Item> find_items(const Lexicon& lexicon, const Tokens& tokens) {
  std::vector<Item> items;
  for (size_t at = 0; at < tokens.size();) {
    const auto match = lexicon.phrases.longest_at(tokens, at);
    if (!match) {
      ++at;
      continue;
    }
    const LexiconEntry& entry = lexicon.entries[match->number];
    if (entry.kind != EntryKind::ignore) {
      items.push_back({entry.kind, entry.strength, at, match->end, tokens.clause(at), 0, 0});
    }
    at = match->end;
  }
  return items;
}

// The next term behind items[from], in its clause, with at most `reach` tokens between; nullptr when there is none.
Item* next_term(std::vector<Item>& items, size_t from, size_t reach) {
  for (size_t i = from + 1; i < items.size() && items[i].clause == items[from].clause; ++i) {
    if (items[i].begin - items[from].end > reach) return nullptr;
    if (items[i].kind == EntryKind::term) return &items[i];
  }
  return nullptr;
}

// The same before it.
Item* term_before(std::vector<Item>& items, size_t from, size_t reach) {
  for (size_t i = from; i-- > 0 && items[i].clause == items[from].clause;) {
    if (items[from].begin - items[i].end > reach) return nullptr;
    if (items[i].kind == EntryKind::term) return &items[i];
  }
  return nullptr;
}

void apply_modifiers(const Lexicon& lexicon, std::vector<Item>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    const auto boost = [&items, i](Item* term) {
      if (term != nullptr) term->boost += items[i].strength;
    };
    const auto negate = [](Item* term) {
      if (term != nullptr) ++term->negations;
    };
    switch (items[i].kind) {
      case EntryKind::booster:
        boost(next_term(items, i, kBoosterReach));
        break;
      case EntryKind::booster_after:
        boost(term_before(items, i, kBoosterAfterReach));
        break;
      case EntryKind::negation:
        if (lexicon.negates_before >= 0) negate(next_term(items, i, static_cast<size_t>(lexicon.negates_before)));
        if (lexicon.negates_after >= 0) negate(term_before(items, i, static_cast<size_t>(lexicon.negates_after)));
        break;
      default:
        break;
    }
  }
}

double emphasis(const Tokens& tokens) {
  const double of_exclamations = static_cast<double>(std::min<size_t>(tokens.exclamations(), 4)) * 0.292;
  const size_t questions = tokens.questions();
  if (questions <= 1) return of_exclamations;
  return of_exclamations + (questions <= 3 ? static_cast<double>(questions) * 0.18 : 0.96);
}

}  // namespace

Decimal normalized(double sum) {
  const double score = std::clamp(sum / std::sqrt(sum * sum + kAlpha), -1.0, 1.0);
  return {static_cast<int64_t>(std::llround(score * 1e6))};
}

std::optional<Decimal> phrase_sentiment(const Lexicon& lexicon, const Tokens& tokens) {
  std::vector<Item> items = find_items(lexicon, tokens);
  apply_modifiers(lexicon, items);
  const auto contrast =
      std::find_if(items.begin(), items.end(), [](const Item& item) { return item.kind == EntryKind::contrast; });
  double sum = 0;
  bool opinion = false;
  for (auto item = items.begin(); item != items.end(); ++item) {
    if (item->kind != EntryKind::term) continue;
    opinion = true;
    double strength = item->strength + (item->strength < 0 ? -item->boost : item->boost);
    if (item->negations % 2 == 1) strength *= kNegation;
    if (contrast != items.end()) strength *= item < contrast ? kBeforeContrast : kAfterContrast;
    sum += strength;
  }
  if (!opinion) return std::nullopt;
  if (sum > 0) return normalized(sum + emphasis(tokens));
  if (sum < 0) return normalized(sum - emphasis(tokens));
  return Decimal{};
}

std::optional<Decimal> Lexicon::sentiment(std::string_view text) const {
  return rules == Rules::vader ? vader_sentiment(vader, text) : phrase_sentiment(*this, Tokens(text));
}

}  // namespace kenko::text

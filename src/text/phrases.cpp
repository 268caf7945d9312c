#include "text/phrases.h"

#include <algorithm>

namespace kenko::text {

Phrases::Phrases(std::vector<std::string> endings) {
  for (const std::string& ending : endings) {
    const Tokens folded(ending);
    if (folded.size() == 1) endings_.emplace_back(folded[0]);
  }
  std::sort(endings_.begin(), endings_.end());
}

bool Phrases::add(std::string_view phrase, uint32_t number) {
  const bool open = phrase.ends_with('*');
  const Tokens tokens(open ? phrase.substr(0, phrase.size() - 1) : phrase);
  if (tokens.size() == 0) return false;
  uint32_t node = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const auto id = ids_.try_emplace(std::string(tokens[i]), static_cast<uint32_t>(ids_.size())).first->second;
    const uint64_t key = (static_cast<uint64_t>(node) << 32) | id;
    const auto [entry, added] = children_.try_emplace(key, static_cast<uint32_t>(nodes_.size()));
    if (added) nodes_.emplace_back();
    node = entry->second;
  }
  uint32_t& place = open ? nodes_[node].open : nodes_[node].exact;
  if (place != kNone) return false;
  place = number;
  if (open) {
    const size_t size = tokens[tokens.size() - 1].size();
    longest_open_ = std::max(longest_open_, size);
    shortest_open_ = std::min(shortest_open_, size);
  }
  return true;
}

uint32_t Phrases::child(uint32_t node, std::string_view token) const {
  const auto id = ids_.find(token);
  if (id == ids_.end()) return kNone;
  const auto found = children_.find((static_cast<uint64_t>(node) << 32) | id->second);
  return found == children_.end() ? kNone : found->second;
}

bool Phrases::is_ending(std::string_view rest) const {
  return rest.empty() || endings_.empty() || std::binary_search(endings_.begin(), endings_.end(), rest);
}

template <typename Found>
void Phrases::walk(const Tokens& tokens, size_t at, const Found& found) const {
  uint32_t node = 0;
  for (size_t i = at; i < tokens.size() && tokens.clause(i) == tokens.clause(at); ++i) {
    const std::string_view token = tokens[i];
    const size_t last = std::min(longest_open_, token.size());
    for (size_t size = shortest_open_; size <= last; ++size) {
      const uint32_t stem = child(node, token.substr(0, size));
      if (stem == kNone || nodes_[stem].open == kNone || !is_ending(token.substr(size))) continue;
      found(Match{i + 1, nodes_[stem].open});
    }
    node = child(node, token);
    if (node == kNone) return;
    if (nodes_[node].exact != kNone) found(Match{i + 1, nodes_[node].exact});
  }
}

std::optional<Phrases::Match> Phrases::longest_at(const Tokens& tokens, size_t at) const {
  std::optional<Match> best;
  walk(tokens, at, [&best](const Match& match) { best = match; });
  return best;
}

void Phrases::each_at(const Tokens& tokens, size_t at, const std::function<void(const Match&)>& found) const {
  walk(tokens, at, found);
}

}  // namespace kenko::text

// text/phrases.h
//
// Finds phrases of a list in a text, in one pass.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/tokens.h"

namespace kenko::text {

/// A list of phrases, each with a number.
///
/// Meaning:   a phrase is a row of tokens (text/tokens.h); one that ends with `*` also matches when its last word goes
///            on: with one of `endings`, or in any way when there are none.  No match goes over the end of a clause.
/// Time:      a search looks at most at the length of the longest phrase for each token of the text.
class Phrases {
 public:
  explicit Phrases(std::vector<std::string> endings = {});

  /// The phrase gets `number`.  False when it has no token, or was added before (nothing changes then).
  bool add(std::string_view phrase, uint32_t number);

  struct Match {
    size_t end = 0;  ///< the token after the last one
    uint32_t number = 0;
  };
  /// The longest phrase that begins at token `at`; of two equally long ones the one that is written out.
  [[nodiscard]] std::optional<Match> longest_at(const Tokens& tokens, size_t at) const;
  /// Calls `found` for every phrase that begins at token `at`.
  void each_at(const Tokens& tokens, size_t at, const std::function<void(const Match&)>& found) const;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Node {
    uint32_t exact = kNone;  ///< the number of the phrase that ends here
    uint32_t open = kNone;   ///< ... of the one that ends here with `*`
  };

  /// Texts by hash, looked up without a copy.
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  [[nodiscard]] uint32_t child(uint32_t node, std::string_view token) const;
  /// Calls `found` for each way to end a phrase: shorter ones first, of one length the loosest first.
  template <typename Found>
  void walk(const Tokens& tokens, size_t at, const Found& found) const;
  [[nodiscard]] bool is_ending(std::string_view rest) const;

  std::vector<std::string> endings_;  ///< folded, sorted
  std::vector<Node> nodes_{Node{}};
  std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>> ids_;  ///< of tokens
  std::unordered_map<uint64_t, uint32_t> children_;                           ///< (node, token) -> node
  size_t longest_open_ = 0, shortest_open_ = SIZE_MAX;  ///< bytes of the last words of phrases with `*`
};

}  // namespace kenko::text

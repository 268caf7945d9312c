// facts/dictionary.h
//
// Text <-> dense code.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kenko::facts {

/// An append-only set of texts, each with a dense code.
///
/// Codes:     0 is "none" and stands for no text at all; texts get 1, 2, 3 ... in order of first use.  A code therefore
///            depends on the order of arrival and must never reach a result.
/// Ownership: owns the texts; views stay valid as long as the dictionary.  Threads: reads from many, writes from one.
class Dictionary {
 public:
  Dictionary() = default;
  Dictionary(Dictionary&&) = default;
  Dictionary& operator=(Dictionary&&) = default;
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  uint32_t intern(std::string_view text) {
    const auto it = codes_.find(text);
    if (it != codes_.end()) return it->second;
    texts_.emplace_back(text);
    const uint32_t code = static_cast<uint32_t>(texts_.size());
    codes_.emplace(texts_.back(), code);
    return code;
  }
  /// 0 when the text is not there.
  [[nodiscard]] uint32_t find(std::string_view text) const {
    const auto it = codes_.find(text);
    return it == codes_.end() ? 0 : it->second;
  }
  /// Requires 1 <= code <= size().
  [[nodiscard]] std::string_view text(uint32_t code) const { return texts_[code - 1]; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, uint32_t> codes_;
};

}  // namespace kenko::facts

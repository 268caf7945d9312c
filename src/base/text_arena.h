// base/text_arena.h
//
// Memory for many short texts that end together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace kenko {

/// Keeps copies of texts in blocks.
///
/// Ownership: owns the copies; they stay where they are until clear(), also when the arena is moved.  clear() keeps the
///            usual blocks for what comes next.  Threads: one.
class TextArena {
 public:
  TextArena() = default;
  TextArena(TextArena&& other) noexcept { swap(other); }
  TextArena& operator=(TextArena&& other) noexcept {
    swap(other);
    return *this;
  }
  TextArena(const TextArena&) = delete;
  TextArena& operator=(const TextArena&) = delete;
  ~TextArena() = default;

  /// A copy of `text`; never without data().
  std::string_view keep(std::string_view text) {
    char* to = room(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }
  /// `size` bytes to write into.
  [[nodiscard]] char* room(size_t size) {
    if (size > left_ || at_ == nullptr) next_block(size);
    char* at = at_;
    at_ += size;
    left_ -= size;
    used_ += size;
    return at;
  }
  void clear() {
    if (oversized_) std::erase_if(blocks_, [](const Block& block) { return block.size != kBlockBytes; });
    oversized_ = false;
    next_ = left_ = used_ = 0;
    at_ = nullptr;
  }
  [[nodiscard]] size_t bytes() const { return used_; }  ///< of the texts

 private:
  static constexpr size_t kBlockBytes = size_t{256} * 1024;
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };

  void swap(TextArena& other) {
    blocks_.swap(other.blocks_);
    std::swap(next_, other.next_);
    std::swap(at_, other.at_);
    std::swap(left_, other.left_);
    std::swap(used_, other.used_);
    std::swap(oversized_, other.oversized_);
  }

  void next_block(size_t size) {
    if (size > kBlockBytes) {  // a block of its own, in front of those that wait
      oversized_ = true;
      const auto at = blocks_.begin() + static_cast<std::ptrdiff_t>(next_);
      blocks_.insert(at, {std::unique_ptr<char[]>(new char[size]), size});
    } else if (next_ == blocks_.size()) {
      blocks_.push_back({std::unique_ptr<char[]>(new char[kBlockBytes]), kBlockBytes});
    }
    at_ = blocks_[next_].bytes.get();
    left_ = blocks_[next_].size;
    ++next_;
  }

  std::vector<Block> blocks_;
  size_t next_ = 0;  // the first block that is not in use
  char* at_ = nullptr;
  size_t left_ = 0, used_ = 0;
  bool oversized_ = false;
};

}  // namespace kenko

// facts/dictionary.h
//
// Text <-> dense code.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace kenko::facts {

/// An append-only set of texts, each with a dense code.
///
/// Codes:     0 is "none" and stands for no text at all; texts get 1, 2, 3 ... in order of first use.  A code therefore
///            depends on the order of arrival and must never reach a result.
/// Ownership: owns the texts, or views a mapped image of them that it keeps alive; views stay valid as long as the
/// dictionary,
///            also when it is moved.  Threads: reads from many, writes from one.
class Dictionary {
 public:
  /// A dictionary as plain arrays, so that it can be stored and used again without being rebuilt.
  ///
  /// ends:  the end of each text in `bytes`, by code - 1.
  /// slots: an open-addressing table, a power of two long and at most half full: the upper half of the text's hash64 in
  /// the
  ///        upper 32 bits, the code in the lower ones; 0 = empty.  A text starts at the slot of its hash's low bits.
  struct Image {
    std::span<const uint64_t> ends;
    std::string_view bytes;
    std::span<const uint64_t> slots;
  };

  Dictionary() = default;
  Dictionary(Dictionary&&) = default;
  Dictionary& operator=(Dictionary&&) = default;
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  /// Reads an image in place; `backing` keeps its memory.  Further texts can be interned.
  [[nodiscard]] static Dictionary mapped(const Image& image, std::shared_ptr<const void> backing);

  uint32_t intern(std::string_view text);
  /// 0 when the text is not there.
  [[nodiscard]] uint32_t find(std::string_view text) const;
  /// find() of many texts at once: in a large dictionary several times faster, because the memory of the next texts is
  /// fetched while one is compared.
  void find_all(std::span<const std::string_view> texts, std::span<uint32_t> codes) const;
  /// Requires 1 <= code <= size().
  [[nodiscard]] std::string_view text(uint32_t code) const {
    return code > image_size() ? own_[code - 1 - image_size()] : image_text(code);
  }
  [[nodiscard]] uint32_t size() const { return image_size() + static_cast<uint32_t>(own_.size()); }

  /// The slots of an Image of all texts.
  [[nodiscard]] std::vector<uint64_t> image_slots() const;

 private:
  [[nodiscard]] uint32_t image_size() const { return static_cast<uint32_t>(image_.ends.size()); }
  [[nodiscard]] std::string_view image_text(uint32_t code) const {
    const uint64_t begin = code == 1 ? 0 : image_.ends[code - 2];
    return image_.bytes.substr(begin, image_.ends[code - 1] - begin);
  }
  [[nodiscard]] uint32_t look_up(std::span<const uint64_t> slots, uint64_t hash, std::string_view text) const;
  [[nodiscard]] std::string_view keep(std::string_view text);
  void grow();

  Image image_;
  std::shared_ptr<const void> backing_;
  std::vector<std::string_view> own_;
  std::vector<uint64_t> own_slots_;
  std::vector<std::unique_ptr<char[]>> blocks_;  ///< the bytes of own_
  size_t block_used_ = 0, block_size_ = 0;
};

}  // namespace kenko::facts

#include "facts/dictionary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/hash.h"

namespace kenko::facts {
namespace {

constexpr uint64_t kTagMask = 0xFFFF'FFFF'0000'0000;

/// Puts a code that is not there yet into a table with free slots.
void place(std::span<uint64_t> slots, uint64_t hash, uint32_t code) {
  const size_t mask = slots.size() - 1;
  size_t i = hash & mask;
  while (slots[i] != 0) i = (i + 1) & mask;
  slots[i] = (hash & kTagMask) | code;
}

}  // namespace

Dictionary Dictionary::mapped(const Image& image, std::shared_ptr<const void> backing) {
  KENKO_CHECK(std::has_single_bit(image.slots.size()) && image.ends.size() * 2 <= image.slots.size(),
              "{} texts in {} slots", image.ends.size(), image.slots.size());
  Dictionary dictionary;
  dictionary.image_ = image;
  dictionary.backing_ = std::move(backing);
  return dictionary;
}

uint32_t Dictionary::look_up(std::span<const uint64_t> slots, uint64_t hash, std::string_view wanted) const {
  if (slots.empty()) return 0;
  const size_t mask = slots.size() - 1;
  for (size_t i = hash & mask; slots[i] != 0; i = (i + 1) & mask) {
    if (((slots[i] ^ hash) & kTagMask) != 0) continue;
    const uint32_t code = static_cast<uint32_t>(slots[i]);
    if (text(code) == wanted) return code;
  }
  return 0;
}

uint32_t Dictionary::find(std::string_view text) const {
  const uint64_t hash = hash64(text);
  const uint32_t code = look_up(image_.slots, hash, text);
  return code != 0 ? code : look_up(own_slots_, hash, text);
}

void Dictionary::find_all(std::span<const std::string_view> texts, std::span<uint32_t> codes) const {
  constexpr size_t kAtOnce = 32;
  std::array<uint64_t, kAtOnce> hashes{};
  for (size_t begin = 0; begin < texts.size(); begin += kAtOnce) {
    const size_t count = std::min(kAtOnce, texts.size() - begin);
    const size_t mask = own_slots_.size() - 1;
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = hash64(texts[begin + i]);
      if (!own_slots_.empty()) __builtin_prefetch(&own_slots_[hashes[i] & mask]);
    }
    const auto likely = [&](size_t i) {
      const uint64_t slot = own_slots_.empty() ? 0 : own_slots_[hashes[i] & mask];
      return slot != 0 && ((slot ^ hashes[i]) & kTagMask) == 0 ? &own_[static_cast<uint32_t>(slot) - 1 - image_size()]
                                                               : nullptr;
    };
    for (size_t i = 0; i < count; ++i) {
      if (const std::string_view* own = likely(i)) __builtin_prefetch(own);
    }
    for (size_t i = 0; i < count; ++i) {
      if (const std::string_view* own = likely(i)) __builtin_prefetch(own->data());
    }
    for (size_t i = 0; i < count; ++i) {
      const uint32_t code = look_up(image_.slots, hashes[i], texts[begin + i]);
      codes[begin + i] = code != 0 ? code : look_up(own_slots_, hashes[i], texts[begin + i]);
    }
  }
}

uint32_t Dictionary::intern(std::string_view text) {
  const uint64_t hash = hash64(text);
  uint32_t code = look_up(image_.slots, hash, text);
  if (code == 0) code = look_up(own_slots_, hash, text);
  if (code != 0) return code;
  KENKO_CHECK(size() < UINT32_MAX, "a dictionary of {} texts is full", size());
  if ((own_.size() + 1) * 2 > own_slots_.size()) grow();
  own_.push_back(keep(text));
  place(own_slots_, hash, size());
  return size();
}

std::string_view Dictionary::keep(std::string_view text) {
  constexpr size_t kBlockBytes = 1 << 16;
  if (block_size_ - block_used_ < text.size() || blocks_.empty()) {
    block_size_ = std::max(kBlockBytes, text.size());
    blocks_.push_back(std::make_unique<char[]>(block_size_));
    block_used_ = 0;
  }
  char* kept = blocks_.back().get() + block_used_;
  if (!text.empty()) std::memcpy(kept, text.data(), text.size());
  block_used_ += text.size();
  return {kept, text.size()};
}

void Dictionary::grow() {
  std::vector<uint64_t> slots(std::max<size_t>(64, own_slots_.size() * 2));
  for (size_t i = 0; i < own_.size(); ++i) {
    place(slots, hash64(own_[i]), image_size() + static_cast<uint32_t>(i) + 1);
  }
  own_slots_ = std::move(slots);
}

std::vector<uint64_t> Dictionary::image_slots() const {
  std::vector<uint64_t> slots(std::bit_ceil(std::max<size_t>(2, size_t{size()} * 2)));
  for (uint32_t code = 1; code <= size(); ++code) place(slots, hash64(text(code)), code);
  return slots;
}

}  // namespace kenko::facts

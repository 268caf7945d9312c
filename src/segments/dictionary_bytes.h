// segments/dictionary_bytes.h
//
// Internal to segments: a dictionary as it is stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "facts/dictionary.h"

namespace kenko::segments {

/// The parts of a Dictionary::Image of all texts.
struct DictionaryBytes {
  std::vector<uint64_t> ends;
  std::string bytes;
  std::vector<uint64_t> slots;

  explicit DictionaryBytes(const facts::Dictionary& dictionary) : slots(dictionary.image_slots()) {
    ends.reserve(dictionary.size());
    for (uint32_t code = 1; code <= dictionary.size(); ++code) {
      bytes += dictionary.text(code);
      ends.push_back(bytes.size());
    }
  }
};

}  // namespace kenko::segments

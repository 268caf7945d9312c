// segments/section_file.h
//
// Internal to segments: a file of plain columns that is mapped, not read; for what can be derived again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ports/files.h"

namespace kenko::segments {

/// Layout, little-endian: a header of 64 bytes (magic, format, number of sections, fingerprint, file size, XXH3 of all
/// before it and of the section table), the sections, each at a multiple of the kind's alignment, the section
/// table (offset, size, hash of each) at the end.  A section's hash is the XXH3 of the XXH3s of its pieces of 1 MiB, so
/// that it can be made while it is written and checked by several threads.
struct SectionEntry {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t hash = 0;
};

/// What tells one kind of file from another.  Magic has 8 bytes; `format` is raised with every change of the layout;
/// `alignment`: of sections, at least 64; 4096 where sections are mapped one by one.
struct SectionKind {
  std::string_view magic;
  uint32_t format = 1;
  uint64_t alignment = 64;
};

template <typename T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}
template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
  return bytes_of(std::span<const T>(values));
}

/// Writes one, section by section.  Not flushed to disk: damage is noticed by the hashes.  After a failure further
/// calls do nothing and finish() says what happened.
class SectionWriter {
 public:
  SectionWriter(std::string path, const SectionKind& kind);
  SectionWriter(const SectionWriter&) = delete;
  SectionWriter& operator=(const SectionWriter&) = delete;
  ~SectionWriter();

  /// A section of a known size, filled by append().
  size_t reserve(uint64_t size);
  /// A section of unknown size; until the next reserve(), open_end() or add() its end is the file's.
  size_t open_end() { return reserve(0); }
  void append(size_t section, std::string_view bytes);
  /// A whole section.
  size_t add(std::string_view bytes);
  /// Writes header and table and renames the file to its name.
  [[nodiscard]] Status finish(const Hash128& fingerprint);
  [[nodiscard]] bool failed() const { return !status_.ok(); }

 private:
  struct Section {
    SectionEntry entry;
    uint64_t written = 0;
    std::string buffer;
    std::vector<uint64_t> piece_hashes;
  };
  void write_piece(Section& section);
  void write_at(uint64_t offset, std::string_view bytes);

  std::string path_, temporary_;
  SectionKind kind_;
  int file_ = -1;
  std::vector<Section> sections_;
  uint64_t end_ = 0;
  Status status_ = Done{};
};

/// An opened one.  Ownership: spans live as long as owner().
class SectionFile {
 public:
  /// nullopt when the file is missing, of another kind, or damaged in header, table or size.  The sections are not
  /// looked at.
  [[nodiscard]] static std::optional<SectionFile> open(const std::string& path, const SectionKind& kind);
  /// Are all sections what their hashes say?
  [[nodiscard]] bool verify(int threads) const;

  [[nodiscard]] const Hash128& fingerprint() const { return fingerprint_; }
  [[nodiscard]] size_t count() const { return table_.size(); }
  [[nodiscard]] std::string_view bytes(size_t number) const {
    return bytes_.substr(table_[number].offset, table_[number].size);
  }
  template <typename T>
  [[nodiscard]] std::span<const T> column(size_t number) const {
    const std::string_view b = bytes(number);
    return {reinterpret_cast<const T*>(b.data()), b.size() / sizeof(T)};
  }
  [[nodiscard]] std::shared_ptr<const void> owner() const { return mapping_; }
  /// Where a section lies in the open file, for a further mapping of it.
  [[nodiscard]] int descriptor() const;
  [[nodiscard]] uint64_t offset(size_t number) const { return table_[number].offset; }

 private:
  struct Mapping;
  std::shared_ptr<const Mapping> mapping_;
  std::string_view bytes_;
  std::span<const SectionEntry> table_;
  Hash128 fingerprint_;
};

}  // namespace kenko::segments

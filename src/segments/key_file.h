// segments/key_file.h
//
// Internal to segments: one sorted file of event ids with a filter in front of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ports/fact_store.h"
#include "ports/file_writer.h"
#include "ports/files.h"
#include "segments/key_entry.h"

namespace kenko::segments {

/// An open key file.
///
/// Layout, little-endian, sections one after the other, the first three padded to whole blocks of 12,288 bytes:
///   filter   blocks of 32 bytes (8 words, one bit of each word set for an id); an id's block is
///            high * blocks / 2^64, so that ascending ids go through the filter from its start to its end
///   entries  KeyEntry, ascending by key, 512 in a block
///   index    for each block of filter and entries: the high half of its first key (0 in the filter), XXH3 of the block
///   footer   64 bytes: see Footer in key_file.cpp
/// Opening checks the footer and the index; a block is checked when it is first looked at, so that opening 100 M ids
/// reads 3 MB.  Threads: all functions from many.
class KeyFile {
 public:
  static constexpr size_t kBlockBytes = 12'288;
  static constexpr size_t kBlockEntries = kBlockBytes / sizeof(KeyEntry);

  /// Problems: "key-file-damaged" (also when it is not the file that `info` names) and those of a missing file.
  [[nodiscard]] static Result<KeyFile> open(const std::string& path, const ports::KeyFileInfo& info);

  [[nodiscard]] uint64_t size() const { return entries_.size(); }
  /// False: the id is not in the file.  True: about one time in 200 it is not, either.
  [[nodiscard]] Result<bool> may_hold(const Hash128& key) const;
  /// The entry of an id.  `from`: no entry before this position is wanted; moves to where the key is or would be.
  [[nodiscard]] Result<const KeyEntry*> find(const Hash128& key, size_t& from) const;
  /// The entries of a block, checked.  Problem "key-file-damaged".
  [[nodiscard]] Result<std::span<const KeyEntry>> block(size_t number) const;
  [[nodiscard]] size_t blocks() const { return fences_.size(); }
  /// Brings the filter block of a key nearer, for many lookups in a row.
  void prefetch(const Hash128& key) const;
  /// Reads what says that an id is not there, so that nobody who asks for one waits for the disk.
  void bring_near() const;
  /// Checks every block.
  [[nodiscard]] Status check() const;
  /// The blocks before `number` are not needed soon.
  void release_before(size_t number) const;

 private:
  struct IndexEntry {
    uint64_t first_high = 0, hash = 0;
  };
  [[nodiscard]] Status check_block(size_t number) const;  // of filter and entries together

  std::string path_;
  ports::MappedFile file_;
  std::string_view filter_;  // filter_blocks_ * 32 bytes
  uint64_t filter_blocks_ = 0;
  std::span<const KeyEntry> entries_;
  std::span<const IndexEntry> index_;                 // of filter and entries
  std::span<const IndexEntry> fences_;                // of entries alone
  std::unique_ptr<std::atomic<uint64_t>[]> checked_;  // a bit for each block
};

/// Writes a key file entry by entry; holds a few blocks in memory however many there are, and 16 bytes for each 512
/// entries.
class KeyFileWriter {
 public:
  /// `most`: at least the number of entries that will come.
  [[nodiscard]] static Result<KeyFileWriter> open(const std::string& path, uint64_t most);
  /// Keys ascend and are unique.
  [[nodiscard]] Status add(const KeyEntry& entry);
  /// Durable when it returns.  Fills in what `info` says of the content.
  [[nodiscard]] Status finish(ports::KeyFileInfo& info);

 private:
  KeyFileWriter(ports::FileWriter file, uint64_t filter_blocks);
  Status flush_entries();
  Status flush_filter();
  [[nodiscard]] uint64_t filter_bytes() const;

  ports::FileWriter file_;
  uint64_t filter_blocks_;
  uint64_t count_ = 0;
  uint64_t filter_written_ = 0;         // whole blocks of kBlockBytes
  std::vector<uint32_t> filter_;        // the one being filled
  std::vector<KeyEntry> entries_;       // of the block being filled
  std::vector<uint64_t> filter_index_;  // hashes
  std::vector<uint64_t> entry_index_;   // first_high, hash, first_high, hash ...
  Hash128 last_;
};

/// Where an id's bits are in a filter of `blocks` blocks.
struct FilterPlace {
  uint64_t block = 0;
  uint32_t words[8] = {};
};
[[nodiscard]] FilterPlace filter_place(const Hash128& key, uint64_t blocks);

}  // namespace kenko::segments

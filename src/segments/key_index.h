// segments/key_index.h
//
// Exactly once: which event ids are stored in segments, and with what content.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ports/fact_store.h"
#include "segments/key_entry.h"

namespace kenko::segments {

/// What is known of a key.  absent: not stored.  same: the version that counts has this content and version number.
/// other: there is one version, and it says something else.  several: more than one, and read_versions must tell.
enum class Found : uint8_t { absent, same, other, several };

class KeyFile;

/// Key files that somebody has open, so that the next snapshot need not map them and check their blocks again: to let
/// go of the pages of 100 M ids takes milliseconds.  Keeps none open by itself.  Threads: from many.
class OpenKeyFiles {
 public:
  /// nullptr: nobody has it open.
  [[nodiscard]] std::shared_ptr<const KeyFile> find(const ports::KeyFileInfo& info) const;
  void add(const ports::KeyFileInfo& info, const std::shared_ptr<const KeyFile>& file);

 private:
  mutable std::mutex lock_;
  std::map<std::string, std::weak_ptr<const KeyFile>> files_;  // names of stored files are never used again
};

/// The key files of a snapshot, mapped.  Memory: a few MB for 100 M ids, besides the pages of the files that are looked
/// at. Threads: lookups from many.
///
/// Problems: those of reading the segments, when a missing or damaged key file is made again out of them.
class KeyIndex {
 public:
  /// A missing or damaged key file is made again.  Damage within a file is seen when that part of it is looked at, and
  /// mended then.
  /// others: where files that are open already are found, and opened ones are told; may be nullptr, must outlive it.
  [[nodiscard]] static Result<KeyIndex> open(const std::string& dir, const ports::Snapshot& snapshot,
                                             OpenKeyFiles* others = nullptr);
  KeyIndex(KeyIndex&&) noexcept;
  KeyIndex& operator=(KeyIndex&&) noexcept;
  ~KeyIndex();

  /// Also looks into a segment written since, committed or not.
  [[nodiscard]] Status add(const ports::SegmentInfo& segment, const ports::KeyFileInfo& keys);
  /// One answer for each of `wanted`, which must be sorted by key (repeats allowed).
  [[nodiscard]] Result<std::vector<Found>> lookup(std::span<const KeyedContent> wanted) const;
  [[nodiscard]] Result<Found> find(const KeyedContent& wanted) const;
  /// The segments that can hold a version of one of the keys (sorted), by what the key files say of their seq.  Events
  /// of late lie in few small ones.
  [[nodiscard]] Result<std::vector<ports::SegmentInfo>> segments_holding(std::span<const Hash128> keys) const;
  /// Reads what is asked first of a new id: 1.4 bytes for each that is stored.
  void bring_near() const;
  [[nodiscard]] uint64_t size() const;  ///< entries of all files; an id may be in several
  /// Every id that has more than one version, ascending.  Goes through all files.
  [[nodiscard]] Status for_each_several(const std::function<Status(const Hash128&)>& sink) const;
  /// Checks every byte of the key files of the snapshot and makes those again that are damaged or missing.
  [[nodiscard]] static Status mend(const std::string& dir, const ports::Snapshot& snapshot);
  /// Checks every byte of the key files, mends nothing.  Problem "key-file-damaged".
  [[nodiscard]] static Status check(const std::string& dir, const ports::Snapshot& snapshot);

 private:
  struct State;
  explicit KeyIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kenko::segments

// segments/key_merge.h
//
// Internal to segments: makes key files, out of versions and out of other key files.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ports/fact_store.h"
#include "segments/key_file.h"

namespace kenko::segments {

/// At most so many key files are live after a commit.
inline constexpr size_t kMaxKeyFiles = 10;

/// A stored version of an id, for making entries.
struct KeyVersion {
  KeyedContent says;
  int64_t version = 0, seq = 0;
};

/// Several entries for one id become one.
///
/// Parts are told in the order of their first seq.  The later part's content counts, unless version numbers have a say
/// or the parts' seq overlap: then the index does not know (several and versioned).
class EntryMix {
 public:
  void add(const KeyEntry& entry, const ports::KeyFileInfo& part);
  [[nodiscard]] bool any() const { return any_; }
  [[nodiscard]] const KeyEntry& entry() const { return entry_; }

 private:
  KeyEntry entry_;
  int64_t last_seq_ = 0;
  bool any_ = false;
};

/// Sorts `versions` and writes their entries; `info` has its file and seq set.
[[nodiscard]] Status write_key_file(const std::string& path, std::vector<KeyVersion>& versions,
                                    ports::KeyFileInfo& info);

/// Gives each id of the parts once, ascending.  Holds a few blocks of each in memory.
[[nodiscard]] Status for_each_entry(const std::vector<const KeyFile*>& files,
                                    const std::vector<ports::KeyFileInfo>& infos,
                                    const std::function<Status(const KeyEntry&)>& sink);
/// One key file in place of several; `info` has id and file set.
[[nodiscard]] Status merge_key_files(const std::string& folder, const std::vector<ports::KeyFileInfo>& parts,
                                     ports::KeyFileInfo& info);

/// How many of the newest of `live` (by first_seq) should become one, so that few are live and each id is written
/// rarely; 0 = none.  `at_most`: files that may stay.
[[nodiscard]] size_t files_to_merge(const std::vector<ports::KeyFileInfo>& live, size_t at_most);

/// The neighbours among `live` whose merge costs least and leaves fewer than `at_most` files, without those of the ids
/// `taken`; fewer neighbours where there are no more.
[[nodiscard]] std::vector<ports::KeyFileInfo> few_files_to_merge(const std::vector<ports::KeyFileInfo>& live,
                                                                 size_t at_most, const std::vector<int64_t>& taken);

}  // namespace kenko::segments

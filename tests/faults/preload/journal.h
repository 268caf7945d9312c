// The log of what a program did to the files of a workspace, one record a call, in the order in which they happened.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kenko::faults {

/// Kinds of calls; the numbers are part of the log's format (recording.py knows them).
enum class Kind : uint8_t {
  open = 1,
  write = 2,
  truncate = 3,
  sync = 4,
  rename = 5,
  unlink = 6,
  mkdir = 7,
  close = 8,
  link = 9,
  allocate = 10,
  map = 11,   ///< a shared writable mapping: what is written through it cannot be seen
  said = 12,  ///< bytes written to standard output
};

/// Null for a name that is none.
const char* kind_name(Kind kind);

// Flags of a record.
inline constexpr uint8_t kCreated = 1;    ///< open: the file was not there before
inline constexpr uint8_t kTruncated = 2;  ///< open: what the file held is gone
inline constexpr uint8_t kFolder = 4;     ///< the call is about a folder
inline constexpr uint8_t kInjected = 8;   ///< the call failed, or was shortened, because it was told to

struct Record {
  Kind kind = Kind::open;
  uint8_t flags = 0;
  int error = 0;       ///< errno of a call that failed; 0 = it did what it says
  uint64_t file = 0;   ///< inode of the file
  int64_t offset = 0;  ///< write, allocate: where; truncate: the new size
  std::string path;    ///< below the workspace; empty = the workspace itself
  std::string target;  ///< rename, link: the new name
  std::string_view data;
};

/// Appends to the file that KENKO_FAULTS_LOG names; without one nothing is kept.  Several processes may share a file.
class Journal {
 public:
  Journal();
  [[nodiscard]] bool on() const { return file_ >= 0; }
  /// Other processes that log wait until unlock().
  void lock() const;
  void unlock() const;
  void add(const Record& record) const;

 private:
  int file_ = -1;
};

}  // namespace kenko::faults

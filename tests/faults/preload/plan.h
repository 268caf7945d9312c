// What shall go wrong, and when.
#pragma once

#include <cstdint>
#include <string>

#include "journal.h"

namespace kenko::faults {

/// What one call shall do.
struct Verdict {
  enum class Do : uint8_t { pass, fail, shorten, kill } what = Do::pass;
  int error = 0;      ///< fail: the errno
  size_t length = 0;  ///< shorten, kill: bytes that are still written
};

/// Read from KENKO_FAULTS_PLAN, words between blanks:
///   fail KIND N ERRNO once|on [PART]    the N-th call of the kind (1 is the first) fails: EIO, ENOSPC or EACCES
///   kill KIND N [PART]                  SIGKILL in the place of that call
/// KIND: a kind_name(), `any`, or `space` (what needs room on the disk: writes, new files and folders, growth).
/// PART: how much of a write is done first: none, one (byte), sector (512), page (4096), half, most (all but one byte),
/// all; none when it is left out.  A write that fails after a part is shortened, and the next call of the kind fails.
class Plan {
 public:
  /// Aborts on a plan that cannot be read.
  Plan();
  /// Counts the call.  `size`: bytes of a write.  `needs_space`: the call counts as one of `space`.
  Verdict next(Kind kind, size_t size, bool needs_space);

 private:
  [[nodiscard]] size_t part_of(size_t size) const;

  Verdict::Do action_ = Verdict::Do::pass;
  std::string kind_;
  int64_t number_ = 0;
  int error_ = 0;
  bool from_then_on_ = false;
  std::string part_ = "none";
  int64_t count_ = 0;
  bool shortened_ = false;  ///< the next call fails
  bool done_ = false;
};

}  // namespace kenko::faults

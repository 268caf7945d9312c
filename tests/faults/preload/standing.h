// A clock that stands, and random bytes that are known.
#pragma once

namespace kenko::faults {

/// In place of /dev/urandom; -1 = take the real one.
int open_known_random();

}  // namespace kenko::faults

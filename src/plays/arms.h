// plays/arms.h
//
// The lot of a hold-out.
#pragma once

#include <cstdint>
#include <string_view>

namespace kenko::plays {

/// Whether the lot holds an account out of a play: by its top parent, so that all accounts below it share one lot, and
/// always in the same way.  share: held out, in millionths; a larger share keeps out whom a smaller one did.
[[nodiscard]] bool held_out(uint64_t seed, std::string_view play, std::string_view top_parent,
                            int64_t share_millionths);

}  // namespace kenko::plays

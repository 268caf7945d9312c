// team/fold_name.h
#pragma once

#include <string>
#include <string_view>

namespace kenko::team {

/// What is compared of a name, an e-mail address or a role: without blanks at its ends, one blank between words,
/// capitals as small letters (Latin, Greek and Cyrillic; accents stay).  `text` is UTF-8; bytes that are not stay as
/// they are.
[[nodiscard]] std::string fold_name(std::string_view text);

}  // namespace kenko::team

// base/own_word.h
#pragma once

#include <string>
#include <string_view>

namespace kenko {

/// Stands before a part of a Sentence that is a text of the program, not data: a catalogue says it in its language,
/// everybody else sees the English alone.
inline constexpr char kOwnWord = '\x01';

/// A part that is a text of the program: say("{}: calibrated", own_word("churn")).
[[nodiscard]] inline std::string own_word(std::string_view english) { return kOwnWord + std::string(english); }

}  // namespace kenko

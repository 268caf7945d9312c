// base/text.h
//
// Small, locale-free operations on UTF-8 text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kenko::text {

/// Without ASCII blanks (space, tab, CR, LF) and U+FEFF at both ends.
[[nodiscard]] std::string_view trim(std::string_view s);

/// ASCII letters to lower case; other bytes stay.
[[nodiscard]] std::string lower(std::string_view s);

[[nodiscard]] std::vector<std::string_view> split(std::string_view s, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// True when `s` is well-formed UTF-8 (no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view s);

/// `count` code points from the `first` (0-based) on; past the end = fewer.
[[nodiscard]] std::string code_points(std::string_view s, int64_t first, int64_t count);
[[nodiscard]] int64_t count_code_points(std::string_view s);

/// Terminal columns: East Asian wide and full-width forms count 2, combining marks 0.
[[nodiscard]] int64_t display_width(std::string_view s);

/// `s` cut to `width` terminal columns, with an ellipsis when something was cut.
[[nodiscard]] std::string fit(std::string_view s, int64_t width);

/// Every line of `s` broken at blanks so that it fits `width` terminal columns; what follows a break is indented as its
/// line plus `hanging` blanks.  Words longer than a line stay whole.
[[nodiscard]] std::string wrap(std::string_view s, int64_t width, int64_t hanging);

/// The candidate with the smallest edit distance to `word` (at most a third of its length, at least 1); ties: the
/// first.
[[nodiscard]] std::optional<std::string> closest(std::string_view word, const std::vector<std::string>& candidates);

/// "did you mean `x`?" when there is a close candidate, else "known: a, b, c" (at most 12), else empty.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// A strict, whole-text, locale-free integer; nullopt when it is not one or does not fit.
[[nodiscard]] std::optional<int64_t> parse_int(std::string_view s);

/// 1234567 -> "1,234,567".
[[nodiscard]] std::string grouped(int64_t n);

}  // namespace kenko::text

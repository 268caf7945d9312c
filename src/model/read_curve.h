// model/read_curve.h
//
// Curves of the model file: form only, no meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "model/model.h"
#include "tree/reader.h"

namespace kenko::model {

/// The days in which a frequency word counts its times.
inline constexpr int32_t kFrequencyDays = 28;
/// How many times in kFrequencyDays days a word means, as numerator and denominator: weekly = 4 / 1, yearly = 1 / 13.
/// nullopt when it is no such word.
[[nodiscard]] std::optional<std::pair<int64_t, int64_t>> times_of_word(std::string_view word);

/// Points between 0 and 100, in millionths; nullopt when it was no such number, which is reported.
[[nodiscard]] std::optional<int64_t> read_points(const tree::Reader& reader, const tree::Node& node);

/// Reads a curve; false when something was wrong, which is reported.
[[nodiscard]] bool read_curve(const tree::Reader& reader, const tree::Node& node, Curve& curve);

}  // namespace kenko::model

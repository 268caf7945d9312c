// model/read_curve.h
//
// Curves of the model file: form only, no meaning.
#pragma once

#include <cstdint>
#include <optional>

#include "model/model.h"
#include "tree/reader.h"

namespace kenko::model {

/// Points between 0 and 100, in millionths; nullopt when it was no such number, which is reported.
[[nodiscard]] std::optional<int64_t> read_points(const tree::Reader& reader, const tree::Node& node);

/// Reads a curve; false when something was wrong, which is reported.
[[nodiscard]] bool read_curve(const tree::Reader& reader, const tree::Node& node, Curve& curve);

}  // namespace kenko::model

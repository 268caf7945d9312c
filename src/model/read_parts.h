// model/read_parts.h
//
// What the files of the reader share: names, weights, conditions, bands.  Only read*.cpp include it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "tree/reader.h"

namespace kenko::model {

inline constexpr int64_t kFullPointsMicros = 100'000'000;  ///< 100 points

/// Letters, digits, `_` and `-`, a letter first, at most 100 bytes.
[[nodiscard]] bool is_name(std::string_view name);
/// Adds a problem when `name` cannot be the name of a `what` ("metric").
void check_name(const tree::Reader& reader, const tree::Node& name, std::string_view what);

/// Whether a key is there with a value.
[[nodiscard]] bool is_given(const tree::Reader& reader, std::string_view key);

/// An expression as it was read.
struct ReadExpression {
  std::string text;                           ///< as written, blanks at both ends cut
  std::optional<language::Expression> value;  ///< none: it did not parse, which was reported
  tree::Node at;                              ///< the scalar
};
/// nullopt: the key is missing (reported when needed).  `example` is shown when it is no expression at all.
[[nodiscard]] std::optional<ReadExpression> read_expression(tree::Reader& reader, std::string_view key, tree::Need need,
                                                            std::string_view example);
[[nodiscard]] std::optional<Condition> read_condition(tree::Reader& reader, std::string_view key, tree::Need need);

/// A relative weight up to 1,000,000: more than 0, or at least 0 where `zero` is allowed.
[[nodiscard]] std::optional<Decimal> read_weight(const tree::Reader& reader, const tree::Node& node,
                                                 std::string_view what, bool zero);
/// A number of points between `least` and `most` with at most two decimal places.
[[nodiscard]] std::optional<Decimal> read_hundredths(const tree::Reader& reader, const tree::Node& node,
                                                     std::string_view what, int64_t least, int64_t most);
/// The same of a key of a map; nullopt when it is missing.
[[nodiscard]] std::optional<Decimal> read_hundredths(tree::Reader& reader, std::string_view key, int64_t least,
                                                     int64_t most, tree::Need need = tree::Need::optional);

[[nodiscard]] Metric read_metric(const tree::Node& name, tree::Reader& reader);
[[nodiscard]] std::vector<Band> read_bands(tree::Reader& reader, tree::Need need);

/// `segments`, `stages`, `triggers`, `accounts`, `hierarchy` and `inputs`.
void read_rules(tree::Reader& reader, Model& model);

/// `outcome` or `outcomes`: at least one.
void read_outcomes(tree::Reader& reader, Model& model);

/// `let`.
void read_constants(tree::Reader& reader, Model& model);
/// Puts the constants into every expression of the model, whose document must be in its place.
void place_constants(Model& model, Problems& problems);

}  // namespace kenko::model

// model/model.h
//
// A health model as its file says it: plain structs in file order, with the places of their parts.  Read by
// model/read.h, checked by model/check.h, both at once by model/load.h; plan/lower.h makes a plan out of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "language/expression.h"
#include "tree/tree.h"

namespace kenko::model {

/// Maps a value to points.  Points are millionths of a point, 0..100'000'000.
struct Curve {
  enum class Kind : uint8_t { none, linear, steps, category };
  struct Point {
    Decimal x;
    int64_t points_micros = 0;
    tree::Node at;
  };
  struct Category {
    std::string value;
    int64_t points_micros = 0;
    tree::Node at;
  };
  Kind kind = Kind::none;
  bool percent = false;       ///< an x was written with a per cent sign: read aloud as per cent
  std::vector<Point> points;  ///< linear, steps: in file order; ascending once checked
  std::vector<Category> categories;
  std::optional<int64_t> other;
  tree::Node at;
};

/// What a metric without a value is worth.
struct Missing {
  enum class Kind : uint8_t { exclude, zero, score };
  Kind kind = Kind::exclude;
  int64_t points_micros = 0;
};

enum class Type : uint8_t { number, flag, text };

/// What an expression reads.  Sorted, without repeats.
struct Reads {
  std::vector<std::string> events;
  std::vector<std::string> attributes;
  bool contracts = false;
};

struct Metric {
  std::string name;
  std::string label;  ///< empty = the name
  std::string why;
  std::optional<std::string> dimension;
  std::optional<Decimal> weight;              ///< none = 1
  std::string expression;                     ///< as written, blanks at both ends cut
  std::optional<language::Expression> value;  ///< none: it did not parse, which was reported
  Curve curve;
  bool curve_broken = false;  ///< a curve was given and could not be read, which was reported
  Missing missing;
  std::optional<int32_t> min_observed_days;
  std::optional<bool> ours;  ///< as written; filled in by the check where it was not

  // Filled in by the check.
  Type type = Type::number;
  Reads reads;

  // Places.
  tree::Node at;        ///< the name
  tree::Node value_at;  ///< the scalar of `value`
  tree::Node dimension_at;
};

struct Dimension {
  std::string name;
  std::string label;  ///< empty = the name
  Decimal weight;
  tree::Node at;
};

struct Band {
  std::string name;
  int32_t from_hundredths = 0;
  std::string color;  ///< as written; colours come by rank
  tree::Node at;
};

/// Invariants after the check: see plan/plan.h, which it can be lowered to without a further error.
struct Model {
  tree::Tree document;  ///< for places; its nodes are not used any more
  std::string name;
  std::string purpose;
  std::string healthy_means;
  std::string outcome = "account.churned";
  int64_t min_coverage_micros = 600'000;
  int32_t too_new_days = 28;
  std::vector<Dimension> dimensions;
  std::vector<Metric> metrics;
  std::vector<Band> bands;
  bool dimensions_read = false;  ///< `dimensions:` was there: unknown names can be told
  Problems warnings;

  [[nodiscard]] const Dimension* find_dimension(std::string_view wanted) const {
    for (const Dimension& d : dimensions) {
      if (d.name == wanted) return &d;
    }
    return nullptr;
  }
};

/// A copy of a node without what stands below it: enough for a place.
[[nodiscard]] tree::Node place_only(const tree::Node& node);

}  // namespace kenko::model

// model/print_parts.h
//
// What the files that put a model into words share: print*.cpp, diff.cpp, document.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/model.h"

namespace kenko::model {

/// "1 point", "30 points".
[[nodiscard]] std::string points_words(int64_t micros);
/// The same of a decimal number of points, without its sign.
[[nodiscard]] std::string points_words(Decimal points);
/// "1 day", "28 days".
[[nodiscard]] std::string days_words(int32_t days);
/// The label, or the name where there is none.
[[nodiscard]] std::string said_name(const std::string& label, const std::string& name);
/// An expression in one line.
[[nodiscard]] std::string one_line(const std::string& expression);

/// A curve of a metric read aloud: its own, or the one of a segment.
[[nodiscard]] std::string curve_words(const Metric& metric, const Curve& curve);

/// What an outcome is, read aloud: "`account.churned` within 90 days".
[[nodiscard]] std::string outcome_words(const Outcome& outcome);

/// The part of the score that a metric or a dimension has.
class Shares {
 public:
  /// Those of the model, or those of a segment or stage when there is one.
  explicit Shares(const Model& model, const Segment* change = nullptr);

  /// "33.3 %"; "left out" with a weight of 0; empty when there is no fixed share, because somewhere above it the
  /// lowest, the highest or a sum of points counts.
  [[nodiscard]] std::string of(const Metric& metric) const;
  [[nodiscard]] std::string of(const Dimension& dimension) const;

 private:
  struct Share {
    bool fixed = true;
    double part = 1;  // 0: left out
  };
  [[nodiscard]] int64_t weight_of(const std::string& name, int64_t own) const;
  [[nodiscard]] Share share_of(const Dimension& dimension) const;
  [[nodiscard]] Share within(const Dimension* dimension, int64_t weight) const;
  static std::string text_of(const Share& share);

  const Model* model_;
  const Segment* change_;
};

/// Bands read aloud, each line indented by `indent` blanks.
[[nodiscard]] std::string bands_words(const Model& model, const std::vector<Band>& bands, size_t indent);

/// The paragraphs on segments, stages, triggers, hierarchy and inputs; empty where the model has none.
[[nodiscard]] std::string rules_text(const Model& model);

}  // namespace kenko::model

// tests/property/generate_expression.h
//
// Random expressions of the metric language, typed so that the check accepts them.
#pragma once

#include <string>

#include "base/random.h"
#include "facts/settings.h"
#include "property/generate_facts.h"

namespace kenko::property {

class ExpressionMaker {
 public:
  ExpressionMaker(Random& random, const facts::Settings& settings) : random_(random), settings_(settings) {}

  /// `depth`: how deep operations may nest; 0 = an aggregate, an attribute or a literal.
  [[nodiscard]] std::string number(int depth);
  [[nodiscard]] std::string flag(int depth);
  [[nodiscard]] std::string text(int depth);
  /// One aggregate over events.
  [[nodiscard]] std::string aggregate();
  [[nodiscard]] std::string literal();

 private:
  [[nodiscard]] const std::string& pick(const std::vector<std::string>& all);
  [[nodiscard]] std::string attribute(const std::vector<facts::AttributeType>& types);
  [[nodiscard]] std::string selector(int window_days);
  [[nodiscard]] std::string filter(int depth);
  [[nodiscard]] std::string field();
  [[nodiscard]] std::string decay();
  [[nodiscard]] std::string leaf();

  Random& random_;
  const facts::Settings& settings_;
  Words words_;
};

}  // namespace kenko::property

// tests/property/generate_expression.h
//
// Random expressions of the metric language, typed so that the check accepts them.  Calls are made from the rows of the
// vocabulary, so a function that is added there is drawn here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "facts/settings.h"
#include "property/generate_facts.h"
#include "vocabulary/vocabulary.h"

namespace kenko::property {

class ExpressionMaker {
 public:
  enum class Type : uint8_t { number, flag, text };
  /// A metric that later ones may name.
  struct Known {
    std::string name;
    Type type = Type::number;
    bool percentile = false;
  };
  /// A number as a metric's whole value; `money` may be added to money only.
  struct Value {
    std::string text;
    bool money = false;
  };

  ExpressionMaker(Random& random, const facts::Settings& settings) : random_(random), settings_(settings) {}

  /// `depth`: how deep operations may nest; 0 = a function of events or of the account, a metric or a literal.
  [[nodiscard]] std::string number(int depth);
  [[nodiscard]] std::string flag(int depth);
  [[nodiscard]] std::string text(int depth);
  /// One call of a function of the vocabulary, each as likely as any other.
  [[nodiscard]] Value any_function(int depth);
  /// A number that reads facts.
  [[nodiscard]] std::string aggregate();
  [[nodiscard]] std::string literal();
  /// `count` or `active_days` of a window: what words for how often are for.
  [[nodiscard]] std::string how_often();

  void add_known(Known metric) { known_.push_back(std::move(metric)); }
  /// Whether percentiles may be drawn; conditions of segments must not rest on one.
  bool percentiles = true;
  /// A function that only some companies have the facts for, and how often it is drawn there besides.
  std::optional<vocabulary::FunctionId> favourite;
  static constexpr double kFavourite = 0.2;

 private:
  using Function = vocabulary::Function;

  [[nodiscard]] const std::string& pick(const std::vector<std::string>& all);
  [[nodiscard]] std::string attribute(const std::vector<facts::AttributeType>& types);
  [[nodiscard]] std::string window(const Function* f);
  [[nodiscard]] std::string events(const Function* f, const std::string& name, bool windowed);
  [[nodiscard]] std::string filter(int depth);
  [[nodiscard]] std::string test_of_field();
  [[nodiscard]] std::string word_of_filter();
  [[nodiscard]] std::string field();
  [[nodiscard]] std::string steps();
  [[nodiscard]] std::string roles();
  [[nodiscard]] std::string known(Type type);

  // A call of `f` whose values nest `depth` deep and whose arguments of any type have `type`.
  [[nodiscard]] std::string call(const Function& f, int depth, Type type);
  [[nodiscard]] std::string argument(const Function& f, const vocabulary::Parameter& p, int depth, Type type);
  [[nodiscard]] std::string pair_call(const Function& f);
  [[nodiscard]] std::string of_type(Type type, int depth);
  [[nodiscard]] std::string without_money(const Value& value);
  [[nodiscard]] bool may(const Function& f) const;

  Random& random_;
  const facts::Settings& settings_;
  Words words_;
  std::vector<Known> known_;
  int inside_ = 0;  // children() and percentile() around
};

}  // namespace kenko::property

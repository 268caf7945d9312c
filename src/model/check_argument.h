// model/check_argument.h
//
// Arguments of functions that are no values: events, fields, durations, lists, words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/expression.h"
#include "model/check.h"
#include "model/model.h"
#include "vocabulary/vocabulary.h"

namespace kenko::model {

/// True for the kinds that stand for a value of their own: number, flag, any.
[[nodiscard]] bool is_value(vocabulary::ArgumentKind kind);

/// Checks such arguments of one expression.  Points to its arguments, which must live longer.
class ArgumentCheck {
 public:
  ArgumentCheck(const Context& context, const Model& model, const language::At& at, Problems& problems, Reads& reads)
      : context_(&context), model_(&model), at_(&at), problems_(&problems), reads_(&reads) {}

  /// False when something is wrong, which is reported.  Requires !is_value(parameter.kind).
  bool fits(const language::Expression& e, const vocabulary::Parameter& parameter,
            const vocabulary::Function& function);

  /// The events of an outcome: a name or a selector without a window.  False when something is wrong, which is
  /// reported. `key` is where they stand: `event`, `absence`, or `outcome` in the short form.
  bool outcome(const language::Expression& e, std::string_view key);

  /// Whether a metric may read events of this name (outcomes aside).
  [[nodiscard]] bool emits(const std::string& event) const;

 private:
  using Function = vocabulary::Function;
  void add(size_t offset, std::string code, std::string message, std::string hint = "");
  bool refuse(const language::Expression& e, std::string message, std::string hint);
  bool events(const language::Expression& e, bool windowed, const Function& f);
  bool window(const language::Expression& selector, bool windowed, const Function& f);
  bool known_event(const std::string& name, size_t begin);
  bool known_outcome(const std::string& name, size_t begin, bool quiet);
  [[nodiscard]] bool is_foretold(const std::string& name) const;
  void refuse_unknown(const std::string& name, size_t begin, const std::vector<std::string>& known);
  void warn_not_emitted(const std::string& name, size_t begin, std::string_view what, std::string_view leave);
  bool field(const language::Expression& e, bool distinct, const Function& f);
  bool property(const language::Expression& e, const vocabulary::Parameter& p, const Function& f);
  bool fold(const language::Expression& e, const Function& f);
  bool share(const language::Expression& e, const vocabulary::Parameter& p, const Function& f);
  bool whole_number(const language::Expression& e, const vocabulary::Parameter& p, const Function& f);
  bool roles(const language::Expression& e, const Function& f);
  bool duration(const language::Expression& e, const vocabulary::Parameter& p, const Function& f);
  bool steps(const language::Expression& e);
  bool key(const language::Expression& e, bool day, const Function& f);

  const Context* context_;
  const Model* model_;
  const language::At* at_;
  Problems* problems_;
  Reads* reads_;
};

}  // namespace kenko::model

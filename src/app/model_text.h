// app/model_text.h
//
// Other numbers in the text of a model, in place: comments, order and layout stay as their author wrote them.
#pragma once

#include <string>

#include "base/result.h"
#include "plan/plan.h"

namespace kenko::app {

/// A file with other numbers.
struct Rewriting {
  std::string name;    ///< of the model
  std::string header;  ///< lines of comment for the top, without `#`; may be empty
};

/// `text` with the weights, curves, fixed points of missing values and cut-offs of `after` wherever `before`, which is
/// what `text` lowers to, has others.  A weight that was not written is added before `dimension:`.  Errors:
/// "cannot-rewrite" when a number does not stand in the text as it is read.
[[nodiscard]] Result<std::string> rewrite_model(const std::string& text, const std::string& file,
                                                const plan::Plan& before, const plan::Plan& after,
                                                const Rewriting& rewriting);

}  // namespace kenko::app

#include "model/load.h"

#include <algorithm>
#include <tuple>

#include "model/check.h"
#include "model/read.h"

namespace kenko::model {

Result<Model> load(std::string_view text, std::string file, const facts::Settings& settings) {
  Problems problems;
  auto model = read_model(text, std::move(file), problems);
  if (model) check_model(*model, context_of(settings), problems);
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  if (!model || has_errors(problems)) return problems;
  model->warnings = std::move(problems);
  return std::move(*model);
}

}  // namespace kenko::model

#include "model/watch.h"

#include "base/text.h"
#include "language/expression.h"
#include "model/check.h"
#include "model/check_metrics.h"

namespace kenko::model {

void watch(Model& model, const std::string& name, const tree::Node& at, const tree::Tree& document,
           const facts::Settings& settings, Problems& problems) {
  Watched watched;
  watched.name = name;
  watched.when.expression = std::string(text::trim(at.text));
  watched.when.at = place_only(at);
  auto parsed = language::parse(at.text, [&](size_t offset) { return document.at(at, offset); });
  if (!parsed.ok()) {
    for (Problem& p : std::move(parsed).problems()) problems.push_back(std::move(p));
    return;
  }
  watched.when.value = std::move(*parsed);
  if (check_condition(watched.when, document, model, context_of(settings), problems)) {
    model.watched.push_back(std::move(watched));
  }
}

}  // namespace kenko::model

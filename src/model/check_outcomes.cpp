#include "model/check_outcomes.h"

#include <algorithm>

#include "model/check_argument.h"
#include "model/check_metrics.h"

namespace kenko::model {
namespace {

void check_events(Outcome& outcome, const Model& model, const Context& context, Problems& problems) {
  if (!outcome.events || outcome.events_at.line == 0) return;  // reported, or account.churned by default
  const auto at = [&](size_t offset) { return model.document.at(outcome.events_at, offset); };
  const size_t before = problems.size();
  const std::string_view key = outcome.kind == Outcome::Kind::absence ? "absence" : "event";
  ArgumentCheck(context, model, at, problems, outcome.reads)
      .outcome(*outcome.events, outcome.short_form ? "outcome" : key);
  std::sort(outcome.reads.events.begin(), outcome.reads.events.end());
  if (problems.size() == before) outcome.events = language::as_selector(*outcome.events);
}

}  // namespace

void check_outcomes(Model& model, const Context& context, Problems& problems) {
  for (Outcome& o : model.outcomes) {
    check_events(o, model, context, problems);
    if (o.among) check_condition(*o.among, model, context, problems);
  }
}

}  // namespace kenko::model

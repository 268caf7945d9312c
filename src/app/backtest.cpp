#include "app/backtest.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "app/scoring.h"
#include "base/threads.h"
#include "fit/parameters.h"
#include "fit/score_function.h"

namespace kenko::app {
namespace {

bool is_ours(const plan::Metric& metric) { return metric.ours && metric.dimension.has_value(); }

// The scores that the other metrics alone give.
validate::WithoutOurs without_ours(const plan::Plan& plan, const validate::Panel& panel, int threads) {
  validate::WithoutOurs out;
  out.any = std::any_of(plan.metrics.begin(), plan.metrics.end(), is_ours);
  if (!out.any) return out;
  const fit::Parameters parameters(plan, false);
  const fit::ScoreFunction function(plan, panel, parameters);
  std::vector<uint32_t> rows(panel.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<uint8_t> ours;  // of the scored metrics
  for (const plan::Metric& m : plan.metrics) {
    if (m.dimension) ours.push_back(m.ours ? 1 : 0);
  }
  if (std::find(ours.begin(), ours.end(), uint8_t{0}) == ours.end()) return out;  // nothing would be left
  fit::Numbers numbers = function.numbers(plan);
  for (size_t i = 0; i < numbers.metric_weights.size(); ++i) {  // by rule, then by scored metric
    if (ours[i % ours.size()] != 0) numbers.metric_weights[i] = 0;
  }
  out.score = function.scores(numbers, rows, threads);
  for (const uint32_t r : rows) {  // of other days or accounts it knows only what they did under all metrics
    if (function.rests_on_others(r)) out.score[r] = validate::kNothing;
  }
  return out;
}

}  // namespace

Result<WorkspaceBacktest> back_test(const Workspace& workspace, PanelRequest request,
                                    const validate::BacktestOptions& options, Instant now) {
  WorkspaceBacktest out;
  KENKO_TRY(const LoadedModel loaded, request.text.empty() ? load_model(workspace, request.model)
                                                           : load_model_text(workspace, request.text, request.model));
  const plan::Plan& plan = loaded.plan;
  request.parts |= std::any_of(plan.metrics.begin(), plan.metrics.end(), is_ours);
  KENKO_TRY(out.built, build_panel(workspace, request, now));
  out.result =
      validate::backtest(out.built.panel, options, without_ours(plan, out.built.panel, threads_for(request.threads)));
  return out;
}

}  // namespace kenko::app

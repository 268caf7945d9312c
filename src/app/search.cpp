#include "app/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "app/candidate_columns.h"
#include "app/candidates.h"
#include "app/found_text.h"
#include "app/portfolio.h"
#include "app/stopwatch.h"
#include "base/threads.h"
#include "fit/folds.h"
#include "model/load.h"
#include "plan/lower.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

using validate::Panel;

constexpr int kBins = 24;
constexpr int kCurvePoints = 6;
constexpr double kLeastValued = 0.6;    // share of the rows that must have a value
constexpr double kMostInOneBin = 0.99;  // a metric that is nearly always the same tells nothing
constexpr double kSmallestSpread = 1e-3;
constexpr std::array<double, 1> kFirstRidge{16};
constexpr std::array<double, 2> kOtherRidges{4, 64};
// A metric whose whole range says no more than this is none.
constexpr double kLeastStrength = 0.02;

// A candidate that is worth looking at.
struct Looked {
  size_t candidate = 0;  // position among the candidates
  double valued = 0;
};

class Searcher {
 public:
  Searcher(const Workspace& workspace, const Panel& panel, std::span<const uint32_t> rows, const SearchOptions& options)
      : workspace_(workspace), panel_(panel), rows_(rows), options_(options), threads_(threads_for(options.threads)) {}

  Result<Search> run(const std::string& file) {
    KENKO_TRY(const std::string text, ports::read_file(file));
    KENKO_TRY(own_, model::load(text, file, workspace_.settings));
    out_.text = own_.document.source();
    out_.rows = std::ssize(rows_);
    if (own_.rollup != model::Rollup::mean) {
      return Problem{"search-needs-mean",
                     {file, 0, 0, "rollup"},
                     "metrics cannot be searched for a model whose score is the worst or the best of its dimensions",
                     "leave out --search, or make `rollup: mean` of it",
                     "",
                     Severity::error};
    }
    KENKO_TRY_STATUS(read_candidates(text, file));
    add_given();
    add_candidates();
    choose();
    if (out_.found.empty()) return std::move(out_);
    KENKO_TRY(out_.text, text_with(own_, out_.found, given_strength_));
    KENKO_TRY(const model::Model written, model::load(out_.text, file, workspace_.settings));
    return std::move(out_);
  }

 private:
  Status read_candidates(const std::string& text, const std::string& file) {
    Stopwatch watch;
    KENKO_TRY(auto state, open_state(workspace_.dir));
    KENKO_TRY(const facts::Portfolio portfolio, load_portfolio(workspace_.dir, *state, workspace_.settings));
    CandidateOptions candidate_options;
    candidate_options.most = options_.candidates;
    candidate_options.ours = options_.ours;
    const Day until = rows_.empty() ? panel_.last_day : panel_.days[panel_.day[rows_.back()]];
    candidates_ = candidates_for(portfolio, own_, until, candidate_options);
    KENKO_TRY(model_, with_candidates(text, file, workspace_.settings, candidates_));
    KENKO_TRY(const plan::Plan plan, plan::lower(model_, workspace_.settings));
    out_.times.facts = watch.lap();
    std::vector<uint32_t> metrics = keep_different(plan);
    KENKO_TRY(columns_, candidate_columns(workspace_, portfolio, plan, metrics, panel_, rows_, threads_));
    out_.times.columns = watch.lap();
    out_.candidates = std::ssize(candidates_);
    return Done{};
  }

  // Leaves out candidates that are a metric of the author, or another candidate, in other words; gives the positions of
  // the others.
  std::vector<uint32_t> keep_different(const plan::Plan& plan) {
    std::set<plan::NodeId> seen;
    for (const plan::Metric& m : plan.metrics) {
      if (m.dimension && m.curve.kind != plan::Curve::Kind::category) seen.insert(m.points_node);
    }
    std::vector<uint32_t> out;
    std::vector<MetricCandidate> kept;
    for (MetricCandidate& c : candidates_) {
      const auto found = std::find_if(plan.metrics.begin(), plan.metrics.end(),
                                      [&](const plan::Metric& m) { return m.name == c.name; });
      if (plan.nodes[found->node].type == plan::Type::text || !seen.insert(found->node).second) continue;
      out.push_back(static_cast<uint32_t>(found - plan.metrics.begin()));
      kept.push_back(std::move(c));
    }
    candidates_ = std::move(kept);
    return out;
  }

  void add_column(const std::vector<float>& values, fit::Role role, int direction) {
    fit::BoostColumn column;
    column.bins = fit::Bins::of(values, kBins);
    column.bin.reserve(values.size());
    for (const float v : values) column.bin.push_back(column.bins.bin_of(v));
    column.role = role;
    column.direction = direction;
    data_.columns.push_back(std::move(column));
  }

  // The author's score, and his metrics by their points: of all of them, the more, the better.
  void add_given() {
    for (const uint32_t row : rows_) {
      data_.outcome.push_back(panel_.outcome_in[row]);
      data_.cluster.push_back(panel_.cluster[row]);
    }
    if (rows_.empty()) return;
    std::vector<float> scores;
    scores.reserve(rows_.size());
    for (const uint32_t row : rows_) scores.push_back(static_cast<float>(panel_.score[row]) / 100);
    add_column(scores, fit::Role::given, 1);
    const size_t width = panel_.metrics.size();
    for (uint32_t m = 0; m < width; ++m) {
      std::vector<float> points;
      points.reserve(rows_.size());
      for (const uint32_t row : rows_) points.push_back(static_cast<float>(panel_.points[row * width + m]));
      if (std::all_of(points.begin(), points.end(), [](float p) { return std::isnan(p); })) continue;
      add_column(points, fit::Role::left_out, 1);
      given_.push_back(m);
    }
  }

  void add_candidates() {
    for (size_t c = 0; c < candidates_.size() && !rows_.empty(); ++c) {
      const fit::Bins bins = fit::Bins::of(columns_[c], kBins);
      const double most = bins.count() < 2 ? 1 : *std::max_element(bins.share.begin() + 1, bins.share.end());
      const double valued = 1 - bins.share[0];
      if (bins.count() < 3 || valued < kLeastValued || most > kMostInOneBin * valued) continue;
      if (bins.centre.back() - bins.centre[1] < kSmallestSpread) continue;
      add_column(columns_[c], fit::Role::candidate, 0);
      looked_.push_back({c, valued});
      columns_[c] = {};
    }
  }

  // Folds in positions of rows_.
  fit::Folds folds() const {
    fit::Folds out = fit::make_folds(panel_, rows_);
    for (fit::Fold& fold : out.folds) {
      for (fit::Rows* side : {&fold.train, &fold.test}) {
        for (uint32_t& row : *side) {
          row = static_cast<uint32_t>(std::lower_bound(rows_.begin(), rows_.end(), row) - rows_.begin());
        }
      }
    }
    return out;
  }

  void weigh_given_anew(bool anew) {
    data_.columns.front().role = anew ? fit::Role::left_out : fit::Role::given;
    for (size_t g = 0; g < given_.size(); ++g) {
      data_.columns[g + 1].role = anew ? fit::Role::given : fit::Role::left_out;
    }
  }

  static double least(const fit::BoostChoice& choice) {
    return *std::min_element(choice.loss.begin(), choice.loss.end());
  }

  void choose() {
    Stopwatch watch;
    const fit::Folds dealt = folds();
    out_.folds = dealt.folds.size();
    out_.ordered = dealt.ordered;
    if (dealt.folds.empty()) return;
    fit::BoostOptions boost_options;
    boost_options.most = options_.most;
    const auto try_ridges = [&](std::span<const double> ridges) {
      return fit::choose(data_, dealt.folds, boost_options, ridges, threads_);
    };
    // His numbers as they are, or each of his metrics anew, whichever others and later days bear out.
    out_.choice = try_ridges(kFirstRidge);
    weigh_given_anew(true);
    fit::BoostChoice anew = try_ridges(kFirstRidge);
    out_.anew = least(anew) < least(out_.choice);
    if (out_.anew) {
      out_.choice = std::move(anew);
    } else {
      weigh_given_anew(false);
    }
    fit::BoostChoice other = try_ridges(kOtherRidges);
    if (least(other) < least(out_.choice)) out_.choice = std::move(other);
    boost_options.ridge = out_.choice.ridge;
    boost_options.most = out_.choice.chosen;
    std::vector<uint32_t> cases(rows_.size());
    for (uint32_t c = 0; c < cases.size(); ++c) cases[c] = c;
    const std::vector<fit::BoostModel> path = fit::boost(data_, cases, boost_options);
    for (const fit::BoostPart& part : path.back().parts) take(part);
    out_.times.choice = watch.lap();
  }

  void take(const fit::BoostPart& part) {
    const double strength = part.shape.high() - part.shape.low();
    if (data_.columns[part.column].role == fit::Role::given) {
      if (part.column > 0) out_.given.push_back({given_[part.column - 1], strength});
      given_strength_ += strength;
      return;
    }
    if (strength < kLeastStrength) return;
    const Looked& looked = looked_[part.column - given_.size() - 1];
    const MetricCandidate& c = candidates_[looked.candidate];
    FoundMetric m;
    m.name = c.name;
    m.label = c.label;
    m.expression = c.expression;
    m.min_observed = c.min_observed;
    m.direction = part.shape.direction;
    m.curve = fit::to_curve(data_.columns[part.column].bins, part.shape, kCurvePoints);
    m.strength = strength;
    m.valued = looked.valued;
    m.why = fmt::format("found in the facts: the higher, the {} often `{}` followed", m.direction > 0 ? "less" : "more",
                        panel_.outcome_label);
    const auto read = std::find_if(model_.metrics.begin(), model_.metrics.end(),
                                   [&](const model::Metric& each) { return each.name == c.name; });
    m.dimension = dimension_for(own_, read->reads);
    out_.found.push_back(std::move(m));
  }

  const Workspace& workspace_;
  const Panel& panel_;
  std::span<const uint32_t> rows_;
  const SearchOptions& options_;
  const int threads_;
  model::Model own_, model_;  // the author's; the same with the candidates
  std::vector<MetricCandidate> candidates_;
  CandidateColumns columns_;
  std::vector<uint32_t> given_;  // the author's metrics that have points; their columns follow that of the score
  std::vector<Looked> looked_;   // by column behind those
  fit::BoostData data_;
  double given_strength_ = 0;
  Search out_;
};

}  // namespace

Result<Search> search(const Workspace& workspace, const std::string& model_file, const Panel& panel,
                      std::span<const uint32_t> rows, const SearchOptions& options) {
  return Searcher(workspace, panel, rows, options).run(model_file);
}

}  // namespace kenko::app

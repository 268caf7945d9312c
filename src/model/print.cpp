#include "model/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "model/check_expression.h"
#include "model/print_parts.h"

namespace kenko::model {
namespace {

using language::Expression;

std::string missing_words(const Metric& m) {
  switch (m.missing.kind) {
    case Missing::Kind::exclude:
      return "without a value its weight goes to the others";
    case Missing::Kind::zero:
      return "without a value 0 points, and no evidence";
    case Missing::Kind::score:
      return fmt::format("without a value {}, and no evidence", points_words(m.missing.points_micros));
    case Missing::Kind::hold:
      return fmt::format("without a value the points of the last day with one, for at most {}",
                         days_words(m.missing.hold_days));
  }
  return "";
}

// What a metric that is one function call means.
std::string meaning_of(const Metric& m) {
  if (!m.value || m.value->kind != Expression::Kind::call) return "";
  const vocabulary::Function* f = resolve_call(*m.value);
  if (f == nullptr) return "";
  if (!f->is_aggregate()) return std::string(f->doc);
  const Expression& events = m.value->items[0];
  std::vector<std::string> names = {events.text};
  names.insert(names.end(), events.others.begin(), events.others.end());
  const std::string when = events.whole_life   ? " of the whole life"
                           : events.has_window ? fmt::format(" of the last {}", days_words(events.days))
                                               : "";
  return fmt::format("{}, over the events `{}`{}{}", f->doc, text::join(names, "` and `"), when,
                     events.has_filter ? " that pass the filter" : "");
}

// How a metric of a dimension that adds points counts.
std::string each_words(const Metric& m) {
  constexpr int64_t kAtMost = 100;
  const Decimal most = m.at_most.value_or(Decimal::whole(kAtMost));
  const Decimal each{m.each->micros < 0 ? -m.each->micros : m.each->micros};
  const std::string_view does = m.each->micros < 0 ? "takes off" : "adds";
  if (m.type == Type::flag) return fmt::format("{} {} when it is true", does, points_words(std::min(each, most)));
  return fmt::format("{} {} for each, at most {}", does, points_words(each), most.text());
}

std::string metric_text(const Model& model, const Metric& m, const std::string& share) {
  std::string out = fmt::format("  {}{}{}{}\n", m.name, share.empty() ? "" : fmt::format("  {} of the score", share),
                                m.label.empty() ? "" : fmt::format("  ({})", m.label),
                                m.ours.value_or(false) ? "  [our own team's doing]" : "");
  if (!m.why.empty()) out += fmt::format("      because {}\n", m.why);
  out += fmt::format("      = {}\n", one_line(m.expression));
  if (const std::string meaning = meaning_of(m); !meaning.empty()) out += fmt::format("      {}\n", meaning);
  const Dimension* dimension = m.dimension ? model.find_dimension(*m.dimension) : nullptr;
  if (m.each && dimension != nullptr) out += fmt::format("      {}\n", each_words(m));
  if (const std::string words = curve_words(m, m.curve); !words.empty()) out += fmt::format("      {}\n", words);
  if (dimension != nullptr) {
    const bool adds = m.each && m.missing.kind == Missing::Kind::exclude;
    out += fmt::format("      {}\n", adds ? "without a value it adds nothing" : missing_words(m));
  }
  if (m.min_observed_days) out += fmt::format("      needs {} of observation\n", days_words(*m.min_observed_days));
  if (m.young_partial) out += "      14 days of observation are enough for young accounts\n";
  return out;
}

// "5", "28 days", "`gold`".
std::string constant_words(const Expression& e) {
  if (e.kind == Expression::Kind::duration) return days_words(e.days);
  if (e.kind == Expression::Kind::text) return fmt::format("`{}`", e.text);
  return language::to_text(e);
}

std::string accounts_words(const Accounts& a) {
  std::vector<std::string> statuses;
  for (const auto& [is, word] : {std::pair{a.trial, "trial"}, std::pair{a.onboarding, "onboarding"},
                                 std::pair{a.active, "active"}, std::pair{a.notice, "notice"}}) {
    if (is) statuses.emplace_back(word);
  }
  const bool usual = !a.trial && a.onboarding && a.active && a.notice;
  if (usual && !a.when) return "";
  return fmt::format("  Scored are accounts with the status {}{}.\n", text::join(statuses, ", "),
                     a.when ? fmt::format(", while {}", one_line(a.when->expression)) : "");
}

std::string head_text(const Model& model) {
  std::string out = fmt::format("Model {}\n", model.name);
  if (!model.purpose.empty()) out += fmt::format("  Purpose: {}\n", model.purpose);
  if (!model.healthy_means.empty()) out += fmt::format("  Healthy means: {}\n", model.healthy_means);
  for (const Outcome& o : model.outcomes) {
    out += fmt::format("  Outcome {}{}: {}\n", o.name, o.label.empty() ? "" : fmt::format(" ({})", o.label),
                       outcome_words(o));
  }
  out += accounts_words(model.accounts);
  out += fmt::format("  A score needs evidence for at least {} % of the weight.\n",
                     Decimal{model.min_coverage_micros * 100}.text());
  out += fmt::format("  An account without a score is too new in its first {} days.\n", model.too_new_days);
  if (model.rollup != Rollup::mean)
    out +=
        fmt::format("  The score is the {} of its dimensions.\n", model.rollup == Rollup::min ? "lowest" : "highest");
  if (model.constants.empty()) return out;
  out += "\nConstants\n";
  for (const Constant& c : model.constants) out += fmt::format("  {} = {}\n", c.name, constant_words(c.value));
  return out;
}

// "Use of the product > Depth".
std::string path_of(const Model& model, const Dimension& d) {
  const std::string own = said_name(d.label, d.name);
  const Dimension* parent = d.parent ? model.find_dimension(*d.parent) : nullptr;
  return parent == nullptr ? own : fmt::format("{} > {}", path_of(model, *parent), own);
}

std::string roll_up_words(const Dimension& d) {
  switch (d.rollup) {
    case Rollup::min:
      return "  Its lowest part counts.\n";
    case Rollup::max:
      return "  Its highest part counts.\n";
    case Rollup::points:
      return fmt::format("  It starts at {}; its parts add and take off, between 0 and 100.\n", points_words(d.start));
    case Rollup::mean:
      break;
  }
  return "";
}

std::string dimensions_text(const Model& model) {
  const Shares shares(model);
  std::string out;
  for (const Dimension& d : model.dimensions) {
    const std::string share = shares.of(d);
    out += fmt::format("\n{}{}\n{}", path_of(model, d), share.empty() ? "" : fmt::format(": {} of the score", share),
                       roll_up_words(d));
    for (const Metric& m : model.metrics) {
      if (m.dimension == d.name) out += metric_text(model, m, shares.of(m));
    }
  }
  return out;
}

std::string bands_text(const Model& model) {
  std::string out = "\nBands\n" + bands_words(model, model.bands, 2);
  if (model.band_margin_hundredths > 0) {
    out += fmt::format("  A band changes when the score has passed its edge by {}.\n",
                       points_words(model.band_margin_hundredths * int64_t{10'000}));
  }
  if (model.band_dwell_days > 1)
    out += fmt::format("  A band changes after {} scored days in a row.\n", model.band_dwell_days);
  return out + "  The best band needs evidence in every dimension.\n";
}

}  // namespace

Shares::Shares(const Model& model, const Segment* change) : model_(&model), change_(change) {}

int64_t Shares::weight_of(const std::string& name, int64_t own) const {
  if (change_ == nullptr) return own;
  for (const auto& [changed, weight] : change_->weights) {
    if (changed == name) return weight.micros;
  }
  return own;
}

// The share of a part with a weight of those in a dimension, or of the top dimensions when it is null.
Shares::Share Shares::within(const Dimension* dimension, int64_t weight) const {
  Share out = dimension == nullptr ? Share{} : share_of(*dimension);
  const Rollup rollup = dimension == nullptr ? model_->rollup : dimension->rollup;
  if (rollup != Rollup::mean) out.fixed = false;
  double all = 0;
  for (const Dimension& d : model_->dimensions) {
    const bool inside = dimension == nullptr ? !d.parent : d.parent == dimension->name;
    if (inside) all += static_cast<double>(weight_of(d.name, d.weight.micros));
  }
  for (const Metric& m : model_->metrics) {
    if (dimension == nullptr || m.dimension != dimension->name) continue;
    all += static_cast<double>(weight_of(m.name, m.weight.value_or(Decimal::whole(1)).micros));
  }
  out.part = weight == 0 || out.part == 0 || all == 0 ? 0 : out.part * (static_cast<double>(weight) / all);
  return out;
}

Shares::Share Shares::share_of(const Dimension& dimension) const {
  const Dimension* parent = dimension.parent ? model_->find_dimension(*dimension.parent) : nullptr;
  return within(parent, weight_of(dimension.name, dimension.weight.micros));
}

std::string Shares::text_of(const Share& share) {
  constexpr double kTenths = 1000;
  if (share.part == 0) return "left out";
  if (!share.fixed) return "";
  const auto tenths = static_cast<int64_t>(std::floor(share.part * kTenths + 0.5 + 1e-9));
  return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

std::string Shares::of(const Metric& metric) const {
  const Dimension* dimension = metric.dimension ? model_->find_dimension(*metric.dimension) : nullptr;
  if (dimension == nullptr) return "";
  return text_of(within(dimension, weight_of(metric.name, metric.weight.value_or(Decimal::whole(1)).micros)));
}

std::string Shares::of(const Dimension& dimension) const { return text_of(share_of(dimension)); }

std::string print_model(const Model& model) {
  std::string out = head_text(model) + dimensions_text(model);
  std::string shown;
  for (const Metric& m : model.metrics) {
    if (!m.dimension) shown += metric_text(model, m, "");
  }
  if (!shown.empty()) out += "\nShown, not scored\n" + shown;
  constexpr int64_t kWidth = 100;
  return text::wrap(out + bands_text(model) + rules_text(model), kWidth, 2);
}

}  // namespace kenko::model

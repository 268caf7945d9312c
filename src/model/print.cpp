#include "model/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/check_expression.h"

namespace kenko::model {
namespace {

using language::Expression;

std::string points_text(int64_t micros) { return Decimal{micros}.text(); }

// "1 point", "30 points".
std::string points_words(int64_t micros) {
  return fmt::format("{} point{}", points_text(micros), micros == 1'000'000 ? "" : "s");
}

std::string label_of(const Metric& m) { return m.label.empty() ? m.name : m.label; }

// What one of the metric's value is called: "active day", "user"; empty = nothing in particular.
std::string unit_of(const Metric& m) {
  if (!m.value || m.value->kind != Expression::Kind::call) return "";
  const vocabulary::Function* f = resolve_call(*m.value);
  if (f == nullptr) return "";
  if (f->id == vocabulary::FunctionId::distinct) {
    const Expression& field = m.value->items[1];
    return field.text == "user" && !field.backticked ? "user" : fmt::format("different {}", field.text);
  }
  return std::string(f->unit);
}

// How a value of a curve is said.
class Amounts {
 public:
  explicit Amounts(const Metric& m) : percent_(m.curve.percent), unit_(unit_of(m)) {}

  [[nodiscard]] std::string amount(Decimal x) const {
    if (percent_) return fmt::format("{} %", Decimal{x.micros * 100}.text());
    if (unit_.empty()) return x.text();
    const bool plural = x != Decimal::whole(1) && !unit_.starts_with("different");
    return fmt::format("{} {}{}", x.text(), unit_, plural ? "s" : "");
  }
  [[nodiscard]] std::string first(Decimal x) const {
    return percent_ || !unit_.empty() ? amount(x) : fmt::format("a value of {}", x.text());
  }
  [[nodiscard]] bool gives(Decimal x) const { return percent_ || unit_.empty() || x == Decimal::whole(1); }

 private:
  bool percent_;
  std::string unit_;
};

// "0 active days give 0 points, 1 active day gives 30, ... 28 active days or more give 100".
std::string linear_words(const Metric& m) {
  const Amounts say(m);
  const auto& points = m.curve.points;
  if (points.size() == 1) return fmt::format("every value gives {}", points_words(points[0].points_micros));
  std::string out;
  for (size_t i = 0; i < points.size(); ++i) {
    const auto& p = points[i];
    const bool first = i == 0;
    const bool last = i + 1 == points.size();
    const std::string_view bound = last ? " or more" : first && p.x.micros != 0 ? " or less" : "";
    out += fmt::format("{}{}{} {} {}", first ? "" : ", ", first ? say.first(p.x) : say.amount(p.x), bound,
                       say.gives(p.x) ? "gives" : "give",
                       first ? points_words(p.points_micros) : points_text(p.points_micros));
  }
  return out + "; in between a straight line";
}

std::string steps_words(const Metric& m) {
  const Amounts say(m);
  const auto& points = m.curve.points;
  if (points.size() == 1) return fmt::format("every value gives {}", points_words(points[0].points_micros));
  std::string out =
      fmt::format("less than {} gives {}", say.amount(points[1].x), points_words(points[0].points_micros));
  for (size_t i = 1; i < points.size(); ++i)
    out += fmt::format(", from {} on {}", say.amount(points[i].x), points_text(points[i].points_micros));
  return out;
}

std::string category_words(const Curve& c) {
  std::string out;
  for (const auto& k : c.categories) {
    out += fmt::format("{}`{}` gives {}", out.empty() ? "" : ", ", k.value,
                       out.empty() ? points_words(k.points_micros) : points_text(k.points_micros));
  }
  return out +
         (c.other ? fmt::format(", anything else {}", points_text(*c.other)) : ", anything else counts as no value");
}

std::string curve_words(const Metric& m) {
  switch (m.curve.kind) {
    case Curve::Kind::none:
      return "";
    case Curve::Kind::linear:
      return linear_words(m);
    case Curve::Kind::steps:
      return steps_words(m);
    case Curve::Kind::category:
      return category_words(m.curve);
    default:
      break;
  }
  return "";
}

std::string missing_words(const Metric& m) {
  switch (m.missing.kind) {
    case Missing::Kind::exclude:
      return "without a value its weight goes to the others";
    case Missing::Kind::zero:
      return "without a value 0 points, and no evidence";
    case Missing::Kind::score:
      return fmt::format("without a value {}, and no evidence", points_words(m.missing.points_micros));
    default:
      break;
  }
  return "";
}

// The expression in one line.
std::string one_line(const std::string& expression) {
  std::string out;
  for (const char c : expression) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

// What a metric that is one function call means.
std::string meaning_of(const Metric& m) {
  if (!m.value || m.value->kind != Expression::Kind::call) return "";
  const vocabulary::Function* f = resolve_call(*m.value);
  if (f == nullptr) return "";
  if (!f->is_aggregate()) return std::string(f->doc);
  const Expression& events = m.value->items[0];
  const std::string when =
      events.has_window ? fmt::format(" of the last {} day{}", events.days, events.days == 1 ? "" : "s") : "";
  return fmt::format("{}, over the events `{}`{}{}", f->doc, events.text, when,
                     events.has_filter ? " that pass the filter" : "");
}

int64_t weight_of(const Metric& m) { return m.weight.value_or(Decimal::whole(1)).micros; }

// part / whole in tenths of a per cent, as "33.3 %".
std::string share_text(Int128 part, Int128 whole) {
  const auto tenths = static_cast<int64_t>(divide_half_up(part * 1000, whole));
  return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

std::string metric_text(const Metric& m, const std::string& share) {
  std::string out = fmt::format("  {}{}{}{}\n", m.name, share.empty() ? "" : fmt::format("  {} of the score", share),
                                m.label.empty() ? "" : fmt::format("  ({})", label_of(m)),
                                m.ours.value_or(false) ? "  [our own team's doing]" : "");
  if (!m.why.empty()) out += fmt::format("      because {}\n", m.why);
  out += fmt::format("      = {}\n", one_line(m.expression));
  if (const std::string meaning = meaning_of(m); !meaning.empty()) out += fmt::format("      {}\n", meaning);
  if (const std::string words = curve_words(m); !words.empty()) out += fmt::format("      {}\n", words);
  if (m.dimension) out += fmt::format("      {}\n", missing_words(m));
  if (m.min_observed_days) out += fmt::format("      needs {} days of observation\n", *m.min_observed_days);
  return out;
}

std::string head_text(const Model& model) {
  std::string out = fmt::format("Model {}\n", model.name);
  if (!model.purpose.empty()) out += fmt::format("  Purpose: {}\n", model.purpose);
  if (!model.healthy_means.empty()) out += fmt::format("  Healthy means: {}\n", model.healthy_means);
  out += fmt::format("  Outcome: {}\n", model.outcome);
  out += fmt::format("  A score needs evidence for at least {} % of the weight.\n",
                     Decimal{model.min_coverage_micros * 100}.text());
  out += fmt::format("  An account without a score is too new in its first {} days.\n", model.too_new_days);
  return out;
}

std::string bands_text(const Model& model) {
  std::string out = "\nBands\n";
  int64_t width = 0;
  for (const Band& b : model.bands) width = std::max(width, text::display_width(b.name));
  for (size_t i = 0; i < model.bands.size(); ++i) {
    const Band& b = model.bands[i];
    const auto from = [&](const Band& x) { return Decimal{x.from_hundredths * int64_t{10'000}}.text(); };
    const std::string pad(static_cast<size_t>(width - text::display_width(b.name)), ' ');
    const bool last = i + 1 == model.bands.size();
    out += fmt::format("  {}{}  from {} {}\n", b.name, pad, from(b),
                       last ? "to 100" : fmt::format("to below {}", from(model.bands[i + 1])));
  }
  return out + "  The best band needs evidence in every dimension.\n";
}

}  // namespace

std::string print_model(const Model& model) {
  std::string out = head_text(model);
  Int128 all = 0;
  for (const Dimension& d : model.dimensions) all += d.weight.micros;
  for (const Dimension& d : model.dimensions) {
    out += fmt::format("\n{}: {} of the score\n", d.label.empty() ? d.name : d.label, share_text(d.weight.micros, all));
    Int128 inside = 0;
    for (const Metric& m : model.metrics) inside += m.dimension == d.name ? weight_of(m) : 0;
    for (const Metric& m : model.metrics) {
      if (m.dimension == d.name)
        out += metric_text(m, share_text(Int128{d.weight.micros} * weight_of(m), all * inside));
    }
  }
  std::string shown;
  for (const Metric& m : model.metrics) {
    if (!m.dimension) shown += metric_text(m, "");
  }
  if (!shown.empty()) out += "\nShown, not scored\n" + shown;
  constexpr int64_t kWidth = 100;
  return text::wrap(out + bands_text(model), kWidth, 2);
}

}  // namespace kenko::model

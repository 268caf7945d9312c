#include <fmt/format.h>

#include "model/check_expression.h"
#include "model/print_parts.h"

namespace kenko::model {
namespace {

using language::Expression;

std::string points_text(int64_t micros) { return Decimal{micros}.text(); }

constexpr std::string_view kValueOf = "value of ";

// What one of the metric's value is called: "active day", "user"; empty = nothing in particular.
std::string unit_of(const Metric& m) {
  if (!m.value || m.value->kind != Expression::Kind::call) return "";
  const vocabulary::Function* f = resolve_call(*m.value);
  if (f == nullptr || f->unit == "share") return "";
  if (f->id == vocabulary::FunctionId::distinct) {
    const Expression& field = m.value->items[1];
    return field.text == "user" && !field.backticked ? "user" : fmt::format("{}{}", kValueOf, field.text);
  }
  return std::string(f->unit);
}

// How a value of a curve is said.
class Amounts {
 public:
  Amounts(std::string unit, bool percent) : percent_(percent), unit_(std::move(unit)) {}

  [[nodiscard]] std::string amount(Decimal x) const {
    if (percent_) return fmt::format("{} %", Decimal{x.micros * 100}.text());
    if (unit_.empty()) return x.text();
    if (unit_ == "money") return x.text() + " of money";
    if (x == Decimal::whole(1)) return "1 " + unit_;
    if (unit_.starts_with(kValueOf)) return fmt::format("{} values{}", x.text(), unit_.substr(kValueOf.find(' ')));
    return fmt::format("{} {}s", x.text(), unit_);
  }
  [[nodiscard]] std::string first(Decimal x) const {
    return percent_ || !unit_.empty() ? amount(x) : fmt::format("a value of {}", x.text());
  }
  [[nodiscard]] bool gives(Decimal x) const {
    return percent_ || unit_.empty() || unit_ == "money" || x == Decimal::whole(1);
  }

 private:
  bool percent_;
  std::string unit_;
};

// "the line goes on below and above": what happens outside the points.
std::string ends_words(const Curve& c) {
  if (!c.open_below && !c.open_above) return "; in between a straight line";
  const std::string_view where = c.open_below && c.open_above ? "below and above" : c.open_below ? "below" : "above";
  return fmt::format("; in between a straight line, which goes on {} them, within 0 and 100", where);
}

// "0 active days give 0 points, 1 active day gives 30, ... 28 active days or more give 100".
std::string linear_words(const Curve& c, const Amounts& say) {
  const auto& points = c.points;
  if (points.size() == 1) return fmt::format("every value gives {}", points_words(points[0].points_micros));
  std::string out;
  for (size_t i = 0; i < points.size(); ++i) {
    const auto& p = points[i];
    const bool first = i == 0;
    const bool last = i + 1 == points.size();
    const bool more = last && !c.open_above;
    const bool less = first && p.x.micros != 0 && !c.open_below;
    out += fmt::format("{}{}{} {} {}", first ? "" : ", ", first ? say.first(p.x) : say.amount(p.x),
                       more   ? " or more"
                       : less ? " or less"
                              : "",
                       say.gives(p.x) ? "gives" : "give",
                       first ? points_words(p.points_micros) : points_text(p.points_micros));
  }
  return out + ends_words(c);
}

std::string steps_words(const Curve& c, const Amounts& say) {
  const auto& points = c.points;
  if (points.size() == 1) return fmt::format("every value gives {}", points_words(points[0].points_micros));
  std::string out =
      fmt::format("less than {} gives {}", say.amount(points[1].x), points_words(points[0].points_micros));
  for (size_t i = 1; i < points.size(); ++i)
    out += fmt::format(", from {} on {}", say.amount(points[i].x), points_text(points[i].points_micros));
  return out;
}

// The points of words: categories, or how often something happens.
template <typename Entries, typename WordOf>
std::string words_words(const Entries& entries, const WordOf& word_of) {
  std::string out;
  for (const auto& e : entries) {
    out += fmt::format("{}`{}` gives {}", out.empty() ? "" : ", ", word_of(e),
                       out.empty() ? points_words(e.points_micros) : points_text(e.points_micros));
  }
  return out;
}

std::string category_words(const Curve& c) {
  return words_words(c.categories, [](const Curve::Category& k) { return k.value; }) +
         (c.other ? fmt::format(", anything else {}", points_text(*c.other)) : ", anything else counts as no value");
}

std::string frequency_words(const Curve& c) {
  return words_words(c.points, [](const Curve::Point& p) { return p.at.text; }) +
         "; in between a straight line over how often it happens";
}

std::string hill_words(const Curve& c, const Amounts& say) {
  return fmt::format("0 gives 0 points, {} {} 50, and more gives ever less in addition, up to 100{}",
                     say.amount(c.half), say.gives(c.half) ? "gives" : "give",
                     c.power > 1 ? fmt::format(" (steepness {})", c.power) : "");
}

}  // namespace

std::string points_words(int64_t micros) {
  return fmt::format("{} point{}", points_text(micros), micros == 1'000'000 ? "" : "s");
}

std::string points_words(Decimal points) { return points_words(points.micros < 0 ? -points.micros : points.micros); }

std::string days_words(int32_t days) { return fmt::format("{} day{}", days, days == 1 ? "" : "s"); }

std::string said_name(const std::string& label, const std::string& name) { return label.empty() ? name : label; }

std::string one_line(const std::string& expression) {
  std::string out;
  for (const char c : expression) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

std::string curve_words(const Metric& metric, const Curve& curve) {
  const Amounts say(unit_of(metric), curve.percent);
  switch (curve.kind) {
    case Curve::Kind::none:
      break;
    case Curve::Kind::linear:
      return linear_words(curve, say);
    case Curve::Kind::steps:
      return steps_words(curve, say);
    case Curve::Kind::category:
      return category_words(curve);
    case Curve::Kind::words:
      return frequency_words(curve);
    case Curve::Kind::hill:
      return hill_words(curve, say);
    case Curve::Kind::percentile:
      return "by its place among the accounts of its segment, from 0 % (the lowest) to 100 %: " +
             linear_words(curve, Amounts("", true));
    case Curve::Kind::baseline:
      return fmt::format("by how far it is from its own last {} weeks (1 = as much as it usually moves): {}",
                         curve.over_days / 7, linear_words(curve, Amounts("", false)));
  }
  return "";
}

}  // namespace kenko::model

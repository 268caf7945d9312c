// Segments and stages that never apply.  A condition is taken apart into alternatives (`or`), each a list of demands
// (`and`).  What is said is certain: a demand that is not understood is only compared by its text.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "language/operators.h"
#include "model/check_expression.h"
#include "model/check_rules.h"

namespace kenko::model {
namespace {

using language::Expression;
using language::Operator;

// A range of numbers, its ends included or not.
struct Range {
  std::optional<Decimal> low, high;
  bool low_open = false, high_open = false;

  [[nodiscard]] bool empty() const {
    return low && high && (*low > *high || (*low == *high && (low_open || high_open)));
  }
  [[nodiscard]] bool within(const Range& wider) const {
    const bool above =
        !wider.low || (low && (*low > *wider.low || (*low == *wider.low && (low_open || !wider.low_open))));
    const bool below =
        !wider.high || (high && (*high < *wider.high || (*high == *wider.high && (high_open || !wider.high_open))));
    return above && below;
  }
  void meet(const Range& other) {
    if (other.low && (!low || *other.low > *low || (*other.low == *low && other.low_open))) {
      low = other.low;
      low_open = other.low_open;
    }
    if (other.high && (!high || *other.high < *high || (*other.high == *high && other.high_open))) {
      high = other.high;
      high_open = other.high_open;
    }
  }
};

// What must all hold at once.
struct Demands {
  bool never = false;                           // it has `false`, or two demands contradict each other
  std::map<std::string, Range> ranges;          // by the text of what is compared
  std::map<std::string, std::string> equal_to;  // to a text or flag
  std::vector<std::string> others;              // by their text
};

Range range_of(Operator op, Decimal x) {
  Range r;
  if (op == Operator::equal || op == Operator::greater || op == Operator::greater_equal) r.low = x;
  if (op == Operator::equal || op == Operator::less || op == Operator::less_equal) r.high = x;
  r.low_open = op == Operator::greater;
  r.high_open = op == Operator::less;
  return r;
}

void demand(Demands& out, const Expression& e) {
  if (e.kind == Expression::Kind::flag) {
    out.never = out.never || !e.flag;
    return;
  }
  if (e.kind == Expression::Kind::binary && e.op == Operator::and_) {
    demand(out, e.items[0]);
    demand(out, e.items[1]);
    return;
  }
  const bool compared =
      e.kind == Expression::Kind::binary && language::is_comparison(e.op) && e.op != Operator::not_equal;
  if (compared) {
    const bool left = !literal_of(e.items[1]);  // the literal stands on the left
    const auto literal = literal_of(e.items[left ? 0 : 1]);
    const std::string subject = language::to_text(e.items[left ? 1 : 0]);
    const bool exact = literal && !literal->number.rounded && literal->number.fault == ParsedDecimal::Fault::none;
    if (exact && literal->type == Type::number) {
      Range& range = out.ranges[subject];
      range.meet(range_of(left ? language::mirrored(e.op) : e.op, literal->number.value));
      out.never = out.never || range.empty();
      return;
    }
    if (literal && literal->type != Type::number) {
      const std::string value = literal->type == Type::flag ? (literal->flag ? "true" : "false") : literal->text;
      const auto [place, added] = out.equal_to.emplace(subject, value);
      out.never = out.never || (!added && place->second != value);
      return;
    }
  }
  out.others.push_back(language::to_text(e));
}

void alternatives(std::vector<Demands>& out, const Expression& e) {
  if (e.kind == Expression::Kind::binary && e.op == Operator::or_) {
    alternatives(out, e.items[0]);
    alternatives(out, e.items[1]);
    return;
  }
  Demands d;
  demand(d, e);
  out.push_back(std::move(d));
}

// Whether `weaker` holds whenever `stronger` does.
bool implies(const Demands& stronger, const Demands& weaker) {
  if (weaker.never) return false;
  for (const auto& [subject, range] : weaker.ranges) {
    const auto found = stronger.ranges.find(subject);
    if (found == stronger.ranges.end() || !found->second.within(range)) return false;
  }
  for (const auto& [subject, value] : weaker.equal_to) {
    const auto found = stronger.equal_to.find(subject);
    if (found == stronger.equal_to.end() || found->second != value) return false;
  }
  return std::all_of(weaker.others.begin(), weaker.others.end(), [&](const std::string& text) {
    return std::find(stronger.others.begin(), stronger.others.end(), text) != stronger.others.end();
  });
}

constexpr size_t kMostAlternatives = 64;  // longer conditions are not looked at: the work grows with the square

bool days_within(const Segment& inner, const Segment& outer) {
  return (!outer.from || (inner.from && *inner.from >= *outer.from)) &&
         (!outer.until || (inner.until && *inner.until <= *outer.until));
}

}  // namespace

void check_reach(const std::vector<Segment>& segments, std::string_view what, const Model& model, Problems& problems) {
  const auto warn = [&](const Segment& s, std::string message, std::string hint) {
    problems.push_back(
        model.document.problem(s.at, "never-applies", std::move(message), std::move(hint), Severity::warning));
  };
  std::vector<std::vector<Demands>> conditions;
  for (const Segment& s : segments) {
    auto& own = conditions.emplace_back();
    if (s.from && s.until && *s.until < *s.from) {
      problems.push_back(model.document.problem(
          s.at, "never-applies",
          fmt::format("{} `{}` ends on {}, before it begins on {}", what, s.name, s.until->iso(), s.from->iso()),
          "swap `from` and `until`"));
      continue;
    }
    if (!s.when.value) continue;
    alternatives(own, *s.when.value);
    if (own.size() > kMostAlternatives) {
      own.clear();
      continue;
    }
    if (std::all_of(own.begin(), own.end(), [](const Demands& d) { return d.never; })) {
      warn(s, fmt::format("{} `{}` never applies: `{}` is never true", what, s.name, s.when.expression),
           "a condition joined by `and` must hold in all its parts; alternatives are joined by `or`");
      continue;
    }
    for (size_t i = 0; i + 1 < conditions.size(); ++i) {
      const bool hidden = !conditions[i].empty() && days_within(s, segments[i]) &&
                          std::all_of(own.begin(), own.end(), [&](const Demands& d) {
                            return d.never || std::any_of(conditions[i].begin(), conditions[i].end(),
                                                          [&](const Demands& e) { return implies(d, e); });
                          });
      if (!hidden) continue;
      warn(s,
           fmt::format("{0} `{1}` never applies: whenever it would, {0} `{2}` before it does", what, s.name,
                       segments[i].name),
           fmt::format("the first one that holds counts: put `{}` before `{}`, or take one away", s.name,
                       segments[i].name));
      break;
    }
  }
}

}  // namespace kenko::model

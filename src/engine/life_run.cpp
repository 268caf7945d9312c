#include "engine/life_run.h"

#include <algorithm>

#include "base/check.h"

namespace kenko::engine {

void LifeRun::find_account_start(bool first_life) {
  life.account_start.assign(days(), span.first.number);
  if (!first_life) return;
  for (size_t d = 0; d < days(); ++d) {
    const int32_t started = buffers.population.started[offset() + d];
    if (started != INT32_MIN) life.account_start[d] = started;
  }
}

void LifeRun::match_events() {
  const facts::ResolvedEvents& events = bound.portfolio.events;
  for (MatchedEvents& m : buffers.matched) m.clear();
  buffers.matched.resize(bound.selectors.size());
  const auto day = events.day;
  const uint64_t begin = bound.portfolio.event_begin[account];
  const uint64_t end = bound.portfolio.event_begin[account + 1];
  const auto from = std::lower_bound(day.begin() + static_cast<ptrdiff_t>(begin),
                                     day.begin() + static_cast<ptrdiff_t>(end), span.first.number);
  for (auto row = static_cast<uint64_t>(from - day.begin()); row < end && day[row] <= span.last.number; ++row) {
    for (const uint32_t s : bound.selectors_of_name[events.name[row]]) {
      const BoundSelector& selector = bound.selectors[s];
      if (selector.filtered && !bound.passes(selector.filter, row)) continue;
      MatchedEvents& m = buffers.matched[s];
      m.day.push_back(day[row] - span.first.number);
      m.row.push_back(row);
    }
  }
}

int32_t LifeRun::first_touch(uint32_t source) const {
  const facts::Portfolio& p = bound.portfolio;
  int32_t first = INT32_MAX;
  for (uint32_t i = bound.touch_begin[account]; i < bound.touch_begin[account + 1]; ++i) {
    const facts::Touch& t = p.touches[i];
    if (t.source == source && t.day >= span.first && t.day <= span.last) first = std::min(first, t.day.number);
  }
  const uint64_t end = p.event_begin[account + 1];
  for (uint64_t row = p.event_begin[account]; row < end && p.events.day[row] <= span.last.number; ++row) {
    if (p.events.day[row] < span.first.number) continue;
    if (bound.touched_source[p.events.source[row]] == static_cast<int32_t>(source))
      return std::min(first, p.events.day[row]);
  }
  return first;
}

void LifeRun::find_observed(uint32_t selector) {
  const BoundObservation& o = bound.observation[selector];
  int32_t touched = INT32_MAX;
  for (const uint32_t source : o.touched) touched = std::min(touched, first_touch(source));
  buffers.observed_from.resize(days());
  for (size_t d = 0; d < days(); ++d) {
    int32_t from = o.by_all ? std::max(o.all_from, life.account_start[d]) : INT32_MAX;
    from = std::min(from, touched);
    const bool begun = from <= span.first.number + static_cast<int32_t>(d);
    buffers.observed_from[d] = begun ? from - span.first.number : INT32_MAX;
  }
}

void LifeRun::read_numbers(plan::NodeId id, const MatchedEvents& m) {
  const plan::Field& field = bound.plan.nodes[id].aggregate.field;
  buffers.numbers.clear();
  const facts::ResolvedEvents& events = bound.portfolio.events;
  for (size_t i = 0; i < m.size(); ++i) {
    const uint64_t row = m.row[i];
    int64_t micros = 0;
    if (field.kind == plan::Field::Kind::value) {
      const uint8_t flags = events.flags[row];
      if ((flags & facts::ResolvedEvents::kHasValue) == 0) continue;
      if ((flags & facts::ResolvedEvents::kNoRate) != 0) {
        buffers.numbers.no_rate_day.push_back(m.day[i]);
        continue;
      }
      micros = events.value[row];
    } else {
      const BoundProperty& p = bound.properties[static_cast<size_t>(bound.field_property[id])];
      const uint32_t code = p.code.empty() ? 0 : p.code[row];
      if (code == 0 || bound.number_valid[code] != 1) continue;
      micros = bound.number_of_code[code];
    }
    buffers.numbers.day.push_back(m.day[i]);
    buffers.numbers.micros.push_back(micros);
  }
}

void LifeRun::distinct(plan::NodeId id, const MatchedEvents& m, Output out) {
  const plan::Aggregate& a = bound.plan.nodes[id].aggregate;
  const bool users = a.field.kind == plan::Field::Kind::user;
  buffers.codes.resize(m.size());
  for (size_t i = 0; i < m.size(); ++i) {
    if (users) {
      buffers.codes[i] = bound.portfolio.events.user[m.row[i]];
    } else {
      const BoundProperty& p = bound.properties[static_cast<size_t>(bound.field_property[id])];
      buffers.codes[i] = p.code.empty() ? 0 : p.code[m.row[i]];
    }
  }
  const size_t codes = (users ? bound.portfolio.users.size() : bound.portfolio.texts.size()) + 1;
  distinct_window(m.day, buffers.codes, codes, a.window_days, buffers.aggregate, out);
}

void LifeRun::aggregate(plan::NodeId id, Output out) {
  using plan::Function;
  const plan::Aggregate& a = bound.plan.nodes[id].aggregate;
  const MatchedEvents& m = buffers.matched[a.selector];
  AggregateScratch& s = buffers.aggregate;
  const bool numeric = a.field.kind == plan::Field::Kind::value ||
                       (a.field.kind == plan::Field::Kind::property && a.function != Function::distinct);
  if (numeric) read_numbers(id, m);
  const MatchedNumbers* numbers = numeric ? &buffers.numbers : nullptr;
  find_observed(a.selector);
  switch (a.function) {
    case Function::count:
      count_window(m.day, a.window_days, s, out);
      break;
    case Function::active_days:
      active_days_window(m.day, a.window_days, s, out);
      break;
    case Function::distinct:
      distinct(id, m, out);
      break;
    case Function::sum:
      sum_window(buffers.numbers, a.window_days, s, out);
      break;
    case Function::mean:
      mean_window(buffers.numbers, a.window_days, s, out);
      break;
    case Function::min:
      extreme_window(buffers.numbers, true, a.window_days, s, out);
      break;
    case Function::max:
      extreme_window(buffers.numbers, false, a.window_days, s, out);
      break;
    case Function::days_since:
      days_since_last(m.day, buffers.observed_from, out);
      break;
    case Function::decayed_count:
    case Function::decayed_sum:
      if (a.steps.empty()) {
        decayed_by_half_life(m.day, numbers, a.half_life_days.as_double(), s, out);
      } else {
        decayed_by_steps(m.day, numbers, a.steps, s, out);
      }
      break;
    case Function::slope:
      slope_weeks(m.day, numbers, a.window_days, s, out);
      break;
    default:
      KENKO_CHECK(false, "not built");
  }
  for (size_t d = 0; d < days(); ++d) {
    const int32_t from = buffers.observed_from[d];
    if (from == INT32_MAX || static_cast<int64_t>(d) - from + 1 < a.min_observed_days) out.valid[d] = 0;
  }
}

void LifeRun::attribute(plan::NodeId id, Output out) {
  using facts::AttributeType;
  std::fill(out.valid.begin(), out.valid.end(), uint8_t{0});
  const uint32_t key = bound.attribute_key[id];
  const facts::Portfolio& p = bound.portfolio;
  const uint32_t end = bound.attribute_begin[account + 1];
  for (uint32_t i = bound.attribute_begin[account]; i < end; ++i) {
    const facts::AttributeRow& row = p.attributes[i];
    if (row.key != key || key == 0 || row.day > span.last) continue;
    const bool last = i + 1 == end || p.attributes[i + 1].key != key;
    const Day until = last ? span.last : std::min(span.last, p.attributes[i + 1].day - 1);
    for (Day d = std::max(row.day, span.first); d <= until; ++d) {
      const auto at = static_cast<size_t>(d - span.first);
      out.valid[at] = 0;
      if (row.null) continue;
      set_attribute(bound.plan.nodes[id].type, row, i, d, out.value[at], out.valid[at]);
    }
  }
}

void LifeRun::set_attribute(plan::Type type, const facts::AttributeRow& row, uint32_t index, Day d, double& value,
                            uint8_t& valid) const {
  using facts::AttributeType;
  const AttributeType is = row.value.type;
  if (type == plan::Type::text && is == AttributeType::text) {
    value = bound.attribute_text[index];
    valid = 1;
  } else if (type == plan::Type::flag && is == AttributeType::flag) {
    value = row.value.flag ? 1 : 0;
    valid = 1;
  } else if (type == plan::Type::number && is == AttributeType::number) {
    value = row.value.number.as_double();
    valid = 1;
  } else if (type == plan::Type::number && is == AttributeType::money) {
    const auto amount = bound.portfolio.in_own_currency(row.value.number, row.value.text, d);
    value = amount ? amount->as_double() : 0;
    valid = amount.has_value();
  }
}

void LifeRun::from_contracts(bool seats, Output out) {
  const ContractDays& c = buffers.population.contracts;
  if (!c.any) {
    std::fill(out.valid.begin(), out.valid.end(), uint8_t{0});
    return;
  }
  const auto& value = seats ? c.seats : c.arr;
  const auto& valid = seats ? c.seats_valid : c.arr_valid;
  std::copy_n(value.begin() + static_cast<ptrdiff_t>(offset()), days(), out.value.begin());
  std::copy_n(valid.begin() + static_cast<ptrdiff_t>(offset()), days(), out.valid.begin());
}

void LifeRun::compute(plan::NodeId id) {
  const plan::Node& node = bound.plan.nodes[id];
  const Output out = life.nodes[id].output(days());
  switch (node.op) {
    case plan::Op::literal: {
      const double v = node.type == plan::Type::number ? node.number
                       : node.type == plan::Type::flag ? (node.flag ? 1 : 0)
                                                       : bound.literal_code[id];
      std::fill(out.value.begin(), out.value.end(), v);
      std::fill(out.valid.begin(), out.valid.end(), uint8_t{1});
      return;
    }
    case plan::Op::aggregate:
      return aggregate(id, out);
    case plan::Op::attribute:
      return attribute(id, out);
    case plan::Op::seats:
      return from_contracts(true, out);
    case plan::Op::arr:
      return from_contracts(false, out);
    default:
      break;
  }
  buffers.args.clear();
  for (const plan::NodeId arg : node.args) buffers.args.push_back(life.nodes[arg].column());
  apply_scalar(node, buffers.args, out);
}

void LifeRun::points(size_t metric, const BoundCurve& curve, std::span<int32_t> out) const {
  apply_curve(*curve.curve, curve.category_points, life.nodes[bound.plan.metrics[metric].node].column(), out);
}

}  // namespace kenko::engine

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
  buffers.shared = {};
  if (bound.any_touched) buffers.touched_from.assign(bound.portfolio.settings.sources.size(), INT32_MIN);
  const facts::ResolvedEvents& events = bound.portfolio.events;
  for (MatchedEvents& m : buffers.matched) m.clear();
  buffers.matched.resize(bound.selectors.size());
  const auto day = events.day;
  const auto [begin, end] = bound.portfolio.events_of[account];
  const auto from = std::lower_bound(day.begin() + static_cast<ptrdiff_t>(begin),
                                     day.begin() + static_cast<ptrdiff_t>(end), span.first.number);
  const int32_t last = std::min(span.last, facts_until).number;
  for (auto row = static_cast<uint64_t>(from - day.begin()); row < end && day[row] <= last; ++row) {
    const uint32_t name = events.name[row];
    const uint32_t after = bound.selector_begin[name + 1];
    for (uint32_t i = bound.selector_begin[name]; i < after; ++i) {
      const uint32_t s = bound.selectors_of_names[i];
      const BoundSelector& selector = bound.selectors[s];
      if (selector.filtered && !bound.passes(selector.filter, row)) continue;
      MatchedEvents& m = buffers.matched[s];
      m.day.push_back(day[row] - span.first.number);
      m.row.push_back(row);
    }
  }
}

// The first day of this life on which a touched source spoke of the account; INT32_MAX = not yet.
int32_t LifeRun::first_touch(uint32_t source) {
  int32_t& first = buffers.touched_from[source];
  if (first != INT32_MIN) return first;
  first = INT32_MAX;
  const facts::Portfolio& p = bound.portfolio;
  const Day last = std::min(span.last, facts_until);
  for (uint32_t i = bound.touch_begin[account]; i < bound.touch_begin[account + 1]; ++i) {
    const facts::Touch& t = p.touches[i];
    if (t.source == source && t.day >= span.first && t.day <= last) first = std::min(first, t.day.number);
  }
  const facts::RowRange rows = p.events_of[account];
  for (uint64_t row = rows.begin; row < rows.end && p.events.day[row] <= last.number; ++row) {
    if (p.events.day[row] < span.first.number) continue;
    if (bound.touched_source[p.events.source[row]] != static_cast<int32_t>(source)) continue;
    first = std::min(first, p.events.day[row]);
    break;
  }
  return first;
}

// Per day, the first observed day of a selector, relative to the life's first day; INT32_MAX = not observed.
void LifeRun::find_observed(uint32_t selector) {
  const BoundObservation& o = bound.observation[selector];
  int32_t touched = INT32_MAX;
  for (const uint32_t source : o.touched) touched = std::min(touched, first_touch(source));
  const int32_t seen = o.seen_from <= facts_until.number ? o.seen_from : INT32_MAX;
  const int32_t sources_from = o.by_all ? std::min(o.said_from, seen) : INT32_MAX;
  const std::pair key(sources_from, touched);
  if (buffers.shared.observed == key) return;  // most selectors are observed by the same sources
  buffers.shared.observed = key;
  buffers.observed_from.resize(days());
  const int32_t first = span.first.number;
  for (size_t d = 0; d < days(); ++d) {
    const int32_t from = std::min(std::max(sources_from, life.account_start[d]), touched);
    buffers.observed_from[d] = from <= first + static_cast<int32_t>(d) ? from - first : INT32_MAX;
  }
}

// The later of the two, which is INT32_MAX when either is not observed.
void LifeRun::find_pair_observed(uint32_t a, uint32_t b) {
  find_observed(a);
  if (a == b) return;
  const std::vector<int32_t> of_a = buffers.observed_from;
  find_observed(b);
  for (size_t d = 0; d < days(); ++d) buffers.observed_from[d] = std::max(buffers.observed_from[d], of_a[d]);
  buffers.shared.observed.reset();
}

void LifeRun::attribute(plan::NodeId id, Output out) {
  std::fill(out.valid.begin(), out.valid.end(), uint8_t{0});
  const uint32_t key = bound.attribute_key[id];
  if (key == 0) return;
  const facts::Portfolio& p = bound.portfolio;
  const uint32_t end = bound.attribute_begin[account + 1];
  const Day last_day = std::min(span.last, facts_until);
  for (uint32_t i = bound.attribute_begin[account]; i < end; ++i) {
    const facts::AttributeRow& row = p.attributes[i];
    if (row.key != key || row.day > last_day) continue;
    const bool last = i + 1 == end || p.attributes[i + 1].key != key || p.attributes[i + 1].day > last_day;
    const Day until = last ? span.last : p.attributes[i + 1].day - 1;
    for (Day d = std::max(row.day, span.first); d <= until; ++d) {
      const auto at = static_cast<size_t>(d - span.first);
      out.valid[at] = 0;
      if (!row.null) set_attribute(bound.plan.nodes[id], row, i, d, out.value[at], out.valid[at]);
    }
  }
}

void LifeRun::set_attribute(const plan::Node& node, const facts::AttributeRow& row, uint32_t index, Day d,
                            double& value, uint8_t& valid) const {
  using facts::AttributeType;
  const AttributeType is = row.value.type;
  if (node.op == plan::Op::days_until) {
    if (is != AttributeType::day) return;
    value = row.value.day - d;
    valid = 1;
  } else if (node.type == plan::Type::text && is == AttributeType::text) {
    value = bound.attribute_text[index];
    valid = 1;
  } else if (node.type == plan::Type::flag && is == AttributeType::flag) {
    value = row.value.flag ? 1 : 0;
    valid = 1;
  } else if (node.type == plan::Type::number && is == AttributeType::number) {
    value = row.value.number.as_double();
    valid = 1;
  } else if (node.type == plan::Type::number && is == AttributeType::money) {
    const auto amount = bound.portfolio.in_own_currency(row.value.number, row.value.text, d);
    value = amount ? amount->as_double() : 0;
    valid = amount.has_value();
  }
}

std::span<const facts::ContractRow> LifeRun::contracts() const {
  const uint32_t begin = bound.contract_begin[account];
  return std::span(bound.portfolio.contracts).subspan(begin, bound.contract_begin[account + 1] - begin);
}

void LifeRun::from_contracts(const plan::Node& node, Output out) {
  const ContractDays& all = buffers.population.contracts;
  const bool seats = node.op == plan::Op::seats;
  if (!all.any) {
    std::fill(out.valid.begin(), out.valid.end(), uint8_t{0});
    return;
  }
  const auto copy = [&](const auto& value, const auto& valid, size_t from) {
    std::copy_n(value.begin() + static_cast<ptrdiff_t>(from), days(), out.value.begin());
    std::copy_n(valid.begin() + static_cast<ptrdiff_t>(from), days(), out.valid.begin());
  };
  if (node.text.empty()) return copy(seats ? all.seats : all.arr, seats ? all.seats_valid : all.arr_valid, offset());
  if (buffers.shared.product != node.text) {
    product_days(bound.portfolio, contracts(), node.text, span.first, out.days(), facts_until, buffers.product);
    buffers.shared.product = node.text;
  }
  const ProductDays& p = buffers.product;
  copy(seats ? p.seats : p.arr, seats ? p.seats_valid : p.arr_valid, 0);
}

void LifeRun::from_clock(plan::Op op, Output out) {
  ContractClock& clock = buffers.clock;
  if (!buffers.shared.clock) contract_clock(bound.portfolio, contracts(), span.first, out.days(), facts_until, clock);
  buffers.shared.clock = true;
  const std::vector<int32_t>& days = op == plan::Op::term_months      ? clock.term_months
                                     : op == plan::Op::days_into_term ? clock.days_into_term
                                                                      : clock.days_to_renewal;
  for (size_t d = 0; d < out.value.size(); ++d) {
    out.valid[d] = days[d] != ContractClock::kNone;
    out.value[d] = out.valid[d] != 0 ? days[d] : 0;
  }
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
    case plan::Op::days_until:
      return attribute(id, out);
    case plan::Op::seats:
    case plan::Op::arr:
      return from_contracts(node, out);
    case plan::Op::term_months:
    case plan::Op::days_into_term:
    case plan::Op::days_to_renewal:
      return from_clock(node.op, out);
    case plan::Op::tenure:
      for (size_t d = 0; d < out.value.size(); ++d) {
        out.value[d] = span.first.number + static_cast<int32_t>(d) - life.account_start[d];
        out.valid[d] = 1;
      }
      return;
    default:
      break;
  }
  buffers.args.clear();
  for (const plan::NodeId arg : node.args) buffers.args.push_back(life.nodes[arg].column());
  apply_scalar(node, buffers.args, out);
}

void LifeRun::points(size_t metric, const BoundCurve& curve, std::span<int32_t> out) const {
  const Column values = life.nodes[bound.plan.metrics[metric].points_node].column();
  apply_curve(*curve.curve, curve.category_points, values, out, curve.whole_points);
}

}  // namespace kenko::engine

#include "engine/engine.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "engine/aggregates.h"
#include "engine/bound.h"
#include "engine/population.h"
#include "engine/scalars.h"

namespace kenko::engine {
namespace {

// One node's values over the days of a life.
struct NodeDays {
  std::vector<double> value;
  std::vector<uint8_t> valid;

  [[nodiscard]] Column column() const { return {value, valid}; }
  Output output(size_t days) {
    value.resize(days);
    valid.resize(days);
    return {value, valid};
  }
};

}  // namespace

std::string_view word(AccountStatus status) {
  constexpr std::array<std::string_view, 8> kWords{"none",   "trial",  "onboarding", "active",
                                                   "paused", "notice", "churned",    "internal"};
  return kWords[static_cast<size_t>(status)];
}

struct Scratch::Buffers {
  Population population;
  AggregateScratch aggregate;
  std::vector<MatchedEvents> matched;  // by selector
  MatchedNumbers numbers;
  std::vector<uint32_t> codes;
  std::vector<int32_t> observed_from;  // by day, relative to the life's first day
  std::vector<Column> args;

  // Kept until the next run, because LifeDays views them; one entry per life.
  struct Life {
    std::vector<NodeDays> nodes;
    std::vector<std::vector<int32_t>> points;
    std::vector<int32_t> account_start;
    std::vector<MetricDays> metrics;
  };
  std::vector<Life> lives;
};

Scratch::Scratch() : buffers_(std::make_unique<Buffers>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

namespace {

// Runs the plan's nodes over one life.
struct LifeRun {
  const Engine::Bound& bound;
  uint32_t account;
  LifeSpan span;
  Scratch::Buffers& buffers;
  Scratch::Buffers::Life& life;

  [[nodiscard]] size_t days() const { return static_cast<size_t>(span.last - span.first + 1); }
  [[nodiscard]] size_t offset() const { return static_cast<size_t>(span.first - buffers.population.first); }

  void find_account_start(bool first_life) {
    life.account_start.assign(days(), span.first.number);
    if (!first_life) return;
    for (size_t d = 0; d < days(); ++d) {
      const int32_t started = buffers.population.started[offset() + d];
      if (started != INT32_MIN) life.account_start[d] = started;
    }
  }

  // Deals the life's events out to the selectors that take them.
  void match_events() {
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

  // The first day of this life on which a touched source spoke of the account; INT32_MAX = not yet.
  [[nodiscard]] int32_t first_touch(uint32_t source) const {
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

  // Per day, the first observed day of an event name, relative to the life's first day; INT32_MAX = not observed.
  void find_observed(uint32_t selector) {
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

  // The numeric field of the matched events.
  void read_numbers(plan::NodeId id, const MatchedEvents& m) {
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

  void distinct(plan::NodeId id, const MatchedEvents& m, Output out) {
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

  void aggregate(plan::NodeId id, Output out) {
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

  void attribute(plan::NodeId id, Output out) {
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

  void set_attribute(plan::Type type, const facts::AttributeRow& row, uint32_t index, Day d, double& value,
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

  void from_contracts(bool seats, Output out) {
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

  void compute(plan::NodeId id) {
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

  void points(size_t metric, const std::vector<int32_t>& category_points) {
    const plan::Metric& m = bound.plan.metrics[metric];
    life.points[metric].resize(days());
    apply_curve(m.curve, category_points, life.nodes[m.node].column(), life.points[metric]);
    life.metrics[metric] = {life.nodes[m.node].value, life.nodes[m.node].valid, life.points[metric]};
  }
};

// Points by code for the category curve of a metric.
std::vector<int32_t> category_points(const Engine::Bound& bound, const plan::Metric& metric) {
  if (metric.curve.kind != plan::Curve::Kind::category) return {};
  const auto other = static_cast<int32_t>(metric.curve.other.value_or(-1));
  if (bound.plan.nodes[metric.node].type == plan::Type::flag) {
    std::vector<int32_t> out(2, other);
    for (const auto& c : metric.curve.categories)
      out[c.value == "true" ? 1 : 0] = static_cast<int32_t>(c.points_micros);
    return out;
  }
  std::vector<int32_t> out(bound.texts.size() + 1, other);
  for (const auto& c : metric.curve.categories) out[bound.texts.find(c.value)] = static_cast<int32_t>(c.points_micros);
  return out;
}

}  // namespace

Engine::Engine(const plan::Plan& plan, const facts::Portfolio& portfolio)
    : bound_(std::make_unique<Bound>(plan, portfolio)) {
  for (const plan::Metric& m : plan.metrics) bound_->category_points.push_back(category_points(*bound_, m));
}
Engine::~Engine() = default;

const plan::Plan& Engine::plan() const { return bound_->plan; }
const facts::Portfolio& Engine::portfolio() const { return bound_->portfolio; }

std::string_view Engine::text(double code) const {
  const auto c = static_cast<uint32_t>(code);
  return c == 0 ? std::string_view{} : bound_->texts.text(c);
}

void Engine::run(uint32_t account, Day until, Scratch& scratch, std::vector<LifeDays>& lives) const {
  lives.clear();
  Scratch::Buffers& buffers = *scratch.buffers_;
  find_population(*bound_, account, until, buffers.population);
  if (!buffers.population.exists) return;
  const auto& spans = buffers.population.lives;
  if (buffers.lives.size() < spans.size()) buffers.lives.resize(spans.size());
  for (size_t i = 0; i < spans.size(); ++i) {
    Scratch::Buffers::Life& life = buffers.lives[i];
    life.nodes.resize(bound_->plan.nodes.size());
    life.points.resize(bound_->plan.metrics.size());
    life.metrics.resize(bound_->plan.metrics.size());
    LifeRun run{*bound_, account, spans[i], buffers, life};
    run.find_account_start(spans[i].first == buffers.population.first);
    run.match_events();
    for (const plan::Stage& stage : bound_->plan.stages) {
      for (const plan::NodeId id : stage.nodes) run.compute(id);
    }
    for (size_t m = 0; m < bound_->plan.metrics.size(); ++m) run.points(m, bound_->category_points[m]);
    lives.push_back({spans[i].first, std::span(buffers.population.status).subspan(run.offset(), run.days()),
                     std::span(buffers.population.fact_day).subspan(run.offset(), run.days()), life.account_start,
                     life.metrics});
  }
}

std::vector<uint64_t> Engine::evidence(uint32_t account, plan::NodeId node, Day day) const {
  const plan::Aggregate& a = bound_->plan.nodes[node].aggregate;
  std::vector<uint64_t> out;
  Scratch scratch;
  Population& population = scratch.buffers_->population;
  find_population(*bound_, account, day, population);
  if (bound_->plan.nodes[node].op != plan::Op::aggregate || !population.exists || population.lives.empty()) return out;
  const LifeSpan life = population.lives.back();
  if (life.last < day) return out;
  LifeRun run{*bound_, account, life, *scratch.buffers_, scratch.buffers_->lives.emplace_back()};
  run.match_events();
  const int32_t as_of = day - life.first;
  const MatchedEvents& m = scratch.buffers_->matched[a.selector];
  for (size_t i = m.size(); i-- > 0;) {
    if (a.window_days > 0 && m.day[i] <= as_of - a.window_days) break;
    out.push_back(m.row[i]);
    if (a.function == plan::Function::days_since) break;
  }
  return out;
}

}  // namespace kenko::engine

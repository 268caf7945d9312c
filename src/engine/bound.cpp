#include "engine/bound.h"

#include <algorithm>

#include "base/check.h"

namespace kenko::engine {
namespace {

template <typename Row>
std::vector<uint32_t> offsets(const std::vector<Row>& rows, size_t accounts) {
  std::vector<uint32_t> begin(accounts + 1, 0);
  for (const Row& r : rows) ++begin[r.account + 1];
  for (size_t i = 1; i <= accounts; ++i) begin[i] += begin[i - 1];
  return begin;
}

enum class Truth : uint8_t { no, yes, null };

Truth truth(bool b) { return b ? Truth::yes : Truth::no; }

template <typename T>
bool compare(plan::FilterOp op, const T& a, const T& b) {
  switch (op) {
    case plan::FilterOp::equal:
      return a == b;
    case plan::FilterOp::not_equal:
      return a != b;
    case plan::FilterOp::less:
      return a < b;
    case plan::FilterOp::less_equal:
      return a <= b;
    case plan::FilterOp::greater:
      return a > b;
    case plan::FilterOp::greater_equal:
      return a >= b;
    default:
      break;
  }
  KENKO_CHECK(false, "not a comparison: {}", static_cast<int>(op));
  return false;
}

Truth evaluate(const Engine::Bound& bound, const BoundFilter& f, uint64_t row) {
  switch (f.op) {
    case plan::FilterOp::and_:
    case plan::FilterOp::or_: {
      const Truth decisive = f.op == plan::FilterOp::and_ ? Truth::no : Truth::yes;
      Truth result = decisive == Truth::no ? Truth::yes : Truth::no;
      for (const BoundFilter& arg : f.args) {
        const Truth t = evaluate(bound, arg, row);
        if (t == decisive) return decisive;
        if (t == Truth::null) result = Truth::null;
      }
      return result;
    }
    case plan::FilterOp::not_: {
      const Truth t = evaluate(bound, f.args[0], row);
      return t == Truth::null ? t : truth(t == Truth::no);
    }
    default:
      break;
  }
  if (f.property < 0) {
    const uint8_t flags = bound.portfolio.events.flags[row];
    if ((flags & facts::ResolvedEvents::kHasValue) == 0 || (flags & facts::ResolvedEvents::kNoRate) != 0)
      return Truth::null;
    return truth(compare(f.op, bound.portfolio.events.value[row], f.number));
  }
  const BoundProperty& column = bound.properties[static_cast<size_t>(f.property)];
  const uint32_t code = column.code.empty() ? 0 : column.code[row];
  if (code == 0) return Truth::null;
  switch (f.literal_type) {
    case plan::Type::number:
      if (bound.number_valid[code] != 1) return Truth::null;
      return truth(compare(f.op, bound.number_of_code[code], f.number));
    case plan::Type::flag:
      if (code != f.true_code && code != f.false_code) return Truth::null;
      return truth(compare(f.op, code == f.true_code ? 1 : 0, f.number == 0 ? 0 : 1));
    case plan::Type::text:
      // Codes carry no order; the check allows only = and != on texts.
      return truth(compare(f.op, code, f.code));
  }
  return Truth::null;
}

}  // namespace

Engine::Bound::Bound(const plan::Plan& p, const facts::Portfolio& f) : plan(p), portfolio(f) {
  number_of_code.resize(f.texts.size() + 1);
  number_valid.resize(f.texts.size() + 1);
  bind_names();
  bind_observation();
  bind_accounts();
  bind_texts();
  bind_curves();
}

bool Engine::Bound::passes(const BoundFilter& filter, uint64_t row) const {
  return evaluate(*this, filter, row) == Truth::yes;
}

int32_t Engine::Bound::property(const std::string& key) {
  for (size_t i = 0; i < properties.size(); ++i) {
    if (properties[i].key == key) return static_cast<int32_t>(i);
  }
  BoundProperty column{key, {}};
  if (const facts::PropertyColumn* sparse = portfolio.find_property(key)) {
    column.code.assign(portfolio.events.size(), 0);
    for (size_t i = 0; i < sparse->row.size(); ++i) column.code[sparse->row[i]] = sparse->value[i];
  }
  properties.push_back(std::move(column));
  return static_cast<int32_t>(properties.size() - 1);
}

void Engine::Bound::read_numbers(int32_t property) {
  for (const uint32_t code : properties[static_cast<size_t>(property)].code) {
    if (code == 0 || number_valid[code] != 0) continue;
    const ParsedDecimal parsed = parse_decimal(portfolio.texts.text(code));
    number_valid[code] = parsed.fault == ParsedDecimal::Fault::none ? 1 : 2;
    number_of_code[code] = parsed.value.micros;
  }
}

BoundFilter Engine::Bound::bind_filter(const plan::Filter& filter) {
  BoundFilter out;
  out.op = filter.op;
  for (const plan::Filter& arg : filter.args) out.args.push_back(bind_filter(arg));
  if (!filter.args.empty()) return out;
  out.property = filter.own ? -1 : property(filter.field);
  out.literal_type = filter.literal_type;
  out.number = filter.literal_type == plan::Type::flag ? (filter.flag ? 1 : 0) : filter.number.micros;
  out.code = portfolio.texts.find(filter.text);
  out.true_code = portfolio.texts.find("true");
  out.false_code = portfolio.texts.find("false");
  if (out.property >= 0 && out.literal_type == plan::Type::number) read_numbers(out.property);
  return out;
}

void Engine::Bound::bind_names() {
  const auto names = portfolio.texts.size() + 1;
  name_kind.assign(names, NameKind::plain);
  selectors_of_name.resize(names);
  for (const std::string& name : portfolio.settings.ours) name_kind[portfolio.texts.find(name)] = NameKind::ours;
  const std::pair<const char*, NameKind> kinds[] = {
      {"account.churned", NameKind::churned},
      {"account.reactivated", NameKind::reactivated},
      {"subscription.started", NameKind::subscription_started},
      {"trial.started", NameKind::trial_started},
      {"account.paused", NameKind::paused},
      {"account.resumed", NameKind::resumed},
      {"notice.given", NameKind::notice_given},
      {"account.renewed", NameKind::renewed},
  };
  for (const auto& [name, kind] : kinds) name_kind[portfolio.texts.find(name)] = kind;
  name_kind[0] = NameKind::plain;  // a name no event has
  if (portfolio.texts.find("account.churned") != 0) effective_at = property("effective_at");
  for (const plan::Selector& s : plan.selectors) {
    BoundSelector bound;
    bound.filtered = s.filter.has_value();
    if (s.filter) bound.filter = bind_filter(*s.filter);
    for (const std::string& event : s.events) {
      const uint32_t name = portfolio.texts.find(event);
      if (name != 0) selectors_of_name[name].push_back(static_cast<uint32_t>(selectors.size()));
    }
    selectors.push_back(std::move(bound));
  }
  field_property.assign(plan.nodes.size(), -1);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const plan::Node& node = plan.nodes[i];
    if (node.op != plan::Op::aggregate || node.aggregate.field.kind != plan::Field::Kind::property) continue;
    field_property[i] = property(node.aggregate.field.property);
    if (node.aggregate.function != plan::Function::distinct) read_numbers(field_property[i]);
  }
}

void Engine::Bound::bind_observation() {
  const auto& sources = portfolio.settings.sources;
  touched_source.assign(portfolio.texts.size() + 1, -1);
  for (size_t i = 0; i < sources.size(); ++i) {
    const uint32_t code = portfolio.texts.find(sources[i].name);
    if (code != 0 && sources[i].covers == facts::Coverage::touched) touched_source[code] = static_cast<int32_t>(i);
  }
  for (const plan::Selector& s : plan.selectors) {
    BoundObservation o;
    for (size_t i = 0; i < sources.size(); ++i) {
      const facts::SourceSettings& source = sources[i];
      const bool emits = std::any_of(s.events.begin(), s.events.end(), [&](const std::string& event) {
        return std::find(source.emits.begin(), source.emits.end(), event) != source.emits.end();
      });
      if (!emits) continue;
      if (source.covers == facts::Coverage::touched) {
        o.touched.push_back(static_cast<uint32_t>(i));
        any_touched = true;
        continue;
      }
      const auto start = source.start ? source.start : portfolio.source_first_day[i];
      if (!start) continue;
      o.by_all = true;
      o.all_from = std::min(o.all_from, start->number);
    }
    observation.push_back(std::move(o));
  }
}

void Engine::Bound::bind_accounts() {
  attribute_begin = offsets(portfolio.attributes, portfolio.accounts.size());
  contract_begin = offsets(portfolio.contracts, portfolio.accounts.size());
  touch_begin = offsets(portfolio.touches, portfolio.accounts.size());
}

void Engine::Bound::bind_texts() {
  for (const facts::AttributeRow& row : portfolio.attributes) {
    const bool text = !row.null && row.value.type == facts::AttributeType::text;
    attribute_text.push_back(text ? texts.intern(row.value.text) : 0);
  }
  literal_code.assign(plan.nodes.size(), 0);
  attribute_key.assign(plan.nodes.size(), 0);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const plan::Node& node = plan.nodes[i];
    if (node.op == plan::Op::literal && node.type == plan::Type::text) literal_code[i] = texts.intern(node.text);
    if (node.op == plan::Op::attribute) attribute_key[i] = portfolio.texts.find(node.text);
  }
  // Category curves compare texts too; their values get codes so that points need no text comparison per day.
  const auto intern = [this](const plan::Curve& curve) {
    for (const plan::Curve::Category& c : curve.categories) texts.intern(c.value);
  };
  for (const plan::Metric& m : plan.metrics) intern(m.curve);
  for (const auto* segments : {&plan.segments, &plan.life_stages}) {
    for (const plan::Segment& s : *segments) {
      for (const auto& [metric, curve] : s.changes.curves) intern(curve);
    }
  }
  started_key = portfolio.texts.find("started");
  status_key = portfolio.texts.find(portfolio.settings.status_attribute);
}

BoundCurve Engine::Bound::bind_curve(const plan::Metric& metric, const plan::Curve& curve) const {
  BoundCurve out{&curve, {}};
  if (curve.kind != plan::Curve::Kind::category) return out;
  const bool flag = plan.nodes[metric.node].type == plan::Type::flag;
  const auto other = curve.other ? static_cast<int32_t>(*curve.other) : kNoPoints;
  out.category_points.assign(flag ? 2 : texts.size() + 1, other);
  for (const plan::Curve::Category& c : curve.categories) {
    const size_t code = flag ? (c.value == "true" ? 1 : 0) : texts.find(c.value);
    out.category_points[code] = static_cast<int32_t>(c.points_micros);
  }
  return out;
}

void Engine::Bound::bind_curves() {
  for (const plan::Metric& m : plan.metrics) curves.push_back(bind_curve(m, m.curve));
  const auto bind_changes = [this](const std::vector<plan::Segment>& segments) {
    std::vector<std::vector<BoundCurve>> out(segments.size());
    for (size_t s = 0; s < segments.size(); ++s) {
      for (const auto& [metric, curve] : segments[s].changes.curves)
        out[s].push_back(bind_curve(plan.metrics[metric], curve));
    }
    return out;
  };
  segment_curves = bind_changes(plan.segments);
  stage_curves = bind_changes(plan.life_stages);
}

}  // namespace kenko::engine

#include "engine/bound.h"

#include <algorithm>
#include <numeric>

#include "engine/scalars.h"

namespace kenko::engine {
namespace {

template <typename Row>
std::vector<uint32_t> offsets(const std::vector<Row>& rows, size_t accounts) {
  std::vector<uint32_t> begin(accounts + 1, 0);
  for (const Row& r : rows) ++begin[r.account + 1];
  for (size_t i = 1; i <= accounts; ++i) begin[i] += begin[i - 1];
  return begin;
}

// What we say about a score is never a sign of life, whatever kenko.yaml says.
constexpr const char* kAlwaysOurs[] = {"note.added", "override.cleared", "override.set"};

constexpr std::pair<const char*, NameKind> kKinds[] = {
    {"account.churned", NameKind::churned},
    {"account.reactivated", NameKind::reactivated},
    {"subscription.started", NameKind::subscription_started},
    {"trial.started", NameKind::trial_started},
    {"account.paused", NameKind::paused},
    {"account.resumed", NameKind::resumed},
    {"notice.given", NameKind::notice_given},
    {"account.renewed", NameKind::renewed},
};

}  // namespace

Engine::Bound::Bound(const plan::Plan& p, const facts::Portfolio& f) : plan(p), portfolio(f) {
  number_of_code.resize(f.texts.size() + 1);
  number_valid.resize(f.texts.size() + 1);
  bind_names();
  bind_selectors();
  bind_aggregates();
  bind_contacts();
  bind_sources();
  bind_observation();
  bind_accounts();
  bind_texts();
  bind_curves();
  bound_rows = f.events.size();
  bound_texts = f.texts.size();
  state_number = f.state_number;
}

int32_t Engine::Bound::property(const std::string& key) {
  for (size_t i = 0; i < properties.size(); ++i) {
    if (properties[i].key == key) return static_cast<int32_t>(i);
  }
  BoundProperty& column = properties.emplace_back();
  column.key = key;
  extend(column);
  return static_cast<int32_t>(properties.size() - 1);
}

// Takes the rows and cells that are not in it yet.
void Engine::Bound::extend(BoundProperty& column) const {
  const facts::PropertyColumn* sparse = portfolio.find_property(column.key);
  if (sparse == nullptr) return;
  const size_t count = portfolio.events.size();
  // So that it does not move with the next events; memory is only used where something is written.
  if (column.code.capacity() < count) column.code.reserve(count + count / 4 + 1'000);
  column.code.resize(count, 0);
  for (size_t& i = column.cells; i < sparse->row.size(); ++i) column.code[sparse->row[i]] = sparse->value[i];
}

void Engine::Bound::read_numbers(int32_t property, uint64_t from) {
  BoundProperty& column = properties[static_cast<size_t>(property)];
  column.numbers = true;
  for (const uint32_t code : std::span(column.code).subspan(std::min<size_t>(from, column.code.size()))) {
    if (code == 0 || number_valid[code] != 0) continue;
    const ParsedDecimal parsed = parse_decimal(portfolio.texts.text(code));
    number_valid[code] = parsed.fault == ParsedDecimal::Fault::none ? 1 : 2;
    number_of_code[code] = parsed.value.micros;
  }
}

void Engine::Bound::read_dates(int32_t property, uint64_t from) {
  constexpr int32_t kNotRead = INT32_MIN;
  BoundProperty& column = properties[static_cast<size_t>(property)];
  column.dates = true;
  day_of_code.resize(portfolio.texts.size() + 1, kNotRead);
  for (const uint32_t code : std::span(column.code).subspan(std::min<size_t>(from, column.code.size()))) {
    if (code == 0 || day_of_code[code] != kNotRead) continue;
    const auto day = Day::parse(portfolio.texts.text(code));
    day_of_code[code] = day ? day->number : kNoDate;
  }
}

void Engine::Bound::bind_names() {
  const auto names = portfolio.texts.size() + 1;
  name_kind.assign(names, NameKind::plain);
  for (const std::string& name : portfolio.settings.ours) name_kind[portfolio.texts.find(name)] = NameKind::ours;
  for (const char* name : kAlwaysOurs) name_kind[portfolio.texts.find(name)] = NameKind::ours;
  for (const auto& [name, kind] : kKinds) name_kind[portfolio.texts.find(name)] = kind;
  name_kind[0] = NameKind::plain;  // a name no event has
  if (portfolio.texts.find("account.churned") != 0) effective_at = property("effective_at");
}

// Texts that no event had before: a name, a source, a value may be among them.
void Engine::Bound::follow_texts() {
  const uint32_t count = portfolio.texts.size();
  number_of_code.resize(count + size_t{1});
  number_valid.resize(count + size_t{1});
  name_kind.resize(count + size_t{1}, NameKind::plain);
  touched_source.resize(count + size_t{1}, -1);
  for (uint32_t code = bound_texts + 1; code <= count; ++code) {
    const std::string_view text = portfolio.texts.text(code);
    const auto is_text = [text](const auto& name) { return name == text; };
    if (std::ranges::any_of(portfolio.settings.ours, is_text) || std::ranges::any_of(kAlwaysOurs, is_text))
      name_kind[code] = NameKind::ours;
    for (const auto& [name, kind] : kKinds) {
      if (name == text) name_kind[code] = kind;
    }
    for (size_t i = 0; i < portfolio.settings.sources.size(); ++i) {
      const facts::SourceSettings& source = portfolio.settings.sources[i];
      if (source.name == text && source.covers == facts::Coverage::touched)
        touched_source[code] = static_cast<int32_t>(i);
    }
    // The new codes are greater than all before, so their selectors come last.
    for (uint32_t s = 0; s < plan.selectors.size(); ++s) {
      for (const std::string& event : plan.selectors[s].events) {
        if (event == text) selectors_of_names.push_back(s);
      }
    }
    selector_begin.push_back(static_cast<uint32_t>(selectors_of_names.size()));
  }
  if (effective_at < 0 && portfolio.texts.find("account.churned") != 0) effective_at = property("effective_at");
}

bool Engine::Bound::follow() {
  if (portfolio.state_number != state_number) return false;
  const bool new_texts = portfolio.texts.size() > bound_texts;
  if (new_texts) follow_texts();
  for (size_t i = 0; i < properties.size(); ++i) {
    extend(properties[i]);
    if (properties[i].numbers) read_numbers(static_cast<int32_t>(i), bound_rows);
    if (properties[i].dates) read_dates(static_cast<int32_t>(i), bound_rows);
  }
  for (size_t s = 0; s < selectors.size(); ++s) {
    if (plan.selectors[s].filter) follow_filter(*plan.selectors[s].filter, selectors[s].filter, new_texts);
  }
  // New users are no contacts.
  const auto add_users = [this](UserAttribute& a) {
    if (!a.begin.empty()) a.begin.resize(portfolio.users.size() + 2, a.begin.back());
  };
  for (UserAttribute& attribute : user_attributes) add_users(attribute);
  add_users(contacts.role);
  add_users(contacts.active);
  bind_observation();
  bound_rows = portfolio.events.size();
  bound_texts = portfolio.texts.size();
  return true;
}

void Engine::Bound::bind_selectors() {
  std::vector<std::pair<uint32_t, uint32_t>> takes;  // name and selector
  for (const plan::Selector& s : plan.selectors) {
    BoundSelector bound;
    bound.filtered = s.filter.has_value();
    if (s.filter) bound.filter = bind_filter(*s.filter);
    for (const std::string& event : s.events) {
      const uint32_t name = portfolio.texts.find(event);
      if (name != 0) takes.emplace_back(name, static_cast<uint32_t>(selectors.size()));
    }
    selectors.push_back(std::move(bound));
  }
  std::sort(takes.begin(), takes.end());
  selector_begin.assign(portfolio.texts.size() + 2, 0);
  for (const auto& [name, selector] : takes) {
    ++selector_begin[name + 1];
    selectors_of_names.push_back(selector);
  }
  for (size_t name = 1; name < selector_begin.size(); ++name) selector_begin[name] += selector_begin[name - 1];
}

void Engine::Bound::bind_aggregates() {
  using plan::Function;
  aggregates.resize(plan.nodes.size());
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const plan::Node& node = plan.nodes[i];
    if (node.op != plan::Op::aggregate) continue;
    const plan::Aggregate& a = node.aggregate;
    BoundAggregate& bound = aggregates[i];
    if (a.field.kind == plan::Field::Kind::property) {
      bound.field = property(a.field.property);
      if (a.function != Function::distinct) read_numbers(bound.field);
    }
    if (plan::is_pair(a.function)) bound.by = property(a.by);
    if (!a.due.empty()) bound.day = property(a.due);
    if (a.function == Function::current) bound.day = property("expires");
    if (bound.day >= 0) read_dates(bound.day);
  }
}

void Engine::Bound::bind_contacts() {
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const plan::Node& node = plan.nodes[i];
    if (node.op != plan::Op::aggregate || node.aggregate.function != plan::Function::contact_health) continue;
    if (contacts.begin.empty()) {
      contacts.begin = offsets(portfolio.contacts, portfolio.accounts.size());
      contacts.role = read_user_attribute("role");
      contacts.active = read_user_attribute("active");
      for (const uint32_t row : contacts.active.row) {
        const facts::ContactAttributeRow& value = portfolio.contact_attributes[row];
        contacts.away.push_back(!value.null && value.value.type == facts::AttributeType::flag && !value.value.flag);
      }
    }
    aggregates[i].influences = influences(portfolio, contacts.role, node.aggregate.roles);
  }
}

void Engine::Bound::bind_sources() {
  const auto& sources = portfolio.settings.sources;
  touched_source.assign(portfolio.texts.size() + 1, -1);
  for (size_t i = 0; i < sources.size(); ++i) {
    const uint32_t code = portfolio.texts.find(sources[i].name);
    if (code != 0 && sources[i].covers == facts::Coverage::touched) touched_source[code] = static_cast<int32_t>(i);
  }
}

void Engine::Bound::bind_observation() {
  const auto& sources = portfolio.settings.sources;
  observation.clear();
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
      o.by_all = true;
      if (source.start) {
        o.said_from = std::min(o.said_from, source.start->number);
      } else if (portfolio.source_first_day[i]) {
        o.seen_from = std::min(o.seen_from, portfolio.source_first_day[i]->number);
      }
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
    if (node.op == plan::Op::attribute || node.op == plan::Op::days_until)
      attribute_key[i] = portfolio.texts.find(node.text);
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
  BoundCurve out{&curve, {}, {}};
  if (curve.kind != plan::Curve::Kind::category) {
    constexpr size_t kWhole = 256;
    std::vector<double> x(kWhole);
    std::iota(x.begin(), x.end(), 0.0);
    const std::vector<uint8_t> valid(kWhole, 1);
    out.whole_points.resize(kWhole);
    apply_curve(curve, {}, {x, valid}, out.whole_points);
    return out;
  }
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

#include "app/line_mapper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mapping/own_columns.h"
#include "readers/encoding_count.h"
#include "readers/fault.h"
#include "state/entry.h"

namespace kenko::app {
namespace {

constexpr int64_t kMaxColumns = 10'000;
constexpr size_t kMaxShapes = 256;
constexpr size_t kShown = 2000;

bool derives_ids(const mapping::Mapping& mapping) {
  return std::any_of(mapping.rules.begin(), mapping.rules.end(), [](const mapping::Rule& rule) {
    return rule.kind == mapping::RuleKind::event && rule.event.id.empty();
  });
}

bool has_snapshot(const mapping::Mapping& mapping) {
  return std::any_of(mapping.rules.begin(), mapping.rules.end(), [](const mapping::Rule& rule) {
    return rule.kind == mapping::RuleKind::attributes && rule.attributes.is_snapshot();
  });
}

/// What to do about a record that gave no fact.
std::string_view hint_of(std::string_view code) {
  constexpr std::pair<std::string_view, std::string_view> kHints[] = {
      {"broken-json", "each line is one JSON object"},
      {"not-an-object", "each line is one JSON object"},
      {"wrong-encoding", "send UTF-8"},
      {"no-time", "give `occurred_at`, as 2026-11-20T14:30:00Z"},
      {"bad-time", "write it as 2026-11-20T14:30:00Z"},
      {"bad-day", "write it as 2026-11-20"},
      {"bad-number", "write it with digits and a point, as 1234.5"},
      {"no-name", "give `name`: what happened, as ticket.opened"},
      {"no-account", "give the account's id"},
      {"bad-currency", "three letters, as EUR"},
      {"filtered", "no rule of the mapping takes it"},
      {"duplicate-key", "give each key once"},
      {"too-long", "shorten it"},
      {"reserved-source", "use `kenko log`, or name another source"},
  };
  for (const auto& [known, hint] : kHints) {
    if (known == code) return hint;
  }
  return "";
}

template <typename Facts, typename Call>
void for_each_sourced(Facts& facts, const Call& call) {
  for (auto& fact : facts.events) call(fact);
  for (auto& fact : facts.attributes) call(fact);
  for (auto& fact : facts.contracts) call(fact);
  for (auto& fact : facts.identities) call(fact);
}

}  // namespace

struct LineMapper::Own {
  mapping::Mapping mapping;
  std::unique_ptr<mapping::Mapper> mapper;
  std::vector<std::string> columns;
  std::vector<std::string_view> names, values;
  uint64_t shape = 0;
};

LineMapper::LineMapper(const facts::Settings& settings, const ImportPlan& plan, Instant now)
    : settings_(settings), plan_(plan), object_(std::make_unique<readers::FlatObject>(kMaxColumns)) {
  context_.source = plan.source;
  context_.zone = settings.time_zone;
  context_.now = now;
  if (plan.mapping != nullptr) mapper_ = std::make_unique<mapping::Mapper>(*plan.mapping, context_);
}
LineMapper::~LineMapper() = default;

void LineMapper::reject(std::string code, std::string field, std::string message, std::string hint) {
  out_.mapped.outcome = mapping::Outcome::rejected;
  out_.mapped.facts = {};
  out_.hint = hint.empty() ? std::string(hint_of(code)) : std::move(hint);
  out_.mapped.reject.code = std::move(code);
  out_.mapped.reject.field = std::move(field);
  out_.mapped.reject.message = std::move(message);
}

// False = it is no record.
bool LineMapper::read(const InputLine& line) {
  out_.is_record = false;
  out_.text = readers::printable(line.text, kShown);
  if (line.too_long) {
    reject("record-too-long", "", fmt::format("the line is longer than {} bytes", text::grouped(LineInput::kMaxLine)));
    return false;
  }
  if (!text::is_utf8(line.text)) {
    reject("wrong-encoding", "", readers::garbled_row("UTF-8"));
    return false;
  }
  padded_.assign(line.text);
  padded_.resize(line.text.size() + readers::FlatObject::kPadding);
  readers::FlatObject::Fault fault = object_->read(padded_.data(), line.text.size());
  if (fault.of_file) {
    // The keys of all lines together are too many; perhaps not those of this one.
    object_ = std::make_unique<readers::FlatObject>(kMaxColumns);
    fault = object_->read(padded_.data(), line.text.size());
  }
  out_.is_record = fault.code.empty();
  if (!out_.is_record) reject(std::move(fault.code), std::move(fault.field), std::move(fault.message));
  return out_.is_record;
}

MappedLine& LineMapper::map(const InputLine& line, Instant now) {
  out_.hint.clear();
  out_.mapped.rounded = 0;
  last_mapper_ = nullptr;
  if (!read(line)) {
    out_.raw = PartsHash().add("bad row").add(out_.text).hash();
    out_.repeat = repeats_[out_.raw]++;
    out_.mapped.reject.line = line.number;
    return out_;
  }
  const mapping::RawRecord record = object_->record(line.number);
  out_.raw = hasher_.hash(record);
  if (mapper_ != nullptr) {
    map_by(*plan_.mapping, *mapper_, record);
  } else {
    map_own(record);
  }
  if (out_.mapped.outcome == mapping::Outcome::rejected) {
    out_.mapped.reject.line = line.number;
    if (out_.hint.empty()) out_.hint = hint_of(out_.mapped.reject.code);
    out_.text = mapping::to_json(record);
    return out_;
  }
  date(out_.mapped.facts, plan_.mapping != nullptr && plan_.mapping->known_at == facts::KnownAt::column, now);
  return out_;
}

void LineMapper::map_by(const mapping::Mapping& mapping, mapping::Mapper& mapper, const mapping::RawRecord& record) {
  const bool by_repeat = derives_ids(mapping);
  out_.repeat = by_repeat ? repeats_[out_.raw]++ : 0;
  mapper.map_record(record, out_.raw, out_.repeat, out_.mapped);
  if (!by_repeat && out_.mapped.outcome == mapping::Outcome::rejected) out_.repeat = repeats_[out_.raw]++;
  last_mapper_ = &mapper;
  last_record_ = record;
  for (const mapping::Rule& rule : mapping.rules) {
    if (rule.kind == mapping::RuleKind::event) rules_.insert(rule.name);
  }
}

// By the columns that this line has: what other lines have says nothing about it.
void LineMapper::map_own(const mapping::RawRecord& record) {
  std::string shape;
  for (size_t i = 0; i < record.names.size(); ++i) {
    if (record.values[i].empty()) continue;
    shape += record.names[i];
    shape += '\0';
  }
  auto found = own_.find(shape);
  if (found == own_.end()) {
    if (own_.size() >= kMaxShapes) own_.clear();
    auto own = std::make_unique<Own>();
    for (size_t i = 0; i < record.names.size(); ++i) {
      if (!record.values[i].empty()) own->columns.emplace_back(record.names[i]);
    }
    own->names.assign(own->columns.begin(), own->columns.end());
    auto mapping = own_mapping_for(own->names, "", settings_);
    if (mapping.ok() && has_snapshot(**mapping)) {
      out_.repeat = repeats_[out_.raw]++;
      reject("no-day", "valid_from", "it does not say from which day on it holds", "give `valid_from`, as 2026-11-20");
      return;
    }
    if (!mapping.ok()) {
      out_.repeat = repeats_[out_.raw]++;
      const Problem problem = mapping.problems().front();
      reject(problem.code, "", own->names.empty() ? "it says nothing" : problem.message, problem.hint);
      return;
    }
    own->mapping = **mapping;
    own->mapper = std::make_unique<mapping::Mapper>(own->mapping, context_);
    own->shape = own_.size() + 1;
    found = own_.emplace(std::move(shape), std::move(own)).first;
  }
  Own& own = *found->second;
  own.values.clear();
  for (const std::string_view value : record.values) {
    if (!value.empty()) own.values.push_back(value);
  }
  mapping::RawRecord own_record;
  own_record.line = record.line;
  own_record.shape = own.shape;
  own_record.names = own.names;
  own_record.values = own.values;
  map_by(own.mapping, *own.mapper, own_record);
}

bool LineMapper::is_live(const std::string& source) const {
  const facts::SourceSettings* known = settings_.find_source(source);
  return known == nullptr || known->known_at == facts::KnownAt::recorded;
}

void LineMapper::date(facts::FactSet& facts, bool by_column, Instant now) const {
  if (by_column) return;
  const bool always = plan_.mapping != nullptr && plan_.mapping->known_at == facts::KnownAt::recorded;
  const auto set = [&](auto& fact, const std::string& source) {
    if (always || is_live(source)) fact.recorded = {now, 0, false};
  };
  for_each_sourced(facts, [&set](auto& fact) { set(fact, fact.source); });
  for (facts::MembershipFact& fact : facts.memberships) set(fact, plan_.source);
  for (facts::RateFact& fact : facts.rates) set(fact, plan_.source);
}

void LineMapper::candidate_ids(std::span<const std::string> rule_names, std::vector<std::string>& out) {
  out.clear();
  if (last_mapper_ != nullptr) last_mapper_->candidate_ids(last_record_, out_.raw, out_.repeat, rule_names, out);
}

}  // namespace kenko::app

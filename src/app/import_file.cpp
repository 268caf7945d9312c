#include "app/import_file.h"

#include <algorithm>

#include "mapping/read_mapping.h"

namespace kenko::app {
namespace {

constexpr int64_t kProgressRows = 20'000;

// Names a record whatever file it lies in.
Hash128 record_name(std::string_view source, const Hash128& raw, int64_t repeat) {
  return PartsHash()
      .add(source)
      .add(static_cast<int64_t>(raw.high))
      .add(static_cast<int64_t>(raw.low))
      .add(repeat)
      .hash();
}

}  // namespace

FileImport::FileImport(std::string path, const FileImportContext& context, ImportBatch& batch, EventDecider& decider)
    : path_(std::move(path)),
      context_(context),
      batch_(batch),
      decider_(decider),
      mapper_(*context.mapping, context.map) {
  batch_.files.emplace_back();
  batch_.files.back().path = path_;
}

Status FileImport::run() {
  readers::ReadOptions options;
  options.format = context_.mapping->format;
  KENKO_TRY_STATUS(readers::read_records(path_, options, *this));
  KENKO_TRY_STATUS(std::move(failure_));
  return decide();
}

Status FileImport::columns(std::span<const std::string_view> names) {
  Problems problems = mapping::check_columns(*context_.mapping, path_, names);
  if (has_errors(problems)) return problems;
  return Done{};
}

bool FileImport::record(const mapping::RawRecord& record) {
  const Hash128 raw = hasher_.hash(record);
  const int64_t repeat = repeats_[raw]++;
  state::FileCounts& counts = batch_.files.back();
  ++counts.read;
  mapper_.map_record(record, raw, repeat, mapped_);
  batch_.rounded += mapped_.rounded;
  switch (mapped_.outcome) {
    case mapping::Outcome::rejected:
      reject(std::move(mapped_.reject), raw, repeat, mapping::to_json(record));
      break;
    case mapping::Outcome::ignored:
      ++counts.filtered;
      accept(raw, repeat);
      break;
    case mapping::Outcome::mapped:
      break;
  }
  take(record, raw, repeat);
  if (counts.read % kProgressRows == 0 && context_.progress) context_.progress(counts.read);
  if (rows_.size() < context_.chunk_rows) return true;
  failure_ = decide();
  return failure_.ok();
}

bool FileImport::bad_row(readers::BadRow row) {
  state::FileCounts& counts = batch_.files.back();
  ++counts.read;
  const Hash128 raw = PartsHash().add("bad row").add(row.raw).hash();
  const int64_t repeat = repeats_[raw]++;
  reject(std::move(row.reject), raw, repeat, std::move(row.raw));
  return true;
}

void FileImport::reject(mapping::Reject reject, const Hash128& raw, int64_t repeat, std::string text) {
  ++batch_.files.back().rejected;
  batch_.rejects.push_back({record_name(context_.map.source, raw, repeat), context_.map.source, path_, reject.line,
                            std::move(reject.field), std::move(reject.code), std::move(reject.message),
                            std::move(text)});
}

// The record's old reject goes, should it have one.
void FileImport::accept(const Hash128& raw, int64_t repeat) {
  if (context_.stored_rejects) batch_.accepted.push_back(record_name(context_.map.source, raw, repeat));
}

// Moves the facts of a record into the chunk.  Records without facts come too when they can have given events before.
void FileImport::take(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat) {
  const bool counts = mapped_.outcome == mapping::Outcome::mapped;
  if (!counts && context_.rule_names.empty()) return;
  if (counts) {
    accept(raw, repeat);
    see(mapped_.facts);
  }
  const uint32_t row = static_cast<uint32_t>(rows_.size());
  rows_.push_back({{}, counts});
  const size_t first = candidates_.size();
  if (counts) {
    for (facts::EventFact& event : mapped_.facts.events) {
      const Hash128 key = facts::event_key(event.source, event.event_id);
      const uint64_t content = facts::content_hash(event).low;
      candidates_.push_back({std::move(event), key, content, row});
    }
    facts::FactSet& rest = rows_.back().facts;
    rest.attributes.swap(mapped_.facts.attributes);
    rest.contracts.swap(mapped_.facts.contracts);
    rest.identities.swap(mapped_.facts.identities);
    rest.memberships.swap(mapped_.facts.memberships);
    rest.rates.swap(mapped_.facts.rates);
  }
  if (!context_.rule_names.empty()) look_for_given(record, raw, repeat, first);
}

void FileImport::look_for_given(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat,
                                size_t first_candidate) {
  mapper_.candidate_ids(record, raw, repeat, context_.rule_names, ids_);
  const uint32_t row = static_cast<uint32_t>(rows_.size() - 1);
  const auto add = [&](std::string_view source) {
    for (const std::string& id : ids_) {
      const Hash128 key = facts::event_key(source, id);
      const bool given_now = std::any_of(candidates_.begin() + static_cast<std::ptrdiff_t>(first_candidate),
                                         candidates_.end(), [&key](const Candidate& c) { return c.key == key; });
      if (!given_now) given_.push_back({key, raw, row});
    }
  };
  add(context_.map.source);
  // A rule may name the source itself; the record's events say which ones to look under.
  std::string_view other;
  for (size_t i = first_candidate; i < candidates_.size(); ++i) {
    const std::string& source = candidates_[i].event.source;
    if (source == context_.map.source || source == other) continue;
    other = source;
    add(other);
  }
}

void FileImport::see(const facts::FactSet& facts) {
  const auto of = [this](const std::string& source) -> SeenSource& {
    if (last_seen_ == nullptr || last_source_ != source) {
      last_source_ = source;
      last_seen_ = &seen_[source];
      last_name_.clear();
    }
    return *last_seen_;
  };
  for (const facts::EventFact& event : facts.events) {
    SeenSource& seen = of(event.source);
    if (event.deleted || event.name == last_name_) continue;
    last_name_ = event.name;
    if (!seen.names.contains(event.name)) seen.names.insert(event.name);
  }
  for (const facts::AttributeFact& fact : facts.attributes) {
    SeenSource& seen = of(fact.source);
    if (fact.kind != facts::EntityKind::account || !fact.value) continue;
    seen.attributes.try_emplace(fact.key, fact.value->type);
  }
  for (const facts::ContractFact& fact : facts.contracts) (void)of(fact.source);
}

Status FileImport::decide() {
  std::vector<uint8_t> fates(rows_.size(), 0);
  KENKO_TRY(const int64_t deleted,
            decider_.decide(candidates_, given_, context_.known_by_column, context_.mapping->fingerprint, fates));
  batch_.files.back().deleted += deleted;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].counts) batch_.add_row(fates[i], rows_[i].facts);
  }
  candidates_.clear();
  given_.clear();
  rows_.clear();
  return context_.make_room ? context_.make_room() : Done{};
}

}  // namespace kenko::app

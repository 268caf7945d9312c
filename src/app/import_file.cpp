#include "app/import_file.h"

#include <algorithm>
#include <utility>

#include "app/record_name.h"
#include "mapping/read_mapping.h"

namespace kenko::app {
namespace {

constexpr int64_t kProgressRows = 20'000;
constexpr size_t kAhead = 16;          // how many rows earlier memory is asked for
constexpr size_t kMostUndecided = 40;  // batches; bounds the memory where few of many rows give anything

// Equal records have equal fates.  So where ids come from columns, no accepted record needs to know how many equal ones
// stand before it, unless its name or the ids under which it may be stored already do.
bool needs_repeats(const FileImportContext& context) {
  const std::vector<mapping::Rule>& rules = context.what.mapping->rules;
  return context.stored_rejects || !context.what.rule_names.empty() ||
         std::any_of(rules.begin(), rules.end(), [](const mapping::Rule& rule) {
           return rule.kind == mapping::RuleKind::event && rule.event.id.empty();
         });
}

}  // namespace

FileImport::FileImport(std::string path, const FileImportContext& context, ImportBatch& batch, EventDecider& decider)
    : path_(std::move(path)),
      context_(context),
      batch_(batch),
      decider_(decider),
      counts_repeats_(needs_repeats(context)),
      ahead_(context.what) {
  batch_.files.emplace_back();
  batch_.files.back().path = path_;
}

Status FileImport::run() {
  readers::ReadOptions options;
  options.format = context_.what.mapping->format;
  KENKO_TRY_STATUS(readers::read_records(path_, options, *this));
  KENKO_TRY_STATUS(std::move(failure_));
  if (open_ != nullptr) ahead_.submit(std::move(open_));
  while (ahead_.waiting() > 0) {
    KENKO_TRY_STATUS(settle_first());
  }
  return decide();
}

Status FileImport::columns(std::span<const std::string_view> names) {
  Problems problems = mapping::check_columns(*context_.what.mapping, path_, names);
  if (has_errors(problems)) return problems;
  return Done{};
}

RecordBatch& FileImport::open_batch() {
  if (open_ == nullptr) {
    open_ = ahead_.fresh();
    open_->records.clear(names_);
  }
  return open_->records;
}

bool FileImport::record(const mapping::RawRecord& record) {
  if (names_ == nullptr || !names_->are_of(record)) {
    if (open_ != nullptr && !submit()) return false;
    names_ = std::make_shared<const RecordNames>(record);
  }
  RecordBatch& records = open_batch();
  records.add(record);
  return !records.full() || submit();
}

bool FileImport::bad_row(readers::BadRow row) {
  RecordBatch& records = open_batch();
  records.add(std::move(row));
  return !records.full() || submit();
}

// Gives the open batch away, and settles those that are ready or too many.  False = a failure.
bool FileImport::submit() {
  ahead_.submit(std::move(open_));
  while (failure_.ok() && ahead_.waiting() > ahead_.limit()) failure_ = settle_first();
  return failure_.ok();
}

Status FileImport::settle_first() {
  undecided_.push_back(ahead_.take());
  return settle(*undecided_.back());
}

Status FileImport::settle(MapJob& job) {
  see(job.mapped);
  const std::vector<MappedRow>& rows = job.mapped.rows;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (counts_repeats_ && i + kAhead < rows.size()) repeats_.prefetch(rows[i + kAhead].raw);
    settle_row(job, i);
    if (++read_ % kProgressRows == 0 && context_.progress) context_.progress(read_);
    if (rows_.size() >= context_.chunk_rows) {
      KENKO_TRY_STATUS(decide());
    }
  }
  return undecided_.size() < kMostUndecided ? Done{} : decide();
}

void FileImport::settle_row(MapJob& job, size_t i) {
  MappedBatch* from = &job.mapped;
  const MappedRow& row = job.mapped.rows[i];
  const Hash128 raw = row.raw;
  const bool bad = job.records.bad_row(i) != nullptr;
  const bool rejected = row.outcome == mapping::Outcome::rejected;
  const int64_t repeat = counts_repeats_ || rejected ? repeats_.count(raw) : 0;
  if (repeat > 0 && !bad) {
    // It was mapped as the first one of its kind.
    ahead_.own_mapper().map_one(job.records.record(i), raw, repeat, job.repeats);
    from = &job.repeats;
    i = job.repeats.rows.size() - 1;
  }
  state::FileCounts& counts = batch_.files.back();
  ++counts.read;
  batch_.rounded += row.rounded;
  switch (row.outcome) {
    case mapping::Outcome::rejected:
      reject(from->rejects[from->rows[i].reject - 1], raw, repeat);
      break;
    case mapping::Outcome::ignored:
      ++counts.filtered;
      accept(raw, repeat);
      break;
    case mapping::Outcome::mapped:
      accept(raw, repeat);
      break;
  }
  take(*from, i, !context_.what.rule_names.empty() && !bad);
}

// Puts what a row gave into the chunk.  Rows without facts come too when they can have given events before.
void FileImport::take(MappedBatch& from, size_t i, bool looks_back) {
  const MappedRow& row = from.rows[i];
  const bool counts = row.outcome == mapping::Outcome::mapped;
  if (!counts && !looks_back) return;
  const auto place = static_cast<uint32_t>(rows_.size());
  rows_.push_back({&from, row.rest, counts});
  if (row.rest != 0) see(from.rests[row.rest - 1]);
  for (uint32_t e = from.first_event(i); e < row.event_end; ++e) candidates_.push_back({&from.events, e, place});
  for (uint32_t g = from.first_given(i); g < row.given_end; ++g) {
    given_.push_back({from.given[g].key, from.given[g].raw, place});
  }
}

void FileImport::reject(MappedBatch::Rejected& rejected, const Hash128& raw, int64_t repeat) {
  ++batch_.files.back().rejected;
  const std::string& source = context_.what.context.source;
  mapping::Reject& why = rejected.why;
  batch_.rejects.push_back({record_name(source, raw, repeat), source, path_, why.line, std::move(why.field),
                            std::move(why.code), std::move(why.message), std::move(rejected.text)});
}

// The record's old reject goes, should it have one.
void FileImport::accept(const Hash128& raw, int64_t repeat) {
  if (context_.stored_rejects) batch_.accepted.push_back(record_name(context_.what.context.source, raw, repeat));
}

SeenSource& FileImport::seen_source(std::string_view source) {
  const auto known = seen_.find(source);
  return known != seen_.end() ? known->second : seen_[std::string(source)];
}

void FileImport::see(const MappedBatch& batch) {
  for (const auto& [source, name] : batch.seen) {
    SeenSource& seen = seen_source(batch.events.word(source));
    if (name != 0) seen.names.emplace(batch.events.word(name));
  }
}

void FileImport::see(const facts::FactSet& facts) {
  for (const facts::AttributeFact& fact : facts.attributes) {
    SeenSource& seen = seen_source(fact.source);
    if (fact.kind != facts::EntityKind::account || !fact.value) continue;
    seen.attributes.try_emplace(fact.key, fact.value->type);
  }
  for (const facts::ContractFact& fact : facts.contracts) seen_source(fact.source);
}

Status FileImport::decide() {
  std::vector<uint8_t> fates(rows_.size(), 0);
  KENKO_TRY(const int64_t deleted,
            decider_.decide(candidates_, given_, context_.known_by_column, context_.what.mapping->fingerprint, fates));
  batch_.files.back().deleted += deleted;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    if (row.counts) batch_.add_row(fates[i], row.rest == 0 ? nullptr : &row.from->rests[row.rest - 1]);
  }
  candidates_.clear();
  given_.clear();
  rows_.clear();
  // All but the last job are through; of the last one, rows may be left.
  while (undecided_.size() > 1) {
    ahead_.give_back(std::move(undecided_.front()));
    undecided_.erase(undecided_.begin());
  }
  return context_.make_room ? context_.make_room() : Done{};
}

}  // namespace kenko::app

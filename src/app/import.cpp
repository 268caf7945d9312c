#include "app/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/compact.h"
#include "app/finish_killed.h"
#include "app/import_batch.h"
#include "app/import_file.h"
#include "app/import_source.h"
#include "app/portfolio.h"
#include "app/seal.h"
#include "app/segment_writing.h"
#include "readers/inputs.h"
#include "segments/manifest.h"
#include "segments/writer.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

constexpr size_t kChunkRows = 100'000;  // decided at a time

// One command: reads the files one after the other, commits whenever enough whole files are waiting.  Small files share
// a commit and a segment, a large file has several segments and one commit.
class Importer {
 public:
  Importer(const Workspace& workspace, const ImportRequest& request, ImportPlan plan, Instant now,
           const std::function<void(const ImportProgress&)>& progress)
      : workspace_(workspace), request_(request), plan_(std::move(plan)), now_(now), progress_(progress) {
    report_.dry_run = request.dry_run;
  }

  Result<ImportReport> run(const std::vector<std::string>& files) {
    prepare(files);
    KENKO_TRY_STATUS(open());
    for (size_t i = 0; i < files.size(); ++i) {
      KENKO_TRY_STATUS(import_file(i));
      if (!one_unit_ && batch_.size() >= batch_rows()) {
        KENKO_TRY_STATUS(commit());
      }
    }
    KENKO_TRY_STATUS(refuse_incomplete_snapshot());
    KENKO_TRY_STATUS(commit());
    KENKO_TRY_STATUS(refresh_cache());
    finish_report();
    return std::move(report_);
  }

 private:
  struct Input {
    std::string path;
    std::shared_ptr<const mapping::Mapping> mapping;
    Problems problems;
  };

  // Finds the mapping of each file before anything is read: what is wrong with one is known early.
  void prepare(const std::vector<std::string>& files) {
    for (const std::string& path : files) {
      Input& input = inputs_.emplace_back();
      input.path = path;
      input.mapping = plan_.mapping;
      if (input.mapping == nullptr) find_own_mapping(input);
      if (input.mapping == nullptr) continue;
      if (!request_.as_of && mapping::needs_as_of(*input.mapping, path)) {
        Problem problem;
        problem.code = "needs-as-of";
        problem.place.file = path;
        problem.message = "it is a snapshot, and neither its rows nor the command say of which day";
        problem.hint = "add --as-of YYYY-MM-DD, the day on which it was true";
        input.problems.push_back(std::move(problem));
      }
      for (const mapping::Rule& rule : input.mapping->rules) {
        one_unit_ = one_unit_ || (rule.kind == mapping::RuleKind::attributes && rule.attributes.is_snapshot() &&
                                  mapping::applies_to_file(rule, path));
      }
    }
  }

  void find_own_mapping(Input& input) {
    constexpr int64_t kSampleRows = 200;
    const auto sample = readers::read_sample(input.path, {}, kSampleRows);
    if (!sample.ok()) {
      input.problems = sample.problems();
      return;
    }
    const std::vector<std::string_view> columns(sample->columns.begin(), sample->columns.end());
    using mapping::FileType;
    const bool more = sample->format.type == FileType::json || sample->format.type == FileType::ndjson;
    auto own = own_mapping_for(columns, input.path, workspace_.settings, more);
    if (own.ok()) {
      input.mapping = *own;
    } else {
      input.problems = own.problems();
    }
  }

  Status open() {
    if (request_.dry_run) {
      KENKO_TRY(database_, open_state(workspace_.dir));
    } else {
      KENKO_TRY(lock_, state::WriteLock::acquire(workspace_.dir));
      KENKO_TRY(database_, state::Database::open_for_writing(workspace_.dir));
      KENKO_TRY_STATUS(finish_killed(workspace_.dir, *database_));
      KENKO_TRY_STATUS(remove_replaced(workspace_.dir, *database_, now_));
      // What arrived one by one came before.
      KENKO_TRY([[maybe_unused]] const SealReport sealed, seal_intake(workspace_.dir, *database_, now_));
    }
    KENKO_TRY_STATUS(open_index());
    if (!database_) return Done{};
    if (request_.dry_run) KENKO_TRY_STATUS(look_at_intake());
    KENKO_TRY(first_seq_, database_->next_seq());
    next_seq_ = first_seq_;
    KENKO_TRY(stored_rules_, database_->rule_names(plan_.source));
    KENKO_TRY(const state::FactCounts counts, database_->counts());
    stored_rejects_ = counts.rejects > 0;
    if (!request_.dry_run) {
      KENKO_TRY(writer_, segments::Writer::open(workspace_.dir, live_));
      writing_.emplace(*writer_);
    }
    return Done{};
  }

  // The segments that count, and those written for the batch at hand.
  Status open_index() {
    live_ = {};
    if (database_) {
      KENKO_TRY(live_, database_->snapshot());
    }
    KENKO_TRY(index_, segments::KeyIndex::open(workspace_.dir, live_));
    for (const segments::WrittenSegment& written : batch_.segments) {
      KENKO_TRY_STATUS(index_->add(written.segment, written.keys));
    }
    return Done{};
  }

  // A dry run seals nothing: events of the intake are decided before, as it were.
  Status look_at_intake() {
    KENKO_TRY(const state::IntakeEvents intake, database_->load_intake());
    for (const facts::EventFact& event : intake.events) batch_.events.add(event);
    in_intake_ = batch_.events.size();
    return Done{};
  }

  // Problems of the file go into the report; what is returned ends the command.
  Status import_file(size_t number) {
    Input& input = inputs_[number];
    show_progress(input.path, 0);
    BatchMark mark = batch_.mark();
    if (writing_) mark.segments += writing_->segments();
    const size_t report_index = report_.files.size();
    report_.files.emplace_back();
    report_.files.back().counts.path = input.path;
    report_.files.back().problems = input.problems;
    if (input.problems.empty()) {
      FileImportContext context = context_of(input, mark);
      const PendingEvents* const nothing = nullptr;
      EventDecider decider(reader_, *index_, batch_.events, writing_ ? writing_->events() : nothing, now_, next_seq_);
      FileImport file(input.path, context, batch_, decider);
      Status status = file.run();
      if (!fatal_.ok()) return std::move(fatal_);
      if (status.ok()) {
        for (const auto& [source, seen] : file.seen()) seen_[source].merge(seen);
        rows_done_ += batch_.files.back().read;
        waiting_files_.push_back(report_index);
      } else {
        report_.files.back().problems = std::move(status).problems();
        KENKO_TRY_STATUS(roll_back(mark));
      }
    }
    ++files_done_;
    show_progress(input.path, 0);
    return Done{};
  }

  FileImportContext context_of(const Input& input, BatchMark& mark) {
    FileImportContext context;
    context.what.mapping = input.mapping;
    mapping::MapContext& map = context.what.context;
    map.source = plan_.source;
    map.zone = workspace_.settings.time_zone;
    map.as_of = request_.as_of;
    map.scope = request_.scope;
    map.now = now_;
    map.file_name = input.path;
    context.chunk_rows = std::min(kChunkRows, batch_rows());
    context.stored_rejects = stored_rejects_;
    context.known_by_column = input.mapping->known_at == facts::KnownAt::column;
    known_by_column_ = context.known_by_column;
    // Without stored events nothing can have been given before.
    if (index_->size() > 0 && !stored_rules_.empty()) context.what.rule_names = stored_rules_;
    for (const mapping::Rule& rule : input.mapping->rules) {
      if (rule.kind == mapping::RuleKind::event) rules_.insert({plan_.source, rule.name});
    }
    context.make_room = [this, &mark] { return make_room(mark); };
    context.progress = [this, &input](int64_t rows) { show_progress(input.path, rows); };
    return context;
  }

  Status roll_back(const BatchMark& mark) {
    KENKO_TRY_STATUS(await_segments());
    const bool segments_gone = batch_.segments.size() > mark.segments;
    batch_.roll_back(mark);
    return segments_gone ? open_index() : Done{};
  }

  // Begins to move pending events into segments; those of finished files and of the file at hand never share one, so
  // that the file can still be given up.  A failure here ends the command: the disk, not the file, is at fault.
  Status make_room(BatchMark& mark) {
    if (batch_.events.size() < batch_rows() || request_.dry_run) return Done{};
    fatal_ = await_segments();
    if (!fatal_.ok()) return fatal_;
    writing_->begin(batch_.events, mark.events, now_);
    if (mark.events > 0) ++mark.segments;
    mark.events = 0;
    return Done{};
  }

  // Waits for the segments that are being written, which then are found by their key files.
  Status await_segments() {
    if (!writing_) return Done{};
    KENKO_TRY(std::vector<segments::WrittenSegment> written, writing_->finish());
    for (segments::WrittenSegment& segment : written) {
      KENKO_TRY_STATUS(index_->add(segment.segment, segment.keys));
      batch_.segments.push_back(std::move(segment));
    }
    return Done{};
  }

  Status refuse_incomplete_snapshot() {
    if (!one_unit_) return Done{};
    Problems problems;
    for (const ImportReport::File& file : report_.files) {
      problems.insert(problems.end(), file.problems.begin(), file.problems.end());
    }
    if (!has_errors(problems)) return Done{};
    Problem problem;
    problem.code = "snapshot-incomplete";
    problem.message = "the files of a snapshot belong together, and not all could be read: nothing was imported";
    problem.hint = "mend the files above, or leave them out";
    problems.push_back(std::move(problem));
    return problems;
  }

  // Whom the snapshot before this one names: the last one of the command itself, else the stored one.
  Result<std::vector<std::string>> named_before(const state::Batch& batch, const state::SnapshotTake& take) {
    const state::SnapshotTake* before = nullptr;
    for (const state::SnapshotTake& other : batch.snapshots) {
      if (other.source != take.source || other.scope != take.scope || other.day >= take.day) continue;
      if (before == nullptr || before->day < other.day) before = &other;
    }
    if (before == nullptr) return database_->snapshot_entities(take.source, take.scope, take.day);
    std::set<std::string> entities;
    for (const facts::AttributeFact& fact : before->rows) entities.insert(fact.entity_ref);
    return std::vector<std::string>(entities.begin(), entities.end());
  }

  // More than 10 % and at least 5 accounts gone since the snapshot before: more likely half an export than half the
  // company.
  Status check_vanished(const state::Batch& batch) {
    if (request_.force) return Done{};
    constexpr size_t kLeast = 5;
    Problems problems;
    for (const state::SnapshotTake& take : batch.snapshots) {
      KENKO_TRY(const std::vector<std::string> before, database_->snapshot_entities(take.source, take.scope, take.day));
      std::set<std::string_view> named;
      for (const facts::AttributeFact& fact : take.rows) named.insert(fact.entity_ref);
      std::vector<std::string> gone;
      for (const std::string& entity : before) {
        if (!named.contains(entity)) gone.push_back(entity);
      }
      if (gone.size() < kLeast || gone.size() * 10 <= before.size()) continue;
      Problem problem;
      problem.code = "many-vanished";
      problem.message =
          fmt::format("{} of the {} accounts that the snapshot before named are not in that of {}: {}, {}, ...",
                      gone.size(), before.size(), take.day.iso(), gone[0], gone[1]);
      problem.hint = "is the export complete?  --force takes it, --scope NAME says which part of the company it is";
      problems.push_back(std::move(problem));
    }
    if (problems.empty()) return Done{};
    return problems;
  }

  // Order: segments on disk, kenko.yaml (which may name what is not there yet), then one transaction that makes it all
  // count.
  Status commit() {
    if (batch_.empty()) return Done{};
    state::Batch batch;
    batch_.fill(batch);
    if (database_) {
      KENKO_TRY(const state::Outcomes outcomes, database_->classify(batch));
      KENKO_TRY_STATUS(check_vanished(batch));
      batch_.settle(outcomes, now_, known_by_column_, batch);
    } else {
      batch_.settle(all_added(batch), now_, known_by_column_, batch);
    }
    if (plan_.mapping != nullptr) seen_.try_emplace(plan_.source);
    KENKO_TRY(const auto changes, register_sources(workspace_, plan_, seen_, !request_.dry_run));
    if (request_.dry_run) report_.changes.clear();  // what was said before is said again
    report_.changes.insert(report_.changes.end(), changes.begin(), changes.end());
    const bool facts_added =
        batch_.events.size() > in_intake_ || std::any_of(batch_.files.begin(), batch_.files.end(), changes_facts);
    if (!request_.dry_run) {
      KENKO_TRY_STATUS(await_segments());
      writing_->begin(batch_.events, 0, now_);
      KENKO_TRY_STATUS(await_segments());
      batch.command = request_.command;
      batch.at = now_;
      batch.first_seq = first_seq_;
      batch.end_seq = next_seq_;
      KENKO_TRY(batch.catalog, writer_->prepare(batch_.segments));
      for (const state::Reject& reject : batch_.rejects) ++rejects_[reject.code];
      stored_rejects_ = stored_rejects_ || !batch_.rejects.empty();
      batch.rejects = std::move(batch_.rejects);
      batch.accepted = std::move(batch_.accepted);
      batch.files = batch_.files;
      batch.rules.assign(rules_.begin(), rules_.end());
      KENKO_TRY(const state::CommitReport done, database_->commit(batch));
      first_seq_ = next_seq_ = done.next_seq;
      report_.facts_changed = report_.facts_changed || done.facts_changed;
      KENKO_TRY_STATUS(after_commit());
    } else {
      for (const state::Reject& reject : batch_.rejects) ++rejects_[reject.code];
      report_.facts_changed = report_.facts_changed || facts_added;
    }
    take_counts();
    return Done{};
  }

  // The key files may have been merged, so the index is opened again.
  Status after_commit() {
    if (batch_.segments.empty()) return Done{};
    batch_.segments.clear();
    KENKO_TRY_STATUS(open_index());
    writer_->committed(live_);
    return segments::publish_manifest(workspace_.dir, live_);
  }

  static bool changes_facts(const state::FileCounts& file) { return file.added + file.corrected + file.deleted > 0; }

  // What a commit into an empty state would say.
  static state::Outcomes all_added(const state::Batch& batch) {
    const auto added = [](size_t n) { return std::vector<state::Outcome>(n, state::Outcome::added); };
    state::Outcomes outcomes{added(batch.attributes.size()), added(batch.contracts.size()),
                             added(batch.identities.size()), added(batch.memberships.size()),
                             added(batch.rates.size()),      {}};
    for (const state::SnapshotTake& take : batch.snapshots) outcomes.snapshots.push_back(added(take.rows.size()));
    return outcomes;
  }

  // Moves the batch's counts into the report and begins a new one.
  void take_counts() {
    for (size_t i = 0; i < waiting_files_.size(); ++i) report_.files[waiting_files_[i]].counts = batch_.files[i];
    waiting_files_.clear();
    report_.rounded += batch_.rounded;
    PendingEvents decided = std::move(batch_.events);
    if (!request_.dry_run) decided.clear();  // on a dry run they are not stored, so still to be looked at
    batch_ = ImportBatch();
    batch_.events = std::move(decided);
    in_intake_ = batch_.events.size();
  }

  Status refresh_cache() {
    for (const auto& [source, seen] : seen_) report_.sources.push_back(source);
    if (request_.dry_run || !report_.facts_changed || !request_.refresh_cache) return Done{};
    KENKO_TRY(const facts::Settings settings, read_settings_file(workspace_.dir));
    KENKO_TRY(const facts::Portfolio portfolio, load_portfolio(workspace_.dir, *database_, settings));
    report_.unmatched_events = 0;
    for (const facts::Unmatched& unmatched : portfolio.unmatched) {
      if (seen_.contains(unmatched.source)) *report_.unmatched_events += unmatched.events;
    }
    return Done{};
  }

  void finish_report() {
    for (const ImportReport::File& file : report_.files) {
      report_.total.read += file.counts.read;
      report_.total.added += file.counts.added;
      report_.total.already += file.counts.already;
      report_.total.corrected += file.counts.corrected;
      report_.total.rejected += file.counts.rejected;
      report_.total.filtered += file.counts.filtered;
      report_.total.deleted += file.counts.deleted;
    }
    report_.rejects.assign(rejects_.begin(), rejects_.end());
    std::stable_sort(report_.rejects.begin(), report_.rejects.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
  }

  [[nodiscard]] size_t batch_rows() const { return static_cast<size_t>(request_.batch_rows); }

  void show_progress(const std::string& path, int64_t rows_of_file) {
    if (progress_) progress_({files_done_, static_cast<int64_t>(inputs_.size()), rows_done_ + rows_of_file, path});
  }

  const Workspace& workspace_;
  const ImportRequest& request_;
  ImportPlan plan_;
  Instant now_;
  const std::function<void(const ImportProgress&)>& progress_;

  std::vector<Input> inputs_;
  bool one_unit_ = false;  // all files are one commit, because together they are a snapshot
  bool known_by_column_ = false;
  std::optional<state::WriteLock> lock_;
  std::optional<state::Database> database_;  // none: a dry run in a workspace without facts
  std::optional<segments::KeyIndex> index_;
  segments::VersionReader reader_{workspace_.dir};
  std::optional<segments::Writer> writer_;
  std::optional<SegmentWriting> writing_;  // into segments of the batch
  ports::Snapshot live_;
  std::vector<std::string> stored_rules_;
  bool stored_rejects_ = false;
  std::set<state::RuleName> rules_;
  std::map<std::string, SeenSource> seen_;
  ImportBatch batch_;
  size_t in_intake_ = 0;               // events of the batch that are not of this command; 0 but on a dry run
  std::vector<size_t> waiting_files_;  // places in the report of the files of the batch
  int64_t first_seq_ = 1, next_seq_ = 1;
  int64_t files_done_ = 0, rows_done_ = 0;
  std::map<std::string, int64_t> rejects_;
  Status fatal_ = Done{};
  ImportReport report_;
};

}  // namespace

bool ImportReport::has_faults() const {
  return std::any_of(files.begin(), files.end(), [](const File& file) { return has_errors(file.problems); });
}

Result<ImportReport> import_files(const Workspace& workspace, const ImportRequest& request, const ports::Clock& clock,
                                  const std::function<void(const ImportProgress&)>& progress) {
  KENKO_TRY(ImportPlan plan, plan_import(workspace, request));
  KENKO_TRY(const std::vector<std::string> files, readers::expand_inputs(request.inputs));
  return Importer(workspace, request, std::move(plan), clock.now(), progress).run(files);
}

}  // namespace kenko::app

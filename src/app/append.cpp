#include "app/append.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "app/finish_killed.h"
#include "app/import_batch.h"
#include "app/import_events.h"
#include "app/import_source.h"
#include "app/line_mapper.h"
#include "app/record_name.h"
#include "app/sealer.h"
#include "segments/key_index.h"
#include "segments/properties_json.h"
#include "segments/row_locator.h"
#include "state/intake.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

constexpr std::string_view kInputName = "standard input";
constexpr uint64_t kManyIds = 1'000'000;  // of so many, what says that an id is new is read ahead

Problem problem_of(std::string code, std::string message, std::string hint) {
  Problem problem;
  problem.code = std::move(code);
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  return problem;
}

void append_member(std::string& out, std::string_view key, std::string_view text) {
  out += fmt::format(",\"{}\":", key);
  segments::append_json_text(out, text);
}

/// What a line of the group came to, before it is decided and after.
struct GroupLine {
  int64_t number = 0;
  mapping::Outcome outcome = mapping::Outcome::mapped;
  bool has_deletion = false;
  facts::FactSet facts;  // without events
  mapping::Reject reject;
  std::string hint;
};

std::string answer_of(const GroupLine& line, const state::FileCounts& counts, uint8_t fate) {
  std::string_view status = "already";
  if (line.outcome == mapping::Outcome::rejected) {
    status = "rejected";
  } else if (counts.filtered > 0) {
    status = (fate & kDeleted) != 0 ? "deleted" : "filtered";
  } else if (line.has_deletion && (fate & (kAdded | kCorrected)) != 0) {
    status = "deleted";
  } else if (counts.corrected > 0) {
    status = "corrected";
  } else if (counts.added > 0) {
    status = "added";
  }
  std::string out = fmt::format("{{\"line\":{},\"status\":\"{}\"", line.number, status);
  if (line.outcome == mapping::Outcome::rejected) {
    out += ",\"problems\":[{\"code\":";
    segments::append_json_text(out, line.reject.code);
    append_member(out, "field", line.reject.field);
    append_member(out, "message", line.reject.message);
    append_member(out, "hint", line.hint);
    out += "}]";
  }
  return out + "}\n";
}

Status check_plan(const ImportPlan& plan) {
  if (plan.mapping == nullptr) return Done{};
  for (const mapping::Rule& rule : plan.mapping->rules) {
    if (rule.kind != mapping::RuleKind::attributes || !rule.attributes.is_snapshot()) continue;
    Problem problem =
        problem_of("append-snapshot", fmt::format("the rule `{}` makes snapshots, which come as a whole", rule.name),
                   "import snapshots from files, or give the rule a `valid_from`");
    problem.place = rule.place;
    return problem;
  }
  return Done{};
}

class Appender {
 public:
  Appender(const Workspace& workspace, const AppendRequest& request, ImportPlan plan, const ports::Clock& clock)
      : workspace_(workspace),
        request_(request),
        plan_(std::move(plan)),
        clock_(clock),
        mapper_(workspace.settings, plan_, clock.now()) {}

  Status open() {
    KENKO_TRY(lock_, state::WriteLock::acquire(workspace_.dir));
    KENKO_TRY(database_, state::Database::open_for_writing(workspace_.dir));
    KENKO_TRY_STATUS(finish_killed(workspace_.dir, *database_));
    KENKO_TRY(const int64_t waiting, database_->count_intake());
    if (waiting > 2 * request_.seal_after) {  // more than is to be kept in memory
      KENKO_TRY_STATUS(database_->tidy_intake());
      KENKO_TRY(const SealReport sealed, seal_intake(workspace_.dir, *database_, clock_.now()));
      report_.sealed += sealed.events;
    }
    KENKO_TRY(intake_, state::Intake::open(workspace_.dir, *database_));
    KENKO_TRY(state::IntakeEvents stored, database_->load_intake());
    for (const facts::EventFact& event : stored.events) pending_->add(event);
    KENKO_TRY(stored_rules_, database_->rule_names(plan_.source));
    KENKO_TRY(rejected_, database_->rejected_records());
    saved_rules_.insert(stored_rules_.begin(), stored_rules_.end());
    KENKO_TRY(live_, database_->snapshot());
    KENKO_TRY(index_, segments::KeyIndex::open(workspace_.dir, live_, &keys_));
    sealer_.emplace(workspace_.dir, keys_);
    const bool large = std::any_of(live_.segments.begin(), live_.segments.end(), segments::needs_locator);
    if (large || index_->size() > kManyIds) sealer_->merge(clock_.now(), false);
    if (live_.segments.empty()) return Done{};
    return reader_.open();
  }

  Status run(LineInput& input, const AnswerSink& answer) {
    while (true) {
      KENKO_TRY(const std::vector<InputLine> lines, input.read(static_cast<size_t>(request_.group)));
      if (lines.empty()) break;
      KENKO_TRY(const std::string answers, take(lines));
      KENKO_TRY_STATUS(answer(answers));
      KENKO_TRY_STATUS(seal());
    }
    sealer_->hurry();
    if (sealer_->is_sealing()) KENKO_TRY_STATUS(finish_sealing());
    return sealer_->is_merging() ? finish_merging() : Done{};
  }

  AppendReport report() { return std::move(report_); }

 private:
  // One group: mapped, decided, committed.  Gives the answers.
  Result<std::string> take(const std::vector<InputLine>& lines) {
    const Instant now = clock_.now();
    ImportBatch batch;
    std::vector<GroupLine> group;
    candidates_.clear();
    mapped_events_.clear();
    given_.clear();
    for (const InputLine& line : lines) map(line, now, group, batch);

    const size_t before = pending_->size();
    std::vector<uint8_t> fates(group.size(), 0);
    KENKO_TRY(int64_t next_seq, intake_->reserve(static_cast<int64_t>(candidates_.size() + given_.size())));
    const PendingEvents* const leaving = leaving_.get();
    EventDecider decider(reader_, *index_, *pending_, leaving, now, next_seq);
    KENKO_TRY(const int64_t deleted, decider.decide(candidates_, given_, known_by_column(), fingerprint(), fates));
    for (size_t i = 0; i < group.size(); ++i) {
      state::FileCounts& counts = batch.files.emplace_back();
      counts.read = 1;
      if (group[i].outcome == mapping::Outcome::rejected) ++counts.rejected;
      if (group[i].outcome == mapping::Outcome::ignored) ++counts.filtered;
      if (group[i].outcome == mapping::Outcome::mapped) batch.add_row(fates[i], &group[i].facts);
    }
    KENKO_TRY_STATUS(register_new());
    KENKO_TRY_STATUS(commit(batch, now));
    std::vector<facts::EventFact> fresh;
    for (size_t i = before; i < pending_->size(); ++i) fresh.push_back(pending_->rows().fact(i));
    KENKO_TRY_STATUS(intake_->wait(intake_->submit(std::move(fresh))));

    std::string answers;
    for (size_t i = 0; i < group.size(); ++i) {
      answers += answer_of(group[i], batch.files[i], fates[i]);
      count(batch.files[i]);
    }
    report_.total.deleted += deleted;
    ++report_.groups;
    return answers;
  }

  void map(const InputLine& input, Instant now, std::vector<GroupLine>& group, ImportBatch& batch) {
    MappedLine& mapped = mapper_.map(input, now);
    const uint32_t row = static_cast<uint32_t>(group.size());
    GroupLine& line = group.emplace_back();
    line.number = input.number;
    line.outcome = mapped.mapped.outcome;
    const Hash128 record = record_name(plan_.source, mapped.raw, mapped.repeat);
    if (line.outcome == mapping::Outcome::rejected) {
      line.reject = mapped.mapped.reject;
      line.hint = mapped.hint;
      batch.rejects.push_back({record, plan_.source, std::string(kInputName), input.number, line.reject.field,
                               line.reject.code, line.reject.message, mapped.text});
    } else if (rejected_.contains(record)) {
      batch.accepted.push_back(record);
    }
    const size_t first = candidates_.size();
    if (line.outcome == mapping::Outcome::mapped) {
      facts::FactSet& facts = mapped.mapped.facts;
      see(facts);
      for (const facts::EventFact& event : facts.events) {
        line.has_deletion = line.has_deletion || event.deleted;
        mapped_events_.add(event);
        candidates_.push_back({&mapped_events_, static_cast<uint32_t>(mapped_events_.size() - 1), row});
      }
      facts.events.clear();
      line.facts = std::move(facts);
      facts = {};
    }
    if (mapped.is_record && !stored_rules_.empty()) look_for_given(mapped, row, first);
  }

  // Events that the record gave under an earlier mapping and does not give now.
  void look_for_given(const MappedLine& mapped, uint32_t row, size_t first) {
    mapper_.candidate_ids(stored_rules_, ids_);
    std::set<std::string_view> sources{plan_.source};
    for (size_t i = first; i < candidates_.size(); ++i) {
      sources.insert(mapped_events_.word(candidates_[i].event().source));
    }
    for (const std::string_view source : sources) {
      for (const std::string& id : ids_) {
        const Hash128 key = facts::event_key(source, id);
        const bool given_now = std::any_of(candidates_.begin() + static_cast<std::ptrdiff_t>(first), candidates_.end(),
                                           [&key](const Candidate& c) { return c.event().key == key; });
        if (!given_now) given_.push_back({key, mapped.raw, row});
      }
    }
  }

  void see(const facts::FactSet& facts) {
    for (const facts::EventFact& event : facts.events) {
      SeenSource& seen = seen_[event.source];
      if (!event.deleted && !seen.names.contains(event.name)) is_new_ = seen.names.insert(event.name).second;
    }
    for (const facts::AttributeFact& fact : facts.attributes) {
      SeenSource& seen = seen_[fact.source];
      if (fact.kind != facts::EntityKind::account || !fact.value) continue;
      if (seen.attributes.try_emplace(fact.key, fact.value->type).second) is_new_ = true;
    }
    for (const facts::ContractFact& fact : facts.contracts) (void)seen_[fact.source];
    is_new_ = is_new_ || seen_.size() != registered_sources_;
  }

  // kenko.yaml may name what is not there yet, never the other way round.
  Status register_new() {
    if (plan_.mapping != nullptr) {
      seen_.try_emplace(plan_.source);
      is_new_ = is_new_ || seen_.size() != registered_sources_;
    }
    if (!is_new_) return Done{};
    KENKO_TRY(const auto changes, register_sources(workspace_, plan_, seen_, true));
    report_.changes.insert(report_.changes.end(), changes.begin(), changes.end());
    registered_sources_ = seen_.size();
    is_new_ = false;
    return Done{};
  }

  // Everything of the group that is no event.
  Status commit(ImportBatch& batch, Instant now) {
    state::Batch out;
    batch.fill(out);
    for (const std::string& rule : mapper_.rules()) {
      if (!saved_rules_.contains(rule)) out.rules.push_back({plan_.source, rule});
    }
    const bool facts = out.attributes.size() + out.contracts.size() + out.identities.size() + out.memberships.size() +
                           out.rates.size() >
                       0;
    state::Outcomes outcomes;
    if (facts) {
      KENKO_TRY(outcomes, database_->classify(out));
    }
    batch.settle(outcomes, now, known_by_column(), out);
    if (!facts && out.rules.empty() && batch.rejects.empty() && batch.accepted.empty()) return Done{};
    out.at = now;
    KENKO_TRY(out.first_seq, database_->next_seq());
    out.end_seq = out.first_seq;
    for (const state::Reject& reject : batch.rejects) rejected_.insert(reject.record);
    for (const Hash128& record : batch.accepted) rejected_.erase(record);
    out.rejects = std::move(batch.rejects);
    out.accepted = std::move(batch.accepted);
    KENKO_TRY([[maybe_unused]] const state::CommitReport done, database_->commit(out));
    for (const state::RuleName& rule : out.rules) saved_rules_.insert(rule.rule);
    return Done{};
  }

  void count(const state::FileCounts& line) {
    state::FileCounts& total = report_.total;
    ++total.read;
    total.added += line.added;
    total.already += line.already;
    total.corrected += line.corrected;
    total.rejected += line.rejected;
    total.filtered += line.filtered;
  }

  // Between two groups.  Nothing here takes time by what is stored.
  Status seal() {
    const auto limit = static_cast<size_t>(request_.seal_after);
    const bool full = pending_->size() >= limit;
    if (sealer_->is_merging() && sealer_->is_merged()) KENKO_TRY_STATUS(finish_merging());
    if (sealer_->is_sealing() && (sealer_->is_sealed() || full)) KENKO_TRY_STATUS(finish_sealing());
    if (sealer_->is_sealing() || !full) return Done{};
    const int64_t through = pending_->rows()[pending_->size() - 1].seq;
    KENKO_TRY(const int64_t final_below, intake_->rotate());
    leaving_ = std::exchange(pending_, std::make_shared<PendingEvents>());
    sealer_->seal(clock_.now(), {through, final_below, {}});
    return Done{};
  }

  // From then on what was sealed is found in the segments.
  Status finish_sealing() {
    std::optional<OpenedCatalog> opened;
    KENKO_TRY(const SealReport sealed, sealer_->wait(opened));
    report_.sealed += sealed.events;
    take_catalog(opened);
    std::shared_ptr<const PendingEvents> gone = std::exchange(leaving_, nullptr);
    if (!sealer_->is_merging()) sealer_->merge(clock_.now(), true, std::move(gone));
    return Done{};
  }

  Status finish_merging() {
    std::optional<OpenedCatalog> opened;
    KENKO_TRY_STATUS(sealer_->wait_merged(opened));
    take_catalog(opened);
    return Done{};
  }

  void take_catalog(std::optional<OpenedCatalog>& opened) {
    if (opened && opened->reader) reader_ = std::move(*opened->reader);
    if (!opened || opened->live.generation < live_.generation) return;
    live_ = std::move(opened->live);
    index_ = std::move(opened->index);
    reader_.keep(live_.segments);
  }

  [[nodiscard]] bool known_by_column() const {
    return plan_.mapping != nullptr && plan_.mapping->known_at == facts::KnownAt::column;
  }
  [[nodiscard]] uint64_t fingerprint() const { return plan_.mapping != nullptr ? plan_.mapping->fingerprint : 0; }

  const Workspace& workspace_;
  const AppendRequest& request_;
  ImportPlan plan_;
  const ports::Clock& clock_;
  LineMapper mapper_;

  std::optional<state::WriteLock> lock_;
  std::optional<state::Database> database_;
  std::optional<state::Intake> intake_;
  ports::Snapshot live_;
  segments::OpenKeyFiles keys_;
  std::optional<segments::KeyIndex> index_;
  segments::VersionReader reader_{workspace_.dir};
  // What the intake holds: what came since the last sealing began, and what is being sealed.
  std::shared_ptr<PendingEvents> pending_ = std::make_shared<PendingEvents>();
  std::shared_ptr<const PendingEvents> leaving_;
  std::optional<Sealer> sealer_;

  std::vector<std::string> stored_rules_;  // of earlier runs
  std::set<std::string> saved_rules_;
  std::unordered_set<Hash128> rejected_;
  std::map<std::string, SeenSource> seen_;
  size_t registered_sources_ = 0;
  bool is_new_ = false;  // something in seen_ that kenko.yaml may not have

  segments::EventRows mapped_events_;  // of the group
  std::vector<Candidate> candidates_;
  std::vector<Given> given_;
  std::vector<std::string> ids_;
  AppendReport report_;
};

}  // namespace

Result<AppendReport> append_lines(const Workspace& workspace, const AppendRequest& request, const ports::Clock& clock,
                                  LineInput& input, const AnswerSink& answer) {
  ImportRequest wanted;
  wanted.mapping_file = request.mapping_file;
  wanted.source = request.source;
  KENKO_TRY(ImportPlan plan, plan_import(workspace, wanted));
  KENKO_TRY_STATUS(check_plan(plan));
  // What arrives one by one is known from then on, unless the mapping says otherwise.
  if (plan.defaults.known_at == facts::KnownAt::assumed) plan.defaults.known_at = facts::KnownAt::recorded;
  Appender appender(workspace, request, std::move(plan), clock);
  KENKO_TRY_STATUS(appender.open());
  KENKO_TRY_STATUS(appender.run(input, answer));
  return appender.report();
}

}  // namespace kenko::app

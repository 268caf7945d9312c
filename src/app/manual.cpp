#include "app/manual.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/account_search.h"
#include "app/finish_killed.h"
#include "app/import_source.h"
#include "app/manual_facts.h"
#include "app/portfolio.h"
#include "app/scoring.h"
#include "base/text.h"
#include "identity/resolve.h"
#include "model/read.h"
#include "ports/files.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

const std::string kSource(state::kManualSource);

// What the active model says each value of the event means.  A model that cannot be read says nothing here: that is
// what `kenko model check` is for.
std::vector<std::pair<int, std::string>> rubric_of(const Workspace& workspace, const std::string& event) {
  const auto path = model_path(workspace, "");
  if (!path) return {};
  const auto text = ports::read_file(*path);
  if (!text) return {};
  Problems ignored;
  const auto model = model::read_model(*text, *path, ignored);
  if (!model) return {};
  for (const model::Input& input : model->inputs) {
    if (input.event == event && !input.rubric.empty()) return input.rubric;
  }
  return {};
}

// The name that the model gives itself: overrides go by it.
Result<std::string> model_name(const Workspace& workspace, const std::string& wanted) {
  KENKO_TRY(const std::string path, model_path(workspace, wanted));
  KENKO_TRY(const std::string text, ports::read_file(path));
  Problems problems;
  const auto model = model::read_model(text, path, problems);
  if (model && !model->name.empty()) return model->name;
  return problems;
}

// Empty for an undo.
std::string account_of(const state::Entry& entry) {
  if (entry.event) return entry.event->account_ref.value_or("");
  return entry.attribute ? entry.attribute->entity_ref : "";
}

// One command on its way from words to the record.
class Entering {
 public:
  Entering(const Workspace& workspace, const ManualAccount& who, Instant now) : workspace_(workspace), who_(who) {
    context_.now = now;
    context_.settings = &workspace.settings;
    context_.author = who.author;
  }

  [[nodiscard]] ManualContext& context() { return context_; }
  [[nodiscard]] const facts::Portfolio& portfolio() const { return portfolio_; }
  [[nodiscard]] std::optional<uint32_t> account() const { return account_; }

  // Finds the account; what is wrong waits for finish().  Storage problems come at once.  Most accounts are named by
  // something that is no event, and that is little; only one that is not costs the reading of all events, as does
  // `with_events`, after which portfolio() has everything.
  Status find_account(bool with_events = false) {
    portfolio_.settings = workspace_.settings;
    KENKO_TRY(auto state, open_state(workspace_.dir));
    if (state && !with_events) {
      KENKO_TRY(const ports::StoredFacts stored, state->load_facts());
      portfolio_ = identity::resolve(stored.facts, workspace_.settings);
      with_events = !app::find_account(portfolio_, who_.account);
    }
    if (state && with_events) {
      KENKO_TRY(portfolio_, load_portfolio(workspace_.dir, *state, workspace_.settings));
    }
    const auto found = app::find_account(portfolio_, who_.account);
    if (found) {
      account_ = *found;
      report_.account = portfolio_.accounts[*found];
      report_.account_name = account_name(portfolio_, *found);
      return Done{};
    }
    const std::string_view id = text::trim(who_.account);
    if (who_.new_account && !id.empty() && text::is_utf8(id)) {
      report_.account = id;
      return Done{};
    }
    Problem problem = found.problems().front();
    if (problem.code == "unknown-account" && !id.empty()) {
      const std::string near =
          portfolio_.accounts.empty() ? "" : problem.hint + (problem.hint.ends_with('?') ? " " : "; ");
      problem.hint = near + "if it is a new account, add --new-account";
    }
    problems_.push_back(std::move(problem));
    return Done{};
  }

  template <typename T>
  std::optional<T> take(Result<T> result) {
    if (result) return std::move(result).value();
    append(problems_, result.problems());
    return std::nullopt;
  }

  void add(const std::optional<facts::EventFact>& event) {
    if (!event) return;
    state::EntryDraft& draft = new_draft();
    draft.event = event;
    draft.event->account_ref = report_.account;
  }
  void add(const std::optional<facts::AttributeFact>& attribute) {
    if (!attribute) return;
    state::EntryDraft& draft = new_draft();
    draft.attribute = attribute;
    draft.attribute->entity_ref = report_.account;
  }

  // Writes kenko.yaml (which may name what is not there yet), then everything in one transaction.
  Result<ManualReport> finish() {
    check_source();
    if (!problems_.empty()) return problems_;
    warn_of_new_names();
    KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(workspace_.dir));
    KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace_.dir));
    KENKO_TRY_STATUS(finish_killed(workspace_.dir, database));
    KENKO_TRY_STATUS(register_source());
    KENKO_TRY(report_.entries, database.record(drafts_));
    return std::move(report_);
  }

 private:
  state::EntryDraft& new_draft() {
    state::EntryDraft& draft = drafts_.emplace_back();
    draft.at = context_.now;
    draft.author = who_.author;
    return draft;
  }

  void check_source() {
    const facts::SourceSettings* source = workspace_.settings.find_source(kSource);
    if (source == nullptr || source->accounts == facts::AccountIds::defines) return;
    Problem problem;
    problem.code = "manual-source";
    problem.place.file = workspace_.path(kSettingsFile);
    problem.message = "the source `manual` has `accounts: matched`, but people name accounts by their own ids";
    problem.hint = "write `accounts: defines` there, or give that source another name";
    problems_.push_back(std::move(problem));
  }

  // A name that is nearly one that is known is most likely a slip of the pen.
  void warn_of_new_names() {
    std::vector<std::string> known = {std::string(kPulse), std::string(kNote)};
    for (const facts::SourceSettings& source : workspace_.settings.sources) {
      known.insert(known.end(), source.emits.begin(), source.emits.end());
    }
    for (const state::EntryDraft& draft : drafts_) {
      if (!draft.event || std::find(known.begin(), known.end(), draft.event->name) != known.end()) continue;
      const auto near = text::closest(draft.event->name, known);
      if (!near) continue;
      Problem warning;
      warning.code = "new-event-name";
      warning.severity = Severity::warning;
      warning.message = fmt::format("`{}` is a new name of an event; `{}` is known", draft.event->name, *near);
      warning.hint = "was it a slip of the pen?  It can be taken back as said below";
      report_.warnings.push_back(std::move(warning));
    }
  }

  Status register_source() {
    ImportPlan plan;
    plan.source = kSource;
    plan.defaults.name = kSource;
    plan.defaults.covers = facts::Coverage::touched;
    plan.defaults.accounts = facts::AccountIds::defines;
    plan.defaults.known_at = facts::KnownAt::recorded;
    SeenSource seen;
    for (const state::EntryDraft& draft : drafts_) {
      if (draft.event) seen.names.insert(draft.event->name);
      if (draft.attribute && draft.attribute->value) {
        seen.attributes.emplace(draft.attribute->key, draft.attribute->value->type);
      }
    }
    KENKO_TRY(const auto changes, register_sources(workspace_, plan, {{kSource, seen}}, true));
    static_cast<void>(changes);
    return Done{};
  }

  const Workspace& workspace_;
  const ManualAccount& who_;
  ManualContext context_;
  facts::Portfolio portfolio_;
  std::optional<uint32_t> account_;
  std::vector<state::EntryDraft> drafts_;
  Problems problems_;
  ManualReport report_;
};

}  // namespace

Result<ManualReport> log_event(const Workspace& workspace, const ManualAccount& who, const TypedEvent& typed,
                               const ports::Clock& clock) {
  Entering entering(workspace, who, clock.now());
  KENKO_TRY_STATUS(entering.find_account());
  entering.context().rubric = rubric_of(workspace, typed.name);
  entering.add(entering.take(read_typed_event(typed, entering.context())));
  return entering.finish();
}

Result<ManualReport> log_attributes(const Workspace& workspace, const ManualAccount& who,
                                    const std::vector<std::string>& assignments, const std::string& type,
                                    const std::string& at, const ports::Clock& clock) {
  Entering entering(workspace, who, clock.now());
  KENKO_TRY_STATUS(entering.find_account());
  const auto moment = entering.take(read_moment(at, entering.context()));
  const Day day = moment ? moment->day : entering.context().today();
  for (const std::string& assignment : assignments) {
    entering.add(entering.take(read_typed_attribute(assignment, type, day, entering.context())));
  }
  return entering.finish();
}

Result<ManualReport> set_override(const Workspace& workspace, const ManualAccount& who, const TypedOverride& typed,
                                  const ports::Clock& clock) {
  Entering entering(workspace, who, clock.now());
  KENKO_TRY_STATUS(entering.find_account());
  TypedOverride named = typed;
  if (!typed.model.empty()) named.model = entering.take(model_name(workspace, typed.model)).value_or("");
  entering.add(entering.take(read_typed_override(named, entering.context())));
  return entering.finish();
}

Result<ManualReport> clear_override(const Workspace& workspace, const ManualAccount& who, const std::string& reason,
                                    const ports::Clock& clock) {
  Entering entering(workspace, who, clock.now());
  KENKO_TRY_STATUS(entering.find_account(true));
  if (const auto account = entering.account()) {
    const Day today = entering.context().today();
    if (!override_on(entering.portfolio(), *account, Day::kMin, today, nullptr)) {
      Problem none;
      none.code = "no-override";
      none.message = fmt::format("`{}` has no override today, {}", who.account, today.iso());
      none.hint = fmt::format("`kenko log --list {}` shows what was entered", entering.portfolio().accounts[*account]);
      static_cast<void>(entering.take(Status(std::move(none))));
    }
  }
  entering.add(entering.take(typed_override_end(reason, entering.context())));
  return entering.finish();
}

Result<ManualReport> add_note(const Workspace& workspace, const ManualAccount& who, const std::string& text,
                              const std::string& until, const ports::Clock& clock) {
  Entering entering(workspace, who, clock.now());
  KENKO_TRY_STATUS(entering.find_account());
  entering.add(entering.take(read_typed_note(text, until, entering.context())));
  return entering.finish();
}

Result<UndoReport> undo_entry(const Workspace& workspace, const std::string& id, const std::string& author,
                              const ports::Clock& clock) {
  const auto number = state::parse_entry_id(id);
  if (!number) {
    return Problem{"unknown-entry",
                   {},
                   fmt::format("`{}` is no id of an entry", id),
                   "ids look like m12; `kenko log --list` shows them",
                   "",
                   Severity::error};
  }
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(workspace.dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY_STATUS(finish_killed(workspace.dir, database));
  UndoReport report;
  KENKO_TRY(report.undo, database.undo(*number, author, clock.now()));
  KENKO_TRY(const std::vector<state::Entry> entries, database.entries());
  for (const state::Entry& entry : entries) {
    if (entry.number == *number) report.target = entry;
  }
  return report;
}

Result<std::vector<state::Entry>> list_entries(const Workspace& workspace, const std::string& account) {
  KENKO_TRY(auto state, open_state(workspace.dir));
  std::vector<state::Entry> entries;
  if (state) {
    KENKO_TRY(entries, state->entries());
  }
  if (!account.empty()) {
    facts::Portfolio portfolio;
    if (state) {
      KENKO_TRY(portfolio, load_portfolio(workspace.dir, *state, workspace.settings));
    }
    const bool entered =
        std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return account_of(e) == account; });
    std::string id = account;
    if (!entered) {  // where all was taken back, nothing else may know the account
      KENKO_TRY(const uint32_t found, find_account(portfolio, account));
      id = portfolio.accounts[found];
    }
    std::vector<int64_t> kept;
    std::erase_if(entries, [&](const state::Entry& e) {
      const bool about = account_of(e) == id || std::find(kept.begin(), kept.end(), e.undoes) != kept.end();
      if (about) kept.push_back(e.number);
      return !about;
    });
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

}  // namespace kenko::app

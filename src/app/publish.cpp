#include "app/publish.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/clock.h"
#include "app/finish_killed.h"
#include "app/history_export.h"
#include "app/reason.h"
#include "app/scores_folder.h"
#include "app/scoring.h"
#include "base/text.h"
#include "ports/files.h"
#include "settings/settings_file.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

// The name of a model that lies in models/, from its path.
Result<std::string> name_in_models(const Workspace& workspace, const std::string& path) {
  std::error_code ignored;
  const fs::path file(path);
  const bool inside =
      fs::equivalent(file.has_parent_path() ? file.parent_path() : fs::path("."), workspace.path("models"), ignored);
  if (inside && file.extension() == ".yaml") return file.stem().string();
  return Problem{"not-in-models",
                 {},
                 fmt::format("{} is not in the workspace's models/", path),
                 "copy it there, so that everybody who has the workspace has the model",
                 "",
                 Severity::error};
}

// Writes the history and fills in what the record says of it; without facts there is none.
Status write_scores(const Workspace& workspace, const PublishRequest& request, Instant now, int64_t number,
                    state::Publication& publication) {
  const auto scoring = Scoring::open(workspace, {request.model, {}, {}, request.threads}, now);
  if (!scoring && scoring.problems().front().code == "no-facts") return Done{};
  if (!scoring) return scoring.problems();
  const Scoring& s = **scoring;
  const std::string file =
      fmt::format("scores/{:06}-{}-{}.parquet", number, publication.model, publication.fingerprint.hex().substr(0, 12));
  KENKO_TRY_STATUS(prepare_scores_folder(workspace));
  HistoryRequest history;
  history.to = s.as_of();
  history.said = SaidBy{s.plan().model, publication.fingerprint.hex(), publication.at};
  KENKO_TRY(const HistoryWritten written, write_history(s.engine(), history, s.threads(), workspace.path(file)));
  if (written.rows == 0) {
    ports::remove_file(workspace.path(file));
    return Done{};
  }
  publication.scores_file = file;
  publication.rows = written.rows;
  publication.first_day = written.first;
  publication.last_day = written.last;
  return Done{};
}

Status make_active(const Workspace& workspace, const std::string& model) {
  const std::string path = workspace.path(kSettingsFile);
  KENKO_TRY(const std::string yaml, ports::read_file(path));
  KENKO_TRY(const std::string with_model, settings::set_model(yaml, path, model));
  if (with_model == yaml) return Done{};
  return ports::write_file(path, {with_model});
}

}  // namespace

Result<PublishReport> publish_model(const Workspace& opened, const PublishRequest& request, const ports::Clock& clock) {
  KENKO_TRY(const std::string reason, checked_reason(request.reason, "why is it published?", "kenko model log"));
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(opened.dir));
  KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));  // as it is under the lock
  KENKO_TRY(const std::string path, model_path(workspace, request.model));
  KENKO_TRY(const std::string name, name_in_models(workspace, path));
  KENKO_TRY(const LoadedModel loaded, load_model(workspace, request.model));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY_STATUS(finish_killed(workspace.dir, database));
  KENKO_TRY(const std::vector<state::Publication> earlier, database.publications());
  PublishReport report;
  report.active_before = workspace.settings.model;
  state::Publication& publication = report.publication;
  KENKO_TRY(publication.text, ports::read_file(path));
  publication.model = name;
  publication.fingerprint = loaded.plan.fingerprint;
  if (!earlier.empty() && earlier.back().model == name && earlier.back().fingerprint == publication.fingerprint) {
    report.already = true;
    report.words_changed = earlier.back().text != publication.text;
    publication = earlier.back();
  } else {
    publication.at = clock.now();
    publication.author = request.author;
    publication.reason = reason;
    const int64_t number = earlier.empty() ? 1 : earlier.back().number + 1;
    KENKO_TRY_STATUS(write_scores(workspace, request, publication.at, number, publication));
    KENKO_TRY(publication, database.publish(publication));
  }
  KENKO_TRY_STATUS(make_active(workspace, name));
  return report;
}

Result<std::vector<state::Publication>> read_publications(const Workspace& workspace) {
  std::vector<state::Publication> out;
  KENKO_TRY(auto state, open_state(workspace.dir));
  if (state) {
    KENKO_TRY(out, state->publications());
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace kenko::app

#include "app/publish.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/clock.h"
#include "app/history_export.h"
#include "app/scoring.h"
#include "base/text.h"
#include "duck/parquet_text.h"
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

Result<std::string> checked_reason(const std::string& reason) {
  const std::string out(text::trim(reason));
  if (!out.empty() && text::is_utf8(out)) return out;
  return Problem{
      "no-reason",    {}, "why is it published?", "say it with --reason TEXT: it stands in kenko model log", "",
      Severity::error};
}

// Writes the history and fills in what the record says of it; without facts there is none.
Status write_scores(const Workspace& workspace, const PublishRequest& request, Instant now, int64_t number,
                    state::Publication& publication) {
  const auto scoring = Scoring::open(workspace, {request.model, {}, {}, request.threads}, now);
  if (!scoring && scoring.problems().front().code == "no-facts") return Done{};
  if (!scoring) return scoring.problems();
  const Scoring& s = **scoring;
  const HistoryColumns history = collect_history(s.engine(), Day::kMin, s.as_of(), s.threads(), {}, false);
  if (history.size() == 0) return Done{};
  publication.scores_file =
      fmt::format("scores/{:06}-{}-{}.parquet", number, publication.model, publication.fingerprint.hex().substr(0, 12));
  KENKO_TRY_STATUS(ports::make_folder(workspace.path("scores")));
  KENKO_TRY_STATUS(write_history_parquet(s.engine(), history, workspace.path(publication.scores_file),
                                         publication.fingerprint.hex()));
  publication.rows = static_cast<int64_t>(history.size());
  publication.first_day = Day{*std::min_element(history.day.begin(), history.day.end())};
  publication.last_day = Day{*std::max_element(history.day.begin(), history.day.end())};
  return Done{};
}

Status make_active(const Workspace& workspace, const std::string& model) {
  const std::string path = workspace.path(kSettingsFile);
  KENKO_TRY(const std::string yaml, ports::read_file(path));
  KENKO_TRY(const std::string with_model, settings::set_model(yaml, path, model));
  if (with_model == yaml) return Done{};
  return ports::write_file(path, {with_model});
}

// Puts the columns of one file where they stand in `all`.
class Aligned {
 public:
  Aligned(const std::vector<std::string>& all, const PublishedRequest& request, const PublishedSink& sink)
      : all_(&all), request_(&request), sink_(&sink) {}

  bool header(const std::vector<std::string>& columns) {
    at_.clear();
    for (const std::string& c : columns) {
      const auto found = std::find(all_->begin(), all_->end(), c);
      at_.push_back(static_cast<size_t>(found - all_->begin()));
    }
    return true;
  }

  bool row(std::span<const std::optional<std::string_view>> cells) {
    std::vector<std::optional<std::string>> out(all_->size());
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i]) out[at_[i]] = std::string(*cells[i]);
    }
    if (wanted(out)) sink_->row(out);
    return true;
  }

 private:
  [[nodiscard]] const std::string& cell(const std::vector<std::optional<std::string>>& row, const char* column) const {
    static const std::string kNone;
    const auto found = std::find(all_->begin(), all_->end(), column);
    const auto& value = row[static_cast<size_t>(found - all_->begin())];
    return value ? *value : kNone;
  }
  [[nodiscard]] bool wanted(const std::vector<std::optional<std::string>>& row) const {
    const auto day = Day::parse(cell(row, "day"));
    if (!day || (request_->from && *day < *request_->from) || (request_->to && *day > *request_->to)) return false;
    const auto& accounts = request_->accounts;
    return accounts.empty() || std::find(accounts.begin(), accounts.end(), cell(row, "account")) != accounts.end();
  }

  const std::vector<std::string>* all_;
  const PublishedRequest* request_;
  const PublishedSink* sink_;
  std::vector<size_t> at_;
};

}  // namespace

Result<PublishReport> publish_model(const Workspace& opened, const PublishRequest& request, const ports::Clock& clock) {
  KENKO_TRY(const std::string reason, checked_reason(request.reason));
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(opened.dir));
  KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));  // as it is under the lock
  KENKO_TRY(const std::string path, model_path(workspace, request.model));
  KENKO_TRY(const std::string name, name_in_models(workspace, path));
  KENKO_TRY(const LoadedModel loaded, load_model(workspace, request.model));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
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

Status read_published_history(const Workspace& workspace, const PublishedRequest& request, const PublishedSink& sink) {
  KENKO_TRY(std::vector<state::Publication> publications, read_publications(workspace));
  std::erase_if(publications, [](const state::Publication& p) { return p.scores_file.empty(); });
  std::reverse(publications.begin(), publications.end());
  if (publications.empty()) {
    return Problem{"not-published", {}, "no score history was published yet", "kenko model publish --reason TEXT", "",
                   Severity::error};
  }
  std::vector<std::string> columns;
  for (const state::Publication& p : publications) {
    const auto add = [&](const std::vector<std::string>& more) {
      for (const std::string& c : more) {
        if (std::find(columns.begin(), columns.end(), c) == columns.end()) columns.push_back(c);
      }
      return false;  // the names are enough
    };
    KENKO_TRY_STATUS(duck::read_parquet_as_text(workspace.path(p.scores_file), {add, [](auto) { return false; }}));
  }
  sink.header(columns);
  Aligned aligned(columns, request, sink);
  for (const state::Publication& p : publications) {
    KENKO_TRY_STATUS(duck::read_parquet_as_text(
        workspace.path(p.scores_file),
        {[&](const auto& names) { return aligned.header(names); }, [&](auto cells) { return aligned.row(cells); }}));
  }
  return Done{};
}

}  // namespace kenko::app

#include "app/init.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "app/workspace.h"
#include "base/text.h"
#include "ports/files.h"
#include "settings/settings_file.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGitignore =
    "# Facts and what is made of them; models, mappings and kenko.yaml are meant for git.\n"
    "/state.db*\n/write.lock\n/send.lock\n/intake/\n/events/\n/scores/\n/cache/\n";

Result<std::string> read_template(const InitRequest& request) {
  const std::vector<std::string> names = template_names(request.share_dir);
  for (const std::string& name : names) {
    if (name == request.template_name) {
      return ports::read_file(request.share_dir + "/templates/" + name + ".yaml");
    }
  }
  Problem problem;
  problem.code = "unknown-template";
  problem.message = fmt::format("there is no template `{}`", request.template_name);
  problem.hint = names.empty() ? "the folder of templates was not found; KENKO_SHARE names it"
                               : text::did_you_mean(request.template_name, names);
  return problem;
}

// Settings go through the reader, so that arguments are checked exactly as the file would be.
Result<std::string> settings_text(const InitRequest& request) {
  Problems problems;
  facts::Settings settings;
  settings.company = request.company;
  settings.model = request.model.empty() ? request.template_name : request.model;
  if (!request.currency.empty()) settings.currency = request.currency;
  if (!request.time_zone.empty()) {
    const auto zone = TimeZone::find(request.time_zone);
    if (zone) {
      settings.time_zone = *zone;
    } else {
      Problem problem;
      problem.code = "unknown-time-zone";
      problem.message = fmt::format("`{}` is no time zone", request.time_zone);
      const auto close = text::closest(request.time_zone, TimeZone::names());
      problem.hint = close ? fmt::format("did you mean `{}`?", *close) : "write an IANA name: Europe/London";
      return problem;
    }
  }
  std::string yaml = settings::new_settings_text(settings);
  auto read = settings::read_settings(yaml, kSettingsFile);
  if (!read.ok()) return std::move(read).problems();
  return yaml;
}

}  // namespace

std::vector<std::string> template_names(const std::string& share_dir) {
  std::vector<std::string> names;
  for (const std::string& file : ports::list_files(share_dir + "/templates")) {
    if (file.ends_with(".yaml")) names.push_back(file.substr(0, file.size() - 5));
  }
  return names;
}

std::string find_share_dir(const std::string& env_value, const std::string& binary_path) {
  if (!env_value.empty()) return env_value;
  std::error_code error;
  fs::path dir = fs::absolute(binary_path, error).lexically_normal().parent_path();
  const fs::path installed = dir.parent_path() / "share" / "kenko";
  if (fs::is_directory(installed, error)) return installed.string();
  for (; dir != dir.parent_path(); dir = dir.parent_path()) {
    if (fs::is_directory(dir / "share" / "templates", error)) return (dir / "share").string();
  }
  return "";
}

Result<InitReport> init_workspace(const InitRequest& request) {
  std::error_code error;
  InitReport report;
  report.dir = fs::absolute(request.dir.empty() ? "." : request.dir, error).lexically_normal().string();
  while (report.dir.size() > 1 && report.dir.ends_with('/')) report.dir.pop_back();
  const std::string settings_path = report.dir + "/" + kSettingsFile;
  if (ports::file_exists(settings_path)) {
    Problem problem;
    problem.code = "workspace-exists";
    problem.place.file = settings_path;
    problem.message = "there is a workspace here already";
    problem.hint = "use it as it is, or name another folder";
    return problem;
  }
  std::string model;
  if (!request.template_name.empty()) {
    KENKO_TRY(model, read_template(request));
  }
  KENKO_TRY(const std::string yaml, settings_text(request));

  KENKO_TRY_STATUS(ports::make_folder(report.dir + "/models"));
  KENKO_TRY_STATUS(ports::make_folder(report.dir + "/mappings"));
  if (!model.empty()) {
    report.files.push_back("models/" + request.template_name + ".yaml");
    KENKO_TRY_STATUS(ports::write_file(report.dir + "/" + report.files.back(), {model}));
  }
  if (!ports::file_exists(report.dir + "/.gitignore")) {
    report.files.emplace_back(".gitignore");
    KENKO_TRY_STATUS(ports::write_file(report.dir + "/.gitignore", {kGitignore}));
  }
  {
    KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(report.dir));
    KENKO_TRY(const state::Database database, state::Database::open_for_writing(report.dir));
  }
  // Last: a folder without kenko.yaml is no workspace yet.
  report.files.insert(report.files.begin(), kSettingsFile);
  KENKO_TRY_STATUS(ports::write_file(settings_path, {yaml}));
  return report;
}

}  // namespace kenko::app

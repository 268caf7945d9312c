#include "app/workspace_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "ports/files.h"
#include "segments/manifest.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

size_t digits_at_start(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
  return static_cast<size_t>(end - text.begin());
}

bool is_segment_name(std::string_view name) {
  const size_t digits = digits_at_start(name);
  const std::string_view ending = name.substr(digits);
  if (digits > 0 && (ending == ".parquet" || ending == ".keys")) return true;
  constexpr std::string_view kVersions = "versions-";
  if (!name.starts_with(kVersions)) return false;
  name.remove_prefix(kVersions.size());
  return digits_at_start(name) > 0 && name.substr(digits_at_start(name)) == ".parquet";
}

bool is_intake_name(std::string_view name) {
  const size_t digits = digits_at_start(name);
  constexpr std::array<std::string_view, 4> kEndings = {".db", ".db-wal", ".db-shm", ".db-journal"};
  return digits > 0 && std::find(kEndings.begin(), kEndings.end(), name.substr(digits)) != kEndings.end();
}

// 000001-saas-0123456789ab.parquet, 20260131-close.parquet
bool is_scores_name(std::string_view name) { return digits_at_start(name) >= 6 && name.ends_with(".parquet"); }

class Walk {
 public:
  explicit Walk(std::string dir) : dir_(std::move(dir)) {}

  std::vector<FoundFile> run() {
    enter("");
    std::sort(found_.begin(), found_.end(), [](const FoundFile& a, const FoundFile& b) { return a.name < b.name; });
    return std::move(found_);
  }
  [[nodiscard]] const Problems& unread() const { return unread_; }

 private:
  void enter(const std::string& folder) {
    std::error_code error;
    const std::string path = folder.empty() ? dir_ : dir_ + "/" + folder;
    fs::directory_iterator entry(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      add(folder.empty() ? entry->path().filename().string() : folder + "/" + entry->path().filename().string());
    }
    if (error) unread_.push_back(ports::file_problem("read", path, error.value()));
  }

  void add(const std::string& name) {
    struct stat status{};
    FoundFile file{name, 0, false, true};
    if (::stat((dir_ + "/" + name).c_str(), &status) == 0) {
      file.is_folder = S_ISDIR(status.st_mode);
      file.special = !file.is_folder && !S_ISREG(status.st_mode);
      if (S_ISREG(status.st_mode)) file.bytes = int64_t{status.st_size};
    }
    found_.push_back(file);
    if (!file.is_folder || name == "cache") return;
    if (seen_.emplace(status.st_dev, status.st_ino).second) enter(name);
  }

  std::string dir_;
  std::vector<FoundFile> found_;
  Problems unread_;                               // folders
  std::set<std::pair<uint64_t, uint64_t>> seen_;  // folders, so that a link back ends
};

}  // namespace

bool is_unfinished(std::string_view name) {
  if (!name.ends_with(ports::kTemporarySuffix)) return false;
  name.remove_suffix(ports::kTemporarySuffix.size());
  const size_t dot = name.rfind('.');
  return dot != std::string_view::npos && dot + 1 < name.size() &&
         digits_at_start(name.substr(dot + 1)) == name.size() - dot - 1;
}

FileRole role_of(std::string_view name) {
  if (name.starts_with("cache/") || name == "cache") return FileRole::derived;
  if (is_unfinished(name) || name == "write.lock" || name == "send.lock") return FileRole::passing;
  if (name == kBackupList) return FileRole::backup;
  constexpr std::array<std::string_view, 4> kState = {"state.db", "state.db-wal", "state.db-shm", "state.db-journal"};
  if (std::find(kState.begin(), kState.end(), name) != kState.end()) return FileRole::state;
  constexpr std::array<std::string_view, 3> kPublished = {"manifest.json", "views.sql", segments::kNoVersions};
  if (name.starts_with("events/") &&
      std::find(kPublished.begin(), kPublished.end(), name.substr(7)) != kPublished.end()) {
    return FileRole::published;
  }
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return FileRole::user;
  const std::string_view folder = name.substr(0, slash);
  const std::string_view rest = name.substr(slash + 1);
  const bool stored = (folder == "events" && is_segment_name(rest)) || (folder == "intake" && is_intake_name(rest)) ||
                      (folder == "scores" && is_scores_name(rest));
  return stored ? FileRole::stored : FileRole::user;
}

std::vector<FoundFile> files_of(const std::string& dir) { return Walk(dir).run(); }

Result<std::vector<FoundFile>> all_files_of(const std::string& dir) {
  Walk walk(dir);
  std::vector<FoundFile> found = walk.run();
  if (!walk.unread().empty()) return walk.unread();
  return found;
}

Problem problem_at(std::string code, std::string path, std::string message, std::string hint, Severity severity) {
  Problem problem;
  problem.code = std::move(code);
  problem.place.file = std::move(path);
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  problem.severity = severity;
  return problem;
}

std::string absolute_path(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path.empty() ? "." : path, error);
  const fs::path real = fs::weakly_canonical(absolute, error);
  std::string text = error ? absolute.lexically_normal().string() : real.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::string size_text(int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"KB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  while (size >= 999.95 && unit + 1 < kUnits.size()) {
    size /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

}  // namespace kenko::app

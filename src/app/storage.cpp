#include "app/storage.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "app/workspace.h"
#include "app/workspace_files.h"
#include "ports/files.h"
#include "state/examine.h"

namespace kenko::app {
namespace {

std::string_view folder_of(const FoundFile& file) {
  switch (role_of(file.name)) {
    case FileRole::state:
      return "state.db";
    case FileRole::stored:
    case FileRole::published:
      return std::string_view(file.name).substr(0, file.name.find('/'));
    case FileRole::derived:
      return "cache";
    default:
      return "yours";
  }
}

std::vector<StorageFolder> folders_of(const std::string& dir) {
  std::vector<StorageFolder> folders = {{"events", 0, 0},   {"intake", 0, 0}, {"scores", 0, 0},
                                        {"state.db", 0, 0}, {"yours", 0, 0},  {"cache", 0, 0}};
  const auto add = [&folders](std::string_view name, int64_t bytes) {
    const auto folder = std::find_if(folders.begin(), folders.end(), [name](const auto& f) { return f.name == name; });
    ++folder->files;
    folder->bytes += bytes;
  };
  for (const FoundFile& file : files_of(dir)) {
    if (!file.is_folder && !file.special) add(folder_of(file), file.bytes);
  }
  for (const std::string& name : ports::list_files(dir + "/cache")) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(dir + "/cache/" + name, error);
    if (!error) add("cache", static_cast<int64_t>(bytes));
  }
  return folders;
}

Status read_catalog(const std::string& dir, state::Database& database, StorageStatus& out) {
  KENKO_TRY(const ports::Snapshot snapshot, database.snapshot());
  out.segments = std::ssize(snapshot.segments);
  for (const ports::SegmentInfo& s : snapshot.segments) out.stored_events += s.rows;
  out.key_files = std::ssize(snapshot.key_files);
  KENKO_TRY(const auto intake, database.intake_files());
  out.intake_files = std::ssize(intake);
  KENKO_TRY(out.unsealed_events, state::count_unsealed(dir));
  KENKO_TRY(const auto days, database.closed_days());
  if (!days.empty()) out.closed_through = days.back().day;
  KENKO_TRY(const auto publications, database.publications());
  out.publications = std::ssize(publications);
  return Done{};
}

}  // namespace

int64_t StorageStatus::bytes() const {
  int64_t sum = 0;
  for (const StorageFolder& folder : folders) sum += folder.bytes;
  return sum;
}

Result<StorageStatus> read_storage(const std::string& dir) {
  StorageStatus out;
  KENKO_TRY(auto database, open_state(dir));
  if (database) {
    KENKO_TRY_STATUS(read_catalog(dir, *database, out));
  }
  out.folders = folders_of(dir);
  return out;
}

}  // namespace kenko::app

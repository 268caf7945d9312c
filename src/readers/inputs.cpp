#include "readers/inputs.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "readers/fault.h"

namespace kenko::readers {
namespace {

namespace fs = std::filesystem;

bool is_data_file(std::string name) {
  name = text::lower(name);
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) name.resize(name.size() - packed.size());
  }
  for (const std::string_view ending : {".csv", ".tsv", ".tab", ".json", ".ndjson", ".jsonl", ".parquet", ".xlsx"}) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

void add_folder(const fs::path& folder, std::vector<std::string>& found, Problems& problems) {
  std::error_code error;
  fs::recursive_directory_iterator it(folder, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.')) {
      if (it->is_directory(ignored)) it.disable_recursion_pending();
    } else if (it->is_regular_file(ignored) && is_data_file(name)) {
      found.push_back(it->path().string());
    }
  }
  if (error) problems.push_back(fault("cannot-read", folder.string(), 0, "cannot list: " + error.message()));
}

}  // namespace

Result<std::vector<std::string>> expand_inputs(const std::vector<std::string>& arguments) {
  std::vector<std::string> files;
  std::set<std::string> known;
  Problems problems;
  for (const std::string& argument : arguments) {
    std::vector<std::string> found;
    std::error_code error;
    const fs::file_status status = fs::status(argument, error);
    if (fs::is_directory(status)) {
      const size_t before = problems.size();
      add_folder(argument, found, problems);
      if (found.empty() && problems.size() == before) {
        problems.push_back(fault("no-files", argument, 0, "the folder holds no data files",
                                 "data files end in .csv, .tsv, .json, .ndjson, .jsonl, .parquet or .xlsx, also with "
                                 ".gz or .zst behind"));
      }
    } else if (fs::exists(status)) {
      found.push_back(argument);
    } else if (argument.find_first_of("*?[") != std::string::npos) {
      glob_t matches{};
      if (glob(argument.c_str(), GLOB_NOSORT, nullptr, &matches) == 0) {
        for (size_t i = 0; i < matches.gl_pathc; ++i) {
          std::error_code ignored;
          if (fs::is_regular_file(matches.gl_pathv[i], ignored)) found.emplace_back(matches.gl_pathv[i]);
        }
      }
      globfree(&matches);
      if (found.empty()) problems.push_back(fault("no-files", argument, 0, "no file matches the pattern"));
    } else {
      problems.push_back(fault("no-files", argument, 0, "there is no such file or folder"));
    }
    std::sort(found.begin(), found.end());
    for (std::string& file : found) {
      const std::string same = fs::path(file).lexically_normal().string();
      if (known.insert(same).second) files.push_back(std::move(file));
    }
  }
  if (!problems.empty()) return problems;
  return files;
}

}  // namespace kenko::readers

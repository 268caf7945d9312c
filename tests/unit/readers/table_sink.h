// A sink that keeps all it is given as text, and a folder for the files of one test.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "readers/read_records.h"

namespace kenko::readers {

/// A temporary folder, removed at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kenko-readers-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, std::string_view bytes) const {
    const std::string path = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Keeps each record as "line: name=value ..." and each bad row as "line: code field message".
class TableSink : public RecordSink {
 public:
  Status columns(std::span<const std::string_view> names) override {
    header.assign(names.begin(), names.end());
    return Done{};
  }
  bool record(const mapping::RawRecord& r) override {
    std::string line = fmt::format("{}:", r.line);
    for (size_t i = 0; i < r.names.size(); ++i) {
      if (!r.values[i].empty()) line += fmt::format(" {}={}", r.names[i], r.values[i]);
    }
    rows.push_back(std::move(line));
    cells.emplace_back(r.values.begin(), r.values.end());
    return true;
  }
  bool bad_row(BadRow row) override {
    bad.push_back(fmt::format("{}: {} {} {}", row.reject.line, row.reject.code, row.reject.field, row.reject.message));
    raw.push_back(row.raw);
    return true;
  }
  std::vector<std::string> header, rows, bad, raw;
  std::vector<std::vector<std::string>> cells;
};

struct Read {
  TableSink table;
  Problems problems;
};

inline Read read(const std::string& path, ReadOptions options = {}) {
  Read out;
  if (auto status = read_records(path, options, out.table); !status.ok()) out.problems = std::move(status).problems();
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace kenko::readers

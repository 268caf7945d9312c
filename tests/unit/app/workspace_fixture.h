// A workspace in a folder of its own, and the few things that tests of use cases do with it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "app/import.h"
#include "app/init.h"
#include "app/status.h"
#include "app/workspace.h"
#include "segments/reader.h"

namespace kenko::app {

/// A clock that stands where it is put.
class StoppedClock final : public ports::Clock {
 public:
  [[nodiscard]] Instant now() const override { return at; }
  Instant at = *Instant::parse("2026-06-15T12:00:00Z");
};

class WorkspaceTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = (std::filesystem::temp_directory_path() /
             fmt::format("kenko-{}-{}-{}", info->test_suite_name(), info->name(), getpid()))
                .string();
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    dir_ = make("company");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string make(const std::string& name) {
    InitRequest request;
    request.dir = root_ + "/" + name;
    const auto report = init_workspace(request);
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    return request.dir;
  }
  /// Writes root/name and returns its path.
  std::string file(const std::string& name, std::string_view content) {
    const std::string path = root_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static std::string read(const std::string& path) {
    std::stringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
  }
  Result<ImportReport> try_import(ImportRequest request) {
    const auto workspace = open_workspace(dir_);
    EXPECT_TRUE(workspace.ok()) << to_text(workspace.problems());
    return import_files(*workspace, request, clock_);
  }
  ImportReport import(const std::vector<std::string>& inputs, const std::string& mapping = "") {
    ImportRequest request;
    request.inputs = inputs;
    request.mapping_file = mapping;
    const auto report = try_import(request);
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    if (!report.ok()) return {};
    for (const auto& f : report->files) EXPECT_TRUE(f.problems.empty()) << to_text(f.problems);
    const state::FileCounts& t = report->total;
    EXPECT_EQ(t.read, t.added + t.already + t.corrected + t.rejected + t.filtered);
    return *report;
  }
  /// "added 2 already 1 corrected 0 rejected 0 filtered 0 deleted 0"
  static std::string counts(const ImportReport& report) {
    const state::FileCounts& t = report.total;
    return fmt::format("added {} already {} corrected {} rejected {} filtered {} deleted {}", t.added, t.already,
                       t.corrected, t.rejected, t.filtered, t.deleted);
  }
  std::string digest(const std::string& dir = "") {
    const auto workspace = open_workspace(dir.empty() ? dir_ : dir);
    EXPECT_TRUE(workspace.ok());
    const auto hash = read_digest(*workspace);
    EXPECT_TRUE(hash.ok()) << to_text(hash.problems());
    return hash.ok() ? hash->hex() : "";
  }
  /// Every stored version.
  std::vector<facts::EventFact> versions() {
    std::vector<facts::EventFact> all;
    auto state = open_state(dir_);
    EXPECT_TRUE(state.ok() && state->has_value());
    const auto snapshot = (*state)->snapshot();
    const auto status = segments::for_each_event(dir_, snapshot->segments, [&all](facts::EventFact&& event) {
      all.push_back(std::move(event));
      return true;
    });
    EXPECT_TRUE(status.ok()) << to_text(status.problems());
    return all;
  }
  StatusReport status() {
    const auto workspace = open_workspace(dir_);
    auto report = read_status(*workspace, clock_);
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    return report.ok() ? std::move(*report) : StatusReport{};
  }

  std::string root_, dir_;
  StoppedClock clock_;
};

}  // namespace kenko::app

// Malformed files as a new user would try them, and what is answered: tests/golden/files.  KENKO_UPDATE_GOLDEN=1 writes
// the expected answers anew; read the difference before committing it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mapping/ids.h"
#include "mapping/map_record.h"
#include "mapping/own_columns.h"
#include "mapping/read_mapping.h"
#include "readers/read_records.h"

namespace kenko::readers {
namespace {

const std::filesystem::path kFolder = "tests/golden/files";

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// Reads and maps a file the way an import does, and writes down what a user would be told.
class Answer : public RecordSink {
 public:
  explicit Answer(std::string file) : file_(std::move(file)) {}

  std::string text() {
    const std::filesystem::path yaml = std::filesystem::path(file_).replace_extension(".yaml");
    if (std::filesystem::exists(yaml)) {
      auto read = mapping::read_mapping(content_of(yaml), yaml.string());
      if (!read.ok()) return to_text(read.problems());
      mapping_ = std::move(read).value();
    }
    ReadOptions options;
    if (mapping_) options.format = mapping_->format;
    if (const Status status = read_records(file_, options, *this); !status.ok()) return to_text(status.problems());
    return fmt::format("{}read {} = mapped {} + rejected {}\n", rejects_, mapped_ + rejected_, mapped_, rejected_);
  }

  Status columns(std::span<const std::string_view> names) override {
    if (!mapping_) return Done{};
    Problems problems = mapping::check_columns(*mapping_, file_, names);
    if (!problems.empty()) return problems;
    return Done{};
  }
  bool record(const mapping::RawRecord& record) override {
    if (!mapping_) mapping_ = mapping::own_mapping(record.names);
    EXPECT_TRUE(mapping_.has_value()) << "neither a mapping nor Kenko's own columns";
    if (!mapping_) return false;
    if (!mapper_) {
      mapping::MapContext context;
      context.source = "test";
      context.file_name = file_;
      mapper_.emplace(*mapping_, context);
    }
    mapper_->map_record(record, hasher_.hash(record), 0, out_);
    if (out_.outcome != mapping::Outcome::rejected) {
      ++mapped_;
      return true;
    }
    return reject(out_.reject);
  }
  bool bad_row(BadRow row) override { return reject(row.reject); }

 private:
  bool reject(const mapping::Reject& r) {
    ++rejected_;
    rejects_ +=
        fmt::format("{}:{}: {}{} [{}]\n", file_, r.line, r.field.empty() ? "" : r.field + ": ", r.message, r.code);
    return true;
  }
  std::string file_, rejects_;
  std::optional<mapping::Mapping> mapping_;
  std::optional<mapping::Mapper> mapper_;
  mapping::RawHasher hasher_;
  mapping::Mapped out_;
  int64_t mapped_ = 0, rejected_ = 0;
};

TEST(MalformedFiles, AnswersNamePlaceAndRemedy) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string ending = entry.path().extension().string();
    if (ending != ".expected" && ending != ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  ASSERT_GE(files.size(), 12U) << "run from the root of the source tree";
  const bool update = std::getenv("KENKO_UPDATE_GOLDEN") != nullptr;
  for (const std::filesystem::path& file : files) {
    const std::string got = Answer(file.string()).text();
    const std::filesystem::path expected = kFolder / (file.filename().string() + ".expected");
    if (update) std::ofstream(expected, std::ios::binary) << got;
    EXPECT_EQ(got, content_of(expected)) << file;
  }
}

}  // namespace
}  // namespace kenko::readers

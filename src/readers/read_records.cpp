#include "readers/read_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/text.h"
#include "readers/byte_source.h"
#include "readers/csv.h"
#include "readers/detect.h"
#include "readers/fault.h"
#include "readers/json.h"
#include "readers/parquet.h"
#include "readers/text_source.h"
#include "readers/xlsx.h"

namespace kenko::readers {
namespace {

using mapping::FileFormat;
using mapping::FileType;

constexpr size_t kHeadBytes = 64 * 1024;

/// What the start of a file shows.
struct Head {
  std::string first;  ///< unpacked bytes
  std::string text;   ///< UTF-8
  std::string encoding;
};

Result<Head> look_at(const std::string& path, const ReadOptions& options) {
  Head head;
  head.first.resize(8);
  KENKO_TRY(auto bytes, open_bytes(path, options));
  KENKO_TRY(const size_t n, read_fully(*bytes, head.first.data(), head.first.size()));
  head.first.resize(n);
  KENKO_TRY(bytes, open_bytes(path, options));
  KENKO_TRY(auto text, TextSource::open(std::move(bytes), options.format.encoding, path));
  head.encoding = text->encoding();
  head.text.resize(kHeadBytes);
  size_t size = 0;
  while (size + 16 <= head.text.size()) {
    KENKO_TRY(const size_t got, text->read(head.text.data() + size, head.text.size() - size));
    if (got == 0) break;
    size += got;
  }
  head.text.resize(size);
  return head;
}

Result<FileFormat> found_format(const std::string& path, const ReadOptions& options) {
  FileFormat format = options.format;
  KENKO_TRY(const Head head, look_at(path, options));
  if (format.type == FileType::detect) {
    KENKO_TRY(format.type, detect_type(head.first, head.text, path));
  }
  if (head.first.empty()) {
    return fault("empty-file", path, 0, "the file is empty", "it should start with a header row");
  }
  if (format.type == FileType::csv) {
    if (format.encoding.empty() && head.encoding != "UTF-8") format.encoding = head.encoding;
    if (!format.delimiter) {
      const std::string ending = ending_of(path);
      const bool tabs = (ending == "tsv" || ending == "tab") && head.text.find('\t') != std::string::npos;
      format.delimiter = tabs ? '\t' : sniff_delimiter(head.text, format.quotes);
    }
  }
  return format;
}

/// Keeps the first rows.
class SampleSink : public RecordSink {
 public:
  SampleSink(mapping::Sample& sample, int64_t most) : sample_(sample), most_(most) {}
  Status columns(std::span<const std::string_view> names) override {
    sample_.columns.assign(names.begin(), names.end());
    return Done{};
  }
  bool record(const mapping::RawRecord& record) override {
    sample_.columns.assign(record.names.begin(), record.names.end());
    if (most_ > 0) sample_.rows.emplace_back(record.values.begin(), record.values.end());
    return static_cast<int64_t>(sample_.rows.size()) < most_;
  }
  bool bad_row(BadRow) override { return ++bad_ < 1000; }

 private:
  mapping::Sample& sample_;
  int64_t most_;
  int64_t bad_ = 0;
};

}  // namespace

Status RecordSink::columns(std::span<const std::string_view>) { return Done{}; }

Status read_records(const std::string& path, const ReadOptions& options, RecordSink& sink) {
  ReadOptions found = options;
  KENKO_TRY(found.format, found_format(path, options));
  if (found.format.type == FileType::xlsx) return read_xlsx(path, found, sink);
  if (found.format.type == FileType::parquet) return read_parquet(path, found, sink);
  KENKO_TRY(auto bytes, open_bytes(path, options));
  KENKO_TRY(const auto text, TextSource::open(std::move(bytes), found.format.encoding, path));
  if (found.format.type == FileType::ndjson) return read_ndjson(*text, path, found, sink);
  if (found.format.type == FileType::json) return read_json(*text, path, found, sink);
  return read_csv(*text, path, found, sink);
}

Result<mapping::Sample> read_sample(const std::string& path, const ReadOptions& options, int64_t max_rows) {
  mapping::Sample sample;
  KENKO_TRY(sample.format, found_format(path, options));
  SampleSink sink(sample, max_rows);
  KENKO_TRY_STATUS(read_records(path, options, sink));
  for (std::vector<std::string>& row : sample.rows) row.resize(sample.columns.size());
  return sample;
}

}  // namespace kenko::readers

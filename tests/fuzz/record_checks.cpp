#include "record_checks.h"

#include <set>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/text.h"
#include "readers/read_records.h"

namespace kenko::fuzz {
namespace {

class Checks final : public readers::RecordSink {
 public:
  bool record(const mapping::RawRecord& record) override {
    KENKO_CHECK(record.names.size() == record.values.size(), "{} names, {} values", record.names.size(),
                record.values.size());
    if (record.shape != shape_ || record.names.size() != columns_) {
      std::set<std::string_view> names(record.names.begin(), record.names.end());
      KENKO_CHECK(names.size() == record.names.size() && !names.contains(""), "names are empty or not unique");
      for (const std::string_view name : record.names) {
        KENKO_CHECK(text::is_utf8(name), "a name is not UTF-8");
      }
      shape_ = record.shape;
      columns_ = record.names.size();
    }
    for (size_t i = 0; i < record.names.size(); ++i) {
      KENKO_CHECK(text::is_utf8(record.values[i]), "a value is not UTF-8");
      hash_.add(record.names[i]).add(record.values[i]);
    }
    hash_.add(record.line);
    return ++records_ < kMost;
  }
  bool bad_row(readers::BadRow row) override {
    KENKO_CHECK(!row.reject.code.empty() && !row.reject.message.empty(), "a bad row without a reason");
    KENKO_CHECK(text::is_utf8(row.raw), "the text of a bad row is not UTF-8");
    hash_.add(row.reject.code).add(row.reject.line).add(row.raw);
    return ++records_ < kMost;
  }
  [[nodiscard]] Hash128 hash() const { return hash_.hash(); }

 private:
  static constexpr int64_t kMost = 10'000;
  uint64_t shape_ = ~uint64_t{0};
  size_t columns_ = 0;
  int64_t records_ = 0;
  PartsHash hash_;
};

}  // namespace

void check_records(const std::string& path, mapping::FileType type) {
  readers::ReadOptions options;
  options.format.type = type;
  options.max_record_bytes = 64 * 1024;
  options.max_columns = 1'000;
  Checks first, second;
  const Status once = readers::read_records(path, options, first);
  const Status again = readers::read_records(path, options, second);
  KENKO_CHECK(once.ok() == again.ok() && first.hash() == second.hash(), "two readings differ");
  if (!once.ok()) KENKO_CHECK(!once.problems().empty(), "refused without a reason");
}

}  // namespace kenko::fuzz

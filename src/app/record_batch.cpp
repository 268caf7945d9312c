#include "app/record_batch.h"

#include <utility>

namespace kenko::app {
namespace {

constexpr size_t kRows = 4096;
constexpr size_t kCells = size_t{64} * 1024;
constexpr size_t kBytes = size_t{1} << 20U;

}  // namespace

RecordNames::RecordNames(const mapping::RawRecord& record)
    : shape(record.shape), texts(record.names.begin(), record.names.end()), views(texts.begin(), texts.end()) {}

void RecordBatch::clear(std::shared_ptr<const RecordNames> names) {
  names_ = std::move(names);
  texts_.clear();
  values_.clear();
  lines_.clear();
  first_value_.clear();
  bad_rows_.clear();
}

void RecordBatch::add(const mapping::RawRecord& record) {
  lines_.push_back(record.line);
  first_value_.push_back(values_.size());
  if (record.whole.empty()) {
    for (const std::string_view value : record.values) values_.push_back(texts_.keep(value));
    return;
  }
  const char* from = record.whole.data();
  const char* to = texts_.keep(record.whole).data();
  for (const std::string_view value : record.values) values_.emplace_back(to + (value.data() - from), value.size());
}

void RecordBatch::add(readers::BadRow row) {
  bad_rows_.push_back(std::move(row));
  lines_.push_back(-static_cast<int64_t>(bad_rows_.size()));
  first_value_.push_back(values_.size());
}

bool RecordBatch::full() const {
  return lines_.size() >= kRows || values_.size() >= kCells || texts_.bytes() >= kBytes;
}

mapping::RawRecord RecordBatch::record(size_t i) const {
  const size_t count = names_->views.size();
  return {lines_[i], names_->shape, names_->views, std::span(values_).subspan(first_value_[i], count), {}};
}

}  // namespace kenko::app

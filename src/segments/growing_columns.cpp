#include "segments/growing_columns.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace kenko::segments {
namespace {

constexpr uint64_t kPage = 4096;

/// How much may be appended to a column of `size` bytes: far more than is, before everything is made anew.
uint64_t room_behind(uint64_t size) { return std::max<uint64_t>(uint64_t{256} << 20, size / 2); }

}  // namespace

std::optional<GrowingColumn> GrowingColumn::empty(uint64_t room) {
  GrowingColumn out;
  out.reserved_ = (room + kPage - 1) / kPage * kPage;
  void* data =
      ::mmap(nullptr, out.reserved_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return std::nullopt;
  out.data_ = static_cast<char*>(data);
  out.capacity_ = out.reserved_;
  return out;
}

std::optional<GrowingColumn> GrowingColumn::over(const SectionFile& file, size_t section, uint64_t room) {
  const std::string_view bytes = file.bytes(section);
  auto out = empty(bytes.size() + room);
  if (!out) return std::nullopt;
  // Whole pages are the file's; what is left of it is copied, so that it can be continued.
  const uint64_t whole = bytes.size() / kPage * kPage;
  if (whole > 0) {
    void* mapped = ::mmap(out->data_, whole, PROT_READ, MAP_PRIVATE | MAP_FIXED, file.descriptor(),
                          static_cast<off_t>(file.offset(section)));
    if (mapped == MAP_FAILED) return std::nullopt;
  }
  out->size_ = whole;
  out->append(bytes.substr(whole));
  return out;
}

GrowingColumn::GrowingColumn(GrowingColumn&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      reserved_(std::exchange(other.reserved_, 0)) {}

GrowingColumn& GrowingColumn::operator=(GrowingColumn&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(reserved_, other.reserved_);
  return *this;
}

GrowingColumn::~GrowingColumn() {
  if (data_ != nullptr) ::munmap(data_, reserved_);
}

void GrowingColumn::append(std::string_view bytes) {
  KENKO_CHECK(fits(bytes.size()), "{} bytes behind {} of {}", bytes.size(), size_, capacity_);
  if (!bytes.empty()) std::memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

std::unique_ptr<GrowingColumns> GrowingColumns::over(const PortfolioBase& base) {
  auto out = std::make_unique<GrowingColumns>();
  const auto column = [&base](size_t section) {
    return GrowingColumn::over(base.file, section, room_behind(base.file.bytes(section).size()));
  };
  for (size_t i = 0; i < bColumns; ++i) {
    auto made = column(i);
    if (!made) return nullptr;
    out->columns_.push_back(std::move(*made));
  }
  for (size_t i = 0; i < base.portfolio.properties.size(); ++i) {
    auto row = column(bColumns + 2 * i);
    auto value = column(bColumns + 2 * i + 1);
    if (!row || !value) return nullptr;
    out->cells_.emplace(base.portfolio.properties[i].key, Cells{std::move(*row), std::move(*value)});
  }
  return out;
}

bool GrowingColumns::make_cells(const std::string& key) {
  if (cells_.contains(key)) return true;
  auto row = GrowingColumn::empty(room_behind(0));
  auto value = GrowingColumn::empty(room_behind(0));
  if (!row || !value) return false;
  cells_.emplace(key, Cells{std::move(*row), std::move(*value)});
  return true;
}

bool GrowingColumns::append(const identity::EventBlock& block, const std::vector<std::string>& keys,
                            facts::Portfolio& p) {
  const std::string_view parts[] = {bytes_of(block.day),    bytes_of(block.occurred), bytes_of(block.name),
                                    bytes_of(block.source), bytes_of(block.user),     bytes_of(block.value),
                                    bytes_of(block.flags),  bytes_of(block.id_end),   block.id_bytes};
  static_assert(std::size(parts) == bColumns);
  for (size_t i = 0; i < bColumns; ++i) {
    if (!columns_[i].fits(parts[i].size())) return false;
  }
  for (size_t i = 0; i < block.cells.size(); ++i) {
    if (block.cells[i].row.empty()) continue;
    const uint64_t bytes = block.cells[i].row.size() * sizeof(uint32_t);
    if (!make_cells(keys[i]) || !cells_.at(keys[i]).row.fits(bytes) || !cells_.at(keys[i]).value.fits(bytes)) {
      return false;
    }
  }
  for (size_t i = 0; i < bColumns; ++i) columns_[i].append(parts[i]);
  for (size_t i = 0; i < block.cells.size(); ++i) {
    if (block.cells[i].row.empty()) continue;
    cells_.at(keys[i]).row.append(bytes_of(block.cells[i].row));
    cells_.at(keys[i]).value.append(bytes_of(block.cells[i].value));
  }
  p.events = {
      columns_[bDay].values<int32_t>(),     columns_[bOccurred].values<int64_t>(), columns_[bName].values<uint32_t>(),
      columns_[bSource].values<uint32_t>(), columns_[bUser].values<uint32_t>(),    columns_[bValue].values<int64_t>(),
      columns_[bFlags].values<uint8_t>(),   columns_[bIdEnd].values<uint64_t>(),   columns_[bIdBytes].bytes()};
  p.properties.clear();
  for (const auto& [key, cells] : cells_) {
    if (!cells.row.bytes().empty()) {
      p.properties.push_back({key, cells.row.values<uint32_t>(), cells.value.values<uint32_t>()});
    }
  }
  return true;
}

}  // namespace kenko::segments

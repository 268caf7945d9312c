// segments/growing_columns.h
//
// Internal to segments: mapped columns that can be continued in memory, so that they stay one piece.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "identity/live_portfolio.h"
#include "segments/portfolio_base.h"

namespace kenko::segments {

/// Bytes that begin with a section of a file and grow behind it, up to a limit, without ever moving.
///
/// The address space behind the file's pages is reserved when it is made; memory is only used where something is
/// appended.  The file is never written.
class GrowingColumn {
 public:
  /// An empty one, for `room` bytes; nullopt when there is no address space.
  [[nodiscard]] static std::optional<GrowingColumn> empty(uint64_t room);
  /// One that begins with a section, which must lie at a page of the file.
  [[nodiscard]] static std::optional<GrowingColumn> over(const SectionFile& file, size_t section, uint64_t room);
  GrowingColumn(GrowingColumn&& other) noexcept;
  GrowingColumn& operator=(GrowingColumn&& other) noexcept;
  GrowingColumn(const GrowingColumn&) = delete;
  GrowingColumn& operator=(const GrowingColumn&) = delete;
  ~GrowingColumn();

  [[nodiscard]] bool fits(uint64_t bytes) const { return bytes <= capacity_ - size_; }
  /// Requires fits().
  void append(std::string_view bytes);
  template <typename T>
  [[nodiscard]] std::span<const T> values() const {
    return {reinterpret_cast<const T*>(data_), size_ / sizeof(T)};
  }
  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

 private:
  GrowingColumn() = default;
  char* data_ = nullptr;
  uint64_t size_ = 0, capacity_ = 0, reserved_ = 0;
};

/// The columns of a base.
class GrowingColumns final : public identity::GrowingEvents {
 public:
  /// nullptr when there is no address space.
  [[nodiscard]] static std::unique_ptr<GrowingColumns> over(const PortfolioBase& base);
  [[nodiscard]] bool append(const identity::EventBlock& block, const std::vector<std::string>& keys,
                            facts::Portfolio& portfolio) override;

 private:
  struct Cells {
    GrowingColumn row, value;
  };
  [[nodiscard]] bool make_cells(const std::string& key);

  std::vector<GrowingColumn> columns_;  // by BaseColumn
  std::map<std::string, Cells> cells_;
};

}  // namespace kenko::segments

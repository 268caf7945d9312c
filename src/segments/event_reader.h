// segments/event_reader.h
//
// Internal to segments: Parquet -> event versions in columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "duck/connection.h"
#include "facts/event_table.h"
#include "ports/fact_store.h"
#include "text/rules.h"

namespace kenko::segments {

/// The rules for texts, read when the first text needs them.
class LazyTextRules {
 public:
  explicit LazyTextRules(const text::RuleFiles& files) : files_(files) {}
  /// nullptr when there are no files.
  [[nodiscard]] Result<const text::TextRules*> get();

 private:
  const text::RuleFiles& files_;
  std::optional<text::TextRules> rules_;
};

/// Appends all versions of one segment to `table`, in its order; what their texts say by `rules` are properties of
/// theirs (text/derive.h).  True when any of them has a text.
/// Problems: "segment-missing", "segment-damaged", those of the rules.
[[nodiscard]] Result<bool> read_segment(duck::Connection& duck, const std::string& dir,
                                        const ports::SegmentInfo& segment, LazyTextRules& rules,
                                        facts::EventTable& table);

}  // namespace kenko::segments

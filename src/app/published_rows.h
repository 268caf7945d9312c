// app/published_rows.h
//
// Rows of the published history: what is said of an account and a day, and everything that alerts read of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "engine/engine.h"
#include "explain/causes.h"
#include "facts/dictionary.h"
#include "score/history.h"

namespace kenko::app {

/// Stands where a number of a row is null.
inline constexpr int32_t kNone = INT32_MIN;
inline constexpr int64_t kNoAmount = INT64_MIN;

/// Why a row was written.
enum class RowKind : uint8_t {
  close,        ///< its day was closed
  revision,     ///< facts that became known later changed it
  publication,  ///< a model was published, and this is what it says of the past
};
[[nodiscard]] std::string_view word(RowKind kind);

/// What a model says of one account and day.
///
/// Codes: of the Dictionary it was made with, 0 = null.  Units: as score::LifeScores, null = kNone; arr in millionths.
struct PublishedRow {
  uint32_t account = 0;
  Day day;
  uint32_t state = 0, status = 0, band = 0, segment = 0, stage = 0;
  int32_t score = kNone, coverage = kNone, computed = kNone, rolled_up = kNone;
  int32_t hierarchy = 0, triggers = 0, cap = 0, silence = 0, override_line = 0;
  uint32_t active_triggers = 0;  ///< a JSON list of names
  uint32_t capped_by = 0;        ///< the active trigger with the lowest cap
  uint32_t override_kind = 0;    ///< value, floor, ceiling
  int32_t override_value = kNone;
  uint32_t owner = 0;              ///< the attribute `owner`
  int64_t arr = kNoAmount;         ///< of the contracts that count
  int32_t renewal = kNone;         ///< Day::number of the next renewal
  uint32_t stale_sources = 0;      ///< a JSON list of the overdue sources that the model reads
  std::vector<int32_t> dimension;  ///< by dimension of the model
  // What alerts and plays read beside that; of first rows alone.
  uint32_t top_parent = 0;                      ///< the account at the top of its hierarchy
  uint32_t name = 0, territory = 0, touch = 0;  ///< the attributes of these names
  uint32_t reason = 0;                          ///< the sentence that says what costs it the most points
  int32_t chance = kNone;                       ///< that it leaves within the horizon, in millionths; where calibrated
  int64_t expected_loss = kNoAmount;            ///< the chance times what can leave within the horizon
  std::vector<uint8_t> conditions;              ///< by watched condition of the plan: as engine::LifeDays::watched

  /// Of everything but account, day and what alerts and plays alone read.
  [[nodiscard]] uint64_t content() const;
};

/// What a history must hold for the rows of a close.
[[nodiscard]] inline engine::RunOptions row_options() {
  engine::RunOptions out;
  out.among = true;
  return out;
}

/// Makes the rows of one engine's accounts.
///
/// Ownership: refers to the engine and the dictionary, into which it puts texts.  Threads: one.
class RowMaker {
 public:
  /// until: the day up to which histories are computed.
  /// The histories it is given were made with row_options(); without them rows have no conditions.
  RowMaker(const engine::Engine& engine, Day until, facts::Dictionary& texts);
  ~RowMaker();
  RowMaker(const RowMaker&) = delete;
  RowMaker& operator=(const RowMaker&) = delete;

  /// Hands out the rows of the days [from, to] on which the account has one, ascending.
  void make(const score::AccountHistory& history, Day from, Day to,
            const std::function<void(const PublishedRow&)>& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Rows of one file of scores/, in columns.
///
/// Codes: of the dictionary.  A model is added before its rows.  Memory: about 120 bytes a row, 32 more with changes.
class PublishedRows {
 public:
  /// texts: of the codes, must outlive the rows.  known_at: what became known later is not in them.
  PublishedRows(facts::Dictionary& texts, Instant known_at) : texts_(&texts), known_at_(known_at) {}

  [[nodiscard]] size_t size() const { return day_.size(); }
  [[nodiscard]] const std::vector<int32_t>& days() const { return day_; }
  /// A model that says rows; gives its number.
  uint32_t add_model(const std::string& name, const std::string& fingerprint, const plan::Plan& plan);
  /// causes: the change since the previous closed day.
  void add(const PublishedRow& row, uint32_t model, RowKind kind, int32_t revision,
           const std::optional<explain::Causes>& causes = {});
  /// A row as one line, for comparisons: every cell that is not null, with the name of its column.
  [[nodiscard]] std::string line(size_t row) const;
  /// Writes them as Parquet (temporary file, flushed, renamed, folder flushed).  docs/SEMANTICS.md#published-history
  /// names the columns.
  [[nodiscard]] Status write(const std::string& path) const;

 private:
  struct Model {
    uint32_t name = 0, fingerprint = 0;
    std::vector<size_t> dimension;  ///< of its dimensions: positions in dimension_
    std::vector<size_t> condition;  ///< of its watched conditions: positions in condition_
  };
  friend class PublishedTable;

  facts::Dictionary* texts_;
  Instant known_at_;
  std::vector<Model> models_;
  std::vector<std::string> dimension_names_;
  std::vector<std::string> condition_names_;
  std::vector<uint32_t> account_, state_, status_, band_, segment_, stage_, active_triggers_, capped_by_,
      override_kind_, owner_, stale_sources_, top_parent_, name_, territory_, touch_, reason_;
  std::vector<int32_t> day_, revision_, score_, coverage_, computed_, rolled_up_, hierarchy_, triggers_, cap_, silence_,
      override_line_, override_value_, renewal_, chance_;
  std::vector<int64_t> arr_, expected_loss_;
  std::vector<uint8_t> kind_, model_;
  std::vector<std::optional<explain::Causes>> causes_;  ///< shorter than the rows: the others have none
  std::vector<std::vector<int32_t>> dimension_;         ///< kNone = null
  std::vector<std::vector<uint8_t>> condition_;         ///< engine::kUnknown = null; shorter than the rows: null
};

}  // namespace kenko::app

// identity/live_portfolio.h
//
// A portfolio that is kept up while facts are added: only what changed is resolved again, by the same code.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "facts/portfolio.h"
#include "identity/blocks.h"
#include "identity/references.h"
#include "identity/resolve.h"
#include "identity/state_facts.h"
#include "identity/tally.h"
#include "identity/versions.h"

namespace kenko::identity {

/// The columns of a portfolio's events, to which rows can be appended.
class GrowingEvents {
 public:
  virtual ~GrowingEvents() = default;
  /// Appends the rows of `block` (its properties by position in portfolio.properties, further ones named by `keys`) and
  /// sets the spans of `portfolio.events` and `portfolio.properties` so that they cover them.  False when there is no
  /// room: nothing changed.
  [[nodiscard]] virtual bool append(const EventBlock& block, const std::vector<std::string>& keys,
                                    facts::Portfolio& portfolio) = 0;
};

/// Columns in memory.
class GrowingVectors final : public GrowingEvents {
 public:
  /// Starts with a copy of the portfolio's rows.
  explicit GrowingVectors(const facts::Portfolio& portfolio);
  [[nodiscard]] bool append(const EventBlock& block, const std::vector<std::string>& keys,
                            facts::Portfolio& portfolio) override;

 private:
  EventBlock all_;  // without cells
  std::map<std::string, EventBlock::Cells> cells_;
};

/// Keeps a portfolio up.
///
/// Meaning: after update() the portfolio says what resolve_tables() would say of the same facts, but for the order of
///          accounts' blocks, rows of `events` that no account has any more, and the numbers of users.
/// Cost:    of update(): in proportion to the events of the changed accounts.
/// Threads: one at a time; nobody may read the portfolio meanwhile.
class LivePortfolio {
 public:
  /// `resolved` is what resolve_tables() gave without a cut; of `rest`, only identities and memberships are read, those
  /// that it was given.
  LivePortfolio(Resolved resolved, std::shared_ptr<const facts::FactSet> rest, std::unique_ptr<GrowingEvents> columns);
  LivePortfolio(LivePortfolio&&) noexcept;
  LivePortfolio& operator=(LivePortfolio&&) noexcept;
  ~LivePortfolio();

  /// Takes what was added.  `tables` hold all event versions; those with a seq greater than `known_seq` are new. `rest`
  /// (rest.events is not read) is all that is no event; nullptr = as at the last update, of which there must be one.
  /// False when this can't be done in place (then the object is worthless and everything must be resolved again): rates
  /// of old days changed, more than `room` rows would have to be laid behind the others, or something does not fit
  /// together.
  [[nodiscard]] bool update(Tables tables, int64_t known_seq, std::shared_ptr<const facts::FactSet> rest,
                            uint64_t room);

  [[nodiscard]] const facts::Portfolio& portfolio() const { return portfolio_; }
  /// Moves it out; the object is spent.  The columns live as long as the result's backing.
  [[nodiscard]] facts::Portfolio take();
  /// Rows that were laid behind the first ones.
  [[nodiscard]] uint64_t added_rows() const { return portfolio_.events.size() - first_rows_; }

 private:
  friend class LiveUpdate;
  // References keep views of facts and settings, so all three stay where they are.
  struct Known;

  [[nodiscard]] bool rates_hold(const std::vector<facts::RateSeries>& rates) const;
  [[nodiscard]] uint32_t user_number(std::string_view key);
  void count_user(uint32_t number, int sign);
  void write_state(StateFacts state, References& references);
  void set_newest_day();

  facts::Portfolio portfolio_;
  EventTally tally_;
  std::vector<std::string> user_keys_;
  std::vector<uint32_t> user_events_;
  std::vector<uint8_t> user_in_state_;  // a contact, or one with attributes
  size_t sorted_users_ = 0;             // the first ones of user_keys_ are sorted
  std::unordered_map<std::string, uint32_t> later_users_;
  std::unique_ptr<Known> known_;
  std::vector<std::vector<Day>> spoken_;
  std::optional<Day> values_newest_, contracts_newest_;
  std::shared_ptr<GrowingEvents> columns_;
  uint64_t first_rows_ = 0;
};

}  // namespace kenko::identity

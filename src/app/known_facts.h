// app/known_facts.h
//
// What was known when: the portfolio as it looked at the close of a day, and which accounts look different in
// hindsight.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "facts/event_table.h"
#include "facts/portfolio.h"
#include "plan/plan.h"
#include "ports/fact_store.h"

namespace kenko::app {

/// A state of knowledge.  Identities, memberships and rates are the same in all of them (docs/SEMANTICS.md#time 4).
struct Known {
  Instant until;                    ///< facts with a later known_at do not exist
  std::optional<int64_t> next_seq;  ///< nor do those with this commit number or a later one
};

/// Accounts whose days may look different when seen from different closes.  Too many are no mistake, too few are one.
struct LateAccounts {
  bool all = false;                   ///< every account, because one rests on the other
  std::vector<std::string> accounts;  ///< ids, sorted; empty when `all`
  [[nodiscard]] bool none() const { return !all && accounts.empty(); }
};

/// Whether a late fact of one account may change rows of others.
enum class Coupling : uint8_t {
  scores,  ///< within trees of parents; of everybody as the plans say, or where sources have a rhythm
  none,    ///< not asked for: values of metrics that read their own account alone
};

/// Every version of every fact of a workspace.
class KnownFacts {
 public:
  /// Facts that are not events, and the intake: those whose values were not taken back by then (none = by now).
  using Rest = std::function<Result<facts::FactSet>(const std::optional<Instant>& known_until)>;

  KnownFacts(std::shared_ptr<const facts::EventTable> events, facts::Settings settings, Rest rest);
  /// `store` must outlive it and be kept from changing.
  [[nodiscard]] static Result<KnownFacts> load(const Workspace& workspace, ports::FactStore& store, int threads);

  /// The accounts whose rows of the days up to `last` are not the same in all of these: known as of `base`, as of the
  /// close of each day from `first` to `last`, and as of now (`all`, law a).
  /// plans: of all models whose rows are asked for.
  [[nodiscard]] Result<LateAccounts> late_accounts(const Known& base, Day first, Day last,
                                                   const std::vector<const plan::Plan*>& plans,
                                                   const facts::Portfolio& all, Coupling coupling = Coupling::scores);
  /// Forgets the events of all accounts but these: portfolios are right for these alone from now on.
  [[nodiscard]] Status keep_only(const std::vector<std::string>& accounts, const facts::Portfolio& all);

  [[nodiscard]] Result<facts::Portfolio> portfolio(const Known& known) const;
  /// One more than the greatest commit number of any fact that a portfolio may change by.  Before keep_only().
  [[nodiscard]] Result<int64_t> next_seq() const;

 private:
  KnownFacts(facts::Settings settings, Rest rest, int threads)
      : settings_(std::move(settings)), rest_(std::move(rest)), threads_(threads) {}
  void add(const std::shared_ptr<const facts::EventTable>& events);
  /// rest_(), read once where nothing was ever taken back: then it is the same at all times.
  [[nodiscard]] Result<std::shared_ptr<const facts::FactSet>> rest(const std::optional<Instant>& known_until) const;

  std::vector<facts::EventView> tables_;
  std::vector<std::shared_ptr<const void>> owners_;  ///< of what the tables view
  facts::Settings settings_;
  Rest rest_;
  int threads_ = 1;
  mutable std::shared_ptr<const facts::FactSet> ever_;  ///< nothing taken back; nullptr = not asked for yet
  mutable bool always_ = false;                         ///< nothing was ever taken back: ever_ is what is known now
  std::optional<std::vector<std::optional<Day>>> source_first_day_;  ///< of all accounts, once only some are left
};

}  // namespace kenko::app

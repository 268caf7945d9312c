// segments/open_portfolio.h
//
// A portfolio that stays open and takes new events, for a process that lives long.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/portfolio.h"
#include "facts/settings.h"
#include "ports/fact_store.h"
#include "text/rules.h"

namespace kenko::segments {

/// The portfolio of a workspace without a cut, kept up in memory.
///
/// Meaning: portfolio() says what load_portfolio() would say of the same facts.  One account's events are
///          portfolio().events_of[account], in one piece, whether they come from segments, intake or both.
/// Cost:    add() of one event: its account's events are copied (a usual account: some microseconds), and a look into
///          the index of each segment for its id.
/// Threads: one at a time; add() changes what portfolio() refers to, so nobody may read meanwhile.  What an engine has
///          bound by row or by text code must be bound again, or grow with it.
class OpenPortfolio {
 public:
  /// Problems: those of load_portfolio().
  [[nodiscard]] static Result<OpenPortfolio> open(const std::string& dir, ports::FactStore& store,
                                                  const facts::Settings& settings, const text::RuleFiles& texts);
  OpenPortfolio(OpenPortfolio&&) noexcept;
  OpenPortfolio& operator=(OpenPortfolio&&) noexcept;
  ~OpenPortfolio();

  [[nodiscard]] const facts::Portfolio& portfolio() const;
  /// Takes event versions that were stored since, in the order of their numbers.  False when they must be taken by
  /// opening it again: too much has come behind the base, or a number is not greater than those before.  Then
  /// portfolio() is worthless.
  [[nodiscard]] Result<bool> add(std::vector<facts::EventFact> events);
  /// Is it what `snapshot` names, when no events came since but those that were added?
  [[nodiscard]] bool fits(const ports::Snapshot& snapshot) const;

 private:
  struct State;
  explicit OpenPortfolio(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kenko::segments

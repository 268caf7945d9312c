// alerts/closing.h
//
// What a closed day does to the alerts.  Internal to the ledger.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/ledger.h"

namespace kenko::alerts {

/// One call of Ledger::close.  Ownership: refers to both.
class Ledger::Closing {
 public:
  Closing(Ledger& ledger, const ClosedDay& day);
  void run();

 private:
  /// What a rule wants of an account today.
  struct Wish {
    size_t rule = 0;
    const AccountDay* row = nullptr;
    std::optional<size_t> alert;  ///< the one that is there
    std::optional<Level> acts;    ///< the most severe level that opens (or raises) an alert
    std::optional<Level> fires;   ///< the most severe one that holds
    std::optional<Level> lasts;   ///< the most severe one that was not over for long enough
    Signal signal;
    bool in_storm = false;  ///< the account is one of many that fell today
  };
  void end_the_gone(const std::vector<AccountDay>& left);
  void look_at(const AccountDay& row);
  [[nodiscard]] bool rises(const Wish& wish) const;
  void find_storms(const std::vector<AccountDay>& rows);
  void fulfil(const Wish& wish);
  void open(const Wish& wish);
  void raise(const Wish& wish);
  /// An alert in no state yet.
  size_t add(const std::string& subject, const std::string& cause, Kind kind, Level level, Sentence why);
  [[nodiscard]] bool has_lost_owner(const Alert& alert) const;
  void take_owner(Alert& alert, const AccountDay& row);
  void put_storms();
  void put_sources();
  void hand_over();
  void hand_over(size_t alert);
  [[nodiscard]] std::string first_present(const std::vector<team::PersonId>& people) const;
  [[nodiscard]] std::string segment_of(const AccountDay& row) const;
  [[nodiscard]] const Rule& rule_of(const Wish& wish) const { return ledger_.setup_->rules.rules[wish.rule]; }

  Ledger& ledger_;
  const ClosedDay& day_;
  Day local_;  ///< the day on which it was closed
  std::vector<Wish> wishes_;
  struct Storm {
    int64_t accounts = 0, fell = 0;
    bool breaks = false;
    std::vector<size_t> held;  ///< alerts
  };
  std::map<std::string, Storm> storms_;  // by segment
};

/// Why an alert of a rule opens: one sentence with its numbers.
[[nodiscard]] Sentence why_of(const Rule& rule, const Rules& rules, Level level, const Signal& signal,
                              const AccountDay& row, const ClosedDay& day);
/// What usually helps, where the rule does not say it.
[[nodiscard]] std::string usual_help(Kind kind, Level level);

}  // namespace kenko::alerts

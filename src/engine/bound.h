// engine/bound.h
//
// A plan bound to a portfolio: names become codes, filters become tests on dense columns.  Internal to the engine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/contacts.h"
#include "engine/engine.h"
#include "engine/filters.h"
#include "facts/dictionary.h"
#include "facts/portfolio.h"
#include "plan/plan.h"

namespace kenko::engine {

/// What an event's name means for the population rules; docs/SEMANTICS.md#population.
enum class NameKind : uint8_t {
  plain,
  ours,
  churned,
  reactivated,
  subscription_started,
  trial_started,
  paused,
  resumed,
  notice_given,
  renewed
};

/// One property of every event, dense: the code of its value, 0 = none.
struct BoundProperty {
  std::string key;
  std::vector<uint32_t> code;  ///< by event row; empty when no event has the property
  size_t cells = 0;            ///< how many cells of the portfolio's column are in it
  bool numbers = false;        ///< its codes are read as decimals
  bool dates = false;          ///< its codes are read as days
};

struct BoundSelector {
  bool filtered = false;
  BoundFilter filter;
};

/// When an aggregate's event name is observed; docs/SEMANTICS.md#observation-zero-and-null.
struct BoundObservation {
  bool by_all = false;            ///< a source that covers all emits it
  int32_t said_from = INT32_MAX;  ///< the earliest start that kenko.yaml says of such a source
  int32_t seen_from = INT32_MAX;  ///< the first event of those of which it says none
  std::vector<uint32_t> touched;  ///< positions of `touched` sources that emit it
};

/// The properties that an aggregate reads, as positions in Bound::properties; -1 = none.
struct BoundAggregate {
  int32_t field = -1;
  int32_t by = -1;        ///< pairs
  int32_t day = -1;       ///< pairs: due; current: `expires`
  Influences influences;  ///< contact_health
};

/// A curve with its categories' texts bound to codes.
struct BoundCurve {
  const plan::Curve* curve = nullptr;
  std::vector<int32_t> category_points;  ///< category: points by text code (flags: 0 and 1), kNoPoints = none
  std::vector<int32_t> whole_points;     ///< others: points of the values 0, 1, 2 ...
};

struct Engine::Bound {
  static constexpr int32_t kNoDate = INT32_MAX;

  Bound(const plan::Plan& p, const facts::Portfolio& f);
  /// Engine::follow().
  [[nodiscard]] bool follow();

  const plan::Plan& plan;
  const facts::Portfolio& portfolio;
  facts::Dictionary texts;                                             ///< of text values: attributes and literals
  std::vector<uint32_t> attribute_text;                                ///< by attribute row
  std::vector<double> literal_code;                                    ///< by node: text literals
  std::vector<uint32_t> attribute_begin, contract_begin, touch_begin;  ///< by account, +1
  std::vector<uint32_t> attribute_key;                                 ///< by node: code of the key in portfolio.texts
  std::vector<NameKind> name_kind;                                     ///< by name code
  /// The selectors that take events of a name: those from selector_begin[name] to before selector_begin[name + 1].
  std::vector<uint32_t> selector_begin, selectors_of_names;
  std::vector<BoundSelector> selectors;
  std::vector<BoundObservation> observation;  ///< by selector
  std::vector<BoundProperty> properties;
  std::vector<UserAttribute> user_attributes;  ///< that filters ask for
  BoundContacts contacts;
  std::vector<BoundAggregate> aggregates;  ///< by node
  std::vector<int64_t> number_of_code;     ///< by text code, where number_valid
  std::vector<uint8_t> number_valid;       ///< 0 = not read, 1 = a number, 2 = not a number
  std::vector<int32_t> day_of_code;        ///< by text code: Day::number, kNoDate; empty = no metric reads dates
  std::vector<int32_t>
      touched_source;              ///< by source code: position in settings.sources when it covers touched, else -1
  std::vector<BoundCurve> curves;  ///< by metric
  /// By segment (stage of life), parallel to its changes.curves.
  std::vector<std::vector<BoundCurve>> segment_curves, stage_curves;
  int32_t effective_at = -1;  ///< property of account.churned
  uint32_t started_key = 0, status_key = 0;
  bool any_touched = false;
  uint64_t bound_rows = 0;    ///< of events
  uint32_t bound_texts = 0;   ///< of the portfolio
  uint64_t state_number = 0;  ///< Portfolio::state_number of what is bound

  [[nodiscard]] bool passes(const BoundFilter& filter, uint64_t row) const;

 private:
  int32_t property(const std::string& key);
  void extend(BoundProperty& column) const;
  size_t user_attribute(const std::string& key);
  UserAttribute read_user_attribute(const std::string& key) const;
  BoundFilter bind_filter(const plan::Filter& filter);
  void ask_texts(const plan::Filter& leaf, const BoundProperty& column, uint64_t from,
                 std::vector<Truth>& answer) const;
  void bind_selectors();
  void bind_aggregates();
  void bind_contacts();
  void read_dates(int32_t property, uint64_t from = 0);
  void read_numbers(int32_t property, uint64_t from = 0);
  void bind_names();
  void follow_texts();
  void find_codes(const plan::Filter& leaf, BoundFilter& bound) const;
  void bind_sources();
  void follow_filter(const plan::Filter& filter, BoundFilter& bound, bool new_texts) const;
  void bind_observation();
  void bind_accounts();
  void bind_texts();
  void bind_curves();
  [[nodiscard]] BoundCurve bind_curve(const plan::Metric& metric, const plan::Curve& curve) const;
};

}  // namespace kenko::engine

// mapping/fact_maker.h
//
// Makes the facts of one rule from one record.  Inner part of map_record.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/cells.h"
#include "mapping/map_record.h"

namespace kenko::mapping {

/// A rule and the columns that it takes by "all", as (column of the record, key), sorted by key.
struct RulePlan {
  const Rule* rule = nullptr;
  std::vector<std::pair<size_t, std::string>> others;
};

/// The id that the id columns give, without the rule's name; empty when one of them is empty or there are none.
[[nodiscard]] std::string given_id(const EventRule& rule, const Row& row, std::string& scratch);
/// The source of a rule's facts.
[[nodiscard]] std::string_view source_of(const Rule& rule, const MapContext& context, const Row& row,
                                         std::string& scratch);

/// Adds facts to a Mapped.  Every function gives false after setting `out.reject`.
class FactMaker {
 public:
  FactMaker(const Mapping& mapping, const MapContext& context, const Row& row, const Hash128& raw, int64_t repeat,
            DayOffsets& days, Mapped& out)
      : mapping_(mapping), context_(context), row_(row), raw_(raw), repeat_(repeat), days_(days), out_(out) {}

  [[nodiscard]] bool apply(const RulePlan& plan);

 private:
  facts::EventFact& next_event();
  bool event(const RulePlan& plan);
  bool event_version(const Rule& rule, facts::EventFact& e);
  bool event_id(const Rule& rule, facts::EventFact& e);
  bool properties(const RulePlan& plan, facts::EventFact& e);
  bool attributes(const RulePlan& plan);
  bool attribute(const AttributeRule::Column& column, std::string_view text, const facts::AttributeFact& head);
  bool contract(const Rule& rule);
  bool contract_days(const ContractRule& rule, facts::ContractFact& c);
  bool identity(const Rule& rule);
  bool membership(const Rule& rule);
  bool rate(const Rule& rule);

  bool refuse(const Cell& cell, std::string code, std::string message);
  // What people enter by hand has numbers and authors of its own; nothing else may come under its name.
  bool not_manual(const Cell& cell, const std::string& source);
  // A text that must be there (else `code`) and not be absurdly long.
  bool required(const Cell& cell, std::string code, std::string_view what, std::string& to);
  bool optional_text(const Cell& cell, std::string_view what, std::string& to);
  bool reference(const Cell& cell, std::string_view what, std::optional<std::string>& to);
  bool amount(const Amount& amount, std::optional<Decimal>& to);
  bool number(const Cell& cell, std::string_view text, Decimal& to);
  bool currency(const Cell& cell, std::string& to);
  bool instant(const Cell& cell, std::string_view text, Instant& to);
  bool day(const Cell& cell, std::optional<Day>& to);
  bool since(const Cell& cell, std::optional<Day>& from, facts::Recorded& to);
  bool day_of_text(const Cell& cell, std::string_view text, Day& to);
  // Fills known_at by the mapping; `own` is the fact's own time, if it has one.
  bool recorded(std::optional<Instant> own, facts::Recorded& to);
  bool typed_text(const Cell& cell, std::string_view text, std::string& to);

  const Mapping& mapping_;
  const MapContext& context_;
  const Row& row_;
  const Hash128& raw_;
  int64_t repeat_;
  DayOffsets& days_;
  Mapped& out_;
  std::string scratch_;
};

}  // namespace kenko::mapping

// tests/cases/case.h
//
// A case file: one rule of docs/SEMANTICS.md, with facts, a model and the cells that follow from it.  README.md beside
// this file describes the format.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "cases/text_table.h"
#include "facts/fact.h"
#include "facts/settings.h"
#include "model/model.h"

namespace kenko::cases {

/// Invariants: `days` ascend and are not empty; `expect` has the column `account`, and `day` when there are several
/// days.
struct Case {
  std::string name;  ///< the path below tests/cases, without .yaml
  std::string about;
  std::string rule;        ///< the heading of SEMANTICS.md as a link: "time"
  std::string not_in_sql;  ///< why generated SQL cannot do it; empty = it can
  facts::Settings settings;
  facts::FactSet facts;
  std::string model_text;
  model::Model model;
  std::vector<Day> days;
  std::optional<Day> known_day;
  TextTable expect;

  /// law (b) of the case.
  [[nodiscard]] facts::Cut cut() const;
};

/// Reads a case file.  `name` as in Case::name.
[[nodiscard]] Result<Case> read_case(const std::string& text, const std::string& name);

/// Reads the tables of facts into out.facts; out.settings is there already.  `tables`: by key of the case file.
[[nodiscard]] Status read_facts(const std::map<std::string, TextTable>& tables, Case& out);

}  // namespace kenko::cases

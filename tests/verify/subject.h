// verify/subject.h
//
// What one run verifies: facts, settings and a model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "facts/event_table.h"
#include "facts/portfolio.h"
#include "model/model.h"
#include "plan/plan.h"
#include "property/generate.h"

namespace kenko::verify {

/// A company with a model.
///
/// Invariants: `events` are the events of `facts` in columns; `portfolio` is what identity::resolve makes of them.
struct Subject {
  std::string name;
  facts::Settings settings;
  facts::FactSet facts;
  facts::EventTable events;
  model::Model model;
  plan::Plan plan;
  facts::Portfolio portfolio;
  Day first, last;  ///< of its history
  Day known_day;    ///< a day on which a part of the facts may not have been known yet

  /// The portfolio under a cut.
  [[nodiscard]] facts::Portfolio resolve(const facts::Cut& cut) const;
};

/// A random company with a random model.
[[nodiscard]] std::unique_ptr<Subject> random_subject(uint64_t seed, const property::Size& size);

/// The workspace in `dir` with `model` (a name or a path; empty = its active one), up to the newest fact.
[[nodiscard]] Result<std::unique_ptr<Subject>> workspace_subject(const std::string& dir, const std::string& model);

}  // namespace kenko::verify

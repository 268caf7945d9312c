// app/candidates.h
//
// Which further metrics the facts of a workspace would support: the candidates of a search.  docs/SEMANTICS.md#search.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/portfolio.h"
#include "model/model.h"

namespace kenko::app {

/// A metric that could be.
///
/// name:         unique among the candidates and the model's names.
/// label:        what a reader of the model would see.
/// expression:   of the metric language; it reads no outcome.
/// min_observed: days, 0 = the language's own rule.
/// events:       what it reads, sorted; empty for attributes and contracts.
struct MetricCandidate {
  std::string name, label;
  std::string expression;
  int32_t min_observed = 0;
  std::vector<std::string> events;
};

struct CandidateOptions {
  size_t most = 300;             ///< candidates
  bool ours = false;             ///< what our own team does counts too
  int64_t fewest_accounts = 20;  ///< that have an event (attribute) for it to be looked at
};

/// Simple ones first, and those of the events that most accounts have; facts of later days are not looked at.
[[nodiscard]] std::vector<MetricCandidate> candidates_for(const facts::Portfolio& portfolio, const model::Model& model,
                                                          Day until, const CandidateOptions& options = {});

/// The text of the model with the candidates as further metrics that are shown and not scored.  Those that the check
/// refuses are left out, of `candidates` too.  Errors: the model's own; "search-flow-style" when its metrics do not
/// stand on lines of their own.
[[nodiscard]] Result<model::Model> with_candidates(const std::string& model_text, const std::string& file,
                                                   const facts::Settings& settings,
                                                   std::vector<MetricCandidate>& candidates);

/// A double-quoted YAML scalar.
[[nodiscard]] std::string yaml_quoted(const std::string& text);

}  // namespace kenko::app

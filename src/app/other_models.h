// app/other_models.h
//
// The further models of a workspace (`also:` in kenko.yaml): their scores beside those of the primary one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/scoring.h"
#include "base/result.h"
#include "report/table.h"

namespace kenko::app {

/// What one further model says of the accounts that have a row on the day.
struct OtherScores {
  std::string model;  ///< as kenko.yaml names it
  struct Score {
    int32_t hundredths = score::kNoScore;
    score::State state = score::State::none;
    std::string band;  ///< empty = none
    std::string chip;  ///< "◆ B yellow", "? insufficient data"
    report::Tone tone = report::Tone::plain;
  };
  std::map<std::string, Score> by_account;  ///< by id
};

/// In the order of kenko.yaml; over the facts, the day and the accounts (all, when empty) of `scoring`.  Problems of
/// their files.
[[nodiscard]] Result<std::vector<OtherScores>> score_others(const Workspace& workspace, const Scoring& scoring,
                                                            const std::vector<uint32_t>& accounts = {});

/// Puts the columns score.MODEL and band.MODEL of each behind the column `after`; the rows say with the column
/// `account` whose they are.
void add_columns(const std::vector<OtherScores>& others, const std::string& after, report::Table& table);

/// Puts the column `name` behind `account`; JSON and CSV only when no account of the table has one.
void add_names(const Scoring& scoring, report::Table& table);

}  // namespace kenko::app

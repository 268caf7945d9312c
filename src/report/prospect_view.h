// report/prospect_view.h
//
// Probabilities beside scores.  Where nothing is calibrated no per cent is shown anywhere.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sentence.h"
#include "report/table.h"
#include "validate/calibration.h"

namespace kenko::report {

/// Puts columns behind the column `after` (at the end, when there is none): each usable probability with its interval
/// and, with churn, what is expected to be lost; without it `priority` (ARR x urgency) where `with_priority`.
/// of_row: one for each row of the table; nullptr = nothing is known of it.
void add_prospects(const std::vector<const validate::Prospect*>& of_row,
                   std::span<const validate::Calibration> calibrations, bool with_priority, std::string_view after,
                   Table& table);

/// What is to be expected of one account, a sentence each; empty where nothing is calibrated.
[[nodiscard]] std::vector<Sentence> prospect_sentences(const validate::Prospect& prospect,
                                                       std::span<const validate::Calibration> calibrations);

/// {"churn": {"probability": 0.18, ...}, ...}; "null" where nothing is calibrated.
[[nodiscard]] std::string prospect_json(const validate::Prospect& prospect,
                                        std::span<const validate::Calibration> calibrations);

/// "18 % (12 to 26 %)".
[[nodiscard]] Sentence chance_words(const validate::Chance& chance);

}  // namespace kenko::report

// app/calibrate.h
//
// Learns probabilities from a workspace's past and keeps them beside the model.  docs/SEMANTICS.md#probabilities.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/calibration_file.h"
#include "app/panel.h"
#include "app/workspace.h"
#include "base/result.h"
#include "report/explain_view.h"
#include "validate/prospects.h"

namespace kenko::app {

struct CalibrateRequest {
  std::string model, outcome;  ///< as PanelRequest
  int32_t step_days = 28;
  std::vector<std::string> treated_by;
  validate::Form form = validate::Form::best;
  bool refit = false;  ///< new curves, even where a calibration fits the model
  bool keep = true;    ///< false: nothing is written
  int threads = 0;
};

struct CalibrateReport {
  CalibrationFile file;
  std::string path;                  ///< where it was written; empty = nowhere
  bool remapped = false;             ///< the curves are those that were there
  std::vector<std::string> assumed;  ///< sources whose clocks are assumed
  int64_t rows = 0, treated = 0;     ///< of the panel
};

/// Errors: those of build_panel() and of writing.
[[nodiscard]] Result<CalibrateReport> calibrate(const Workspace& workspace, const CalibrateRequest& request,
                                                Instant now);

/// What is to be expected of accounts on scoring.as_of().
struct Prospects {
  std::vector<validate::Prospect> accounts;  ///< by account; of those that have a row that day

  [[nodiscard]] const validate::Prospect* of(uint32_t account) const;
};
/// Of these accounts, all when empty.  calibration: calibration_in_force().
[[nodiscard]] Prospects prospects_of(const Scoring& scoring, const CalibrationInForce& calibration,
                                     std::span<const uint32_t> accounts = {});

/// The same into the explanation of one account.
void add_prospect(const Scoring& scoring, const CalibrationInForce& calibration, report::ExplainView& view);

}  // namespace kenko::app

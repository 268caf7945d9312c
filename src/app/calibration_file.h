// app/calibration_file.h
//
// calibrations/MODEL.yaml: what `kenko calibrate` learnt, and whether it still fits the model.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/scoring.h"
#include "app/workspace.h"
#include "base/result.h"
#include "validate/calibration.h"

namespace kenko::app {

/// Everything in the file.  It belongs to one meaning of one model and one meaning of its outcomes.
struct CalibrationFile {
  std::string model;
  std::string fingerprint;  ///< of the model, as plan::Plan::fingerprint
  std::string outcomes;     ///< of what is asked: the same for outcomes, which change no model fingerprint
  Instant made;
  std::vector<validate::Calibration> questions;
};

[[nodiscard]] std::string calibration_text(const CalibrationFile& file);
/// Problems: of YAML; "bad-calibration" when the numbers make no curve.  `name` is only named in messages.
[[nodiscard]] Result<CalibrationFile> read_calibration(std::string_view text, const std::string& name);

/// Where the calibration of a model is kept.
[[nodiscard]] std::string calibration_path(const Workspace& workspace, const std::string& model);

/// What a calibration has to fit: horizon, gap and meaning of an outcome and of `expansion`.
[[nodiscard]] std::string outcomes_fingerprint(const model::Model& model, const plan::Plan& plan, size_t outcome);

/// What may be used with a model on a day.
struct CalibrationInForce {
  std::optional<CalibrationFile> file;  ///< none = nothing is stated
  size_t outcome = 0;                   ///< position in the plan's outcomes of what Question::churn is about
  Problems notes;                       ///< warnings: why a file that is there is not used

  /// The last day it learnt from: nothing is stated before it.
  [[nodiscard]] Day until() const;
  [[nodiscard]] std::span<const validate::Calibration> questions() const {
    return file ? std::span<const validate::Calibration>(file->questions) : std::span<const validate::Calibration>();
  }
};

/// None where the file does not fit the model any more ("stale-calibration"), cannot be read, or learnt from days after
/// scoring.as_of() ("later-calibration").
[[nodiscard]] CalibrationInForce calibration_in_force(const Workspace& workspace, const Scoring& scoring);
/// The same whatever the day: it may be used from until() on.
[[nodiscard]] CalibrationInForce calibration_of(const Workspace& workspace, const model::Model& model,
                                                const plan::Plan& plan);

}  // namespace kenko::app

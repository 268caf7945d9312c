// validate/finding.h
#pragma once

#include <optional>
#include <string>

#include "base/sentence.h"

namespace kenko::validate {

/// Something a reader must know before believing a number.  Codes are listed in docs/ERRORS.md.
struct Finding {
  bool warning = true;
  std::string code;  ///< stable: "too-few-outcomes"
  Sentence text;     ///< one sentence
  Sentence hint;     ///< what to do; may be empty
};

/// An alarm over an area that real customers do not give; nullopt when it is not too good to be true.
[[nodiscard]] std::optional<Finding> too_good(std::optional<double> auc_within);

}  // namespace kenko::validate

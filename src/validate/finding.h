// validate/finding.h
#pragma once

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

}  // namespace kenko::validate

// verify/checks.h
//
// Everything that must hold of a company's history, one function a claim.
#pragma once

#include <cstdint>
#include <vector>

#include "verify/comparison.h"
#include "verify/subject.h"

namespace kenko::verify {

/// How much is done.
struct Thoroughness {
  uint64_t seed = 1;  ///< of the days, accounts and faults that are drawn
  int threads = 1;
  int law_days = 30;    ///< days on which law (a) is tried
  int silent_days = 8;  ///< days from which on nothing happens any more
  int silent_length_days = 400;
  bool whole_past = true;                    ///< law (a): compare all days up to the cut, not the cut's day alone
  std::vector<uint32_t> reference_accounts;  ///< empty = all
};

/// Compares the subject's native history with every oracle and tries every law.
[[nodiscard]] Status check_subject(const Subject& subject, const Thoroughness& how, Comparison& comparison);

}  // namespace kenko::verify

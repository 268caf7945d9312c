// verify/faults.h
//
// Plants one mistake after another into what native computes and sees whether the comparison finds it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kenko::verify {

/// A planted mistake and the oracle's answer to it.
struct PlantedFault {
  std::string function, fault;
  bool found = false;
  uint64_t cells = 0;  ///< that showed it
};

/// Plants every fault that is known, on random companies from `seed` on, against the generated SQL.  Empty when the
/// faultless run differs already (then nothing that is found means anything).
[[nodiscard]] std::vector<PlantedFault> plant_faults(uint64_t seed);

}  // namespace kenko::verify

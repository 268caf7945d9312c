// readers/inputs.h
//
// Which files a command line means.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace kenko::readers {

/// The files that the arguments name: a file stands for itself, a folder for all data files in it and below (hidden
/// ones left out), a pattern with * ? or [ for the files it matches.  Sorted by bytes within each argument, without
/// repeats. Errors: an argument that names nothing; all of them at once.
[[nodiscard]] Result<std::vector<std::string>> expand_inputs(const std::vector<std::string>& arguments);

}  // namespace kenko::readers

// app/output_file.h
//
// Where long results go piece by piece: standard output, or a file that gets its name when it is complete.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kenko::app {

/// Move-only.  What is never finished leaves a file under a temporary name, which nobody reads.
class OutputFile {
 public:
  /// path: empty = standard output.  Problems of all functions: those of ports::file_problem.
  [[nodiscard]] static Result<OutputFile> open(const std::string& path);
  [[nodiscard]] Status write(std::string_view text);
  [[nodiscard]] Status finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_, temporary_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace kenko::app

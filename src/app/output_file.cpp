#include "app/output_file.h"

#include <cerrno>

#include "ports/files.h"

namespace kenko::app {

Result<OutputFile> OutputFile::open(const std::string& path) {
  OutputFile out;
  out.path_ = path;
  if (path.empty()) return out;
  out.temporary_ = ports::temporary_name(path);
  out.file_.reset(std::fopen(out.temporary_.c_str(), "wb"));
  if (!out.file_) return ports::file_problem("write", path, errno);
  return out;
}

Status OutputFile::write(std::string_view text) {
  std::FILE* to = file_ ? file_.get() : stdout;
  if (std::fwrite(text.data(), 1, text.size(), to) == text.size()) return Done{};
  return ports::file_problem("write", path_.empty() ? "standard output" : path_, errno);
}

Status OutputFile::finish() {
  if (!file_) {
    if (std::fflush(stdout) == 0) return Done{};
    return ports::file_problem("write", "standard output", errno);
  }
  if (std::fclose(file_.release()) != 0) return ports::file_problem("write", path_, errno);
  return ports::publish_file(temporary_, path_);
}

}  // namespace kenko::app

#include "app/files.h"

#include "ports/files.h"

namespace kenko::app {

Status write_output(const std::string& path, std::string_view content) { return ports::write_file(path, {content}); }

}  // namespace kenko::app

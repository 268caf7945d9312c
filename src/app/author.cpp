#include "app/author.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "base/text.h"

namespace kenko::app {
namespace {

std::string system_user() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16'384> bytes{};
  if (::getpwuid_r(::geteuid(), &entry, bytes.data(), bytes.size(), &found) != 0 || found == nullptr) return "";
  return found->pw_name;
}

}  // namespace

Result<std::string> find_author(const std::string& told, const std::string& from_environment) {
  for (const std::string& name : {told, from_environment, system_user()}) {
    const std::string_view author = text::trim(name);
    if (author.empty()) continue;
    if (text::is_utf8(author)) return std::string(author);
    return Problem{"no-author",    {}, "the author's name is not UTF-8", "name yourself with --by NAME", "",
                   Severity::error};
  }
  return Problem{"no-author",
                 {},
                 "nobody is named as the author, and this machine does not know who you are",
                 "name yourself with --by NAME, or set KENKO_AUTHOR",
                 "",
                 Severity::error};
}

}  // namespace kenko::app

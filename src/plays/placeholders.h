// plays/placeholders.h
//
// What may stand in braces in the message of a step: "Hello, {account} has used {score} ...".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kenko::plays {

/// One placeholder: what it is called and what it stands for.
struct Placeholder {
  std::string_view name;
  std::string_view meaning;
};
/// All there are, by name.
[[nodiscard]] const std::vector<Placeholder>& placeholders();

/// What is wrong with a text, at a byte of it.
struct PlaceholderFault {
  size_t offset = 0;
  std::string code, message, hint;
};
/// `{{` and `}}` stand for braces.
[[nodiscard]] std::vector<PlaceholderFault> check_placeholders(std::string_view text);

/// `text` with each placeholder replaced by `value(name)`.  Requires a text without faults.  What is put in is not
/// looked at again.
[[nodiscard]] std::string fill(std::string_view text, const std::function<std::string(std::string_view)>& value);

}  // namespace kenko::plays

#include "base/sentence.h"

#include <fmt/args.h>

#include "base/own_word.h"

namespace kenko {

std::string Sentence::in(const std::string& words) const {
  if (parts.empty()) return words;
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const std::string& part : parts) store.push_back(part.starts_with(kOwnWord) ? part.substr(1) : part);
  return fmt::vformat(words, store);
}

}  // namespace kenko

// An expression that can be read can be written, and what is written is read as the same.
#include "base/result.h"
#include "language/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kenko;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const language::At at = language::in_text(text);
  const auto first = language::parse(text, at);
  if (!first.ok()) {
    KENKO_CHECK(!first.problems().empty(), "refused without a reason");
    return 0;
  }
  const std::string written = language::to_text(*first);
  const auto second = language::parse(written, language::in_text(written));
  KENKO_CHECK(second.ok(), "`{}` is written as `{}`, which cannot be read: {}", text, written,
              to_text(second.problems()));
  KENKO_CHECK(language::to_text(*second) == written, "`{}` is written as `{}`, then `{}`", text, written,
              language::to_text(*second));
  return 0;
}

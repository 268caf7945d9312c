#include "plays/letter.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "plays/placeholders.h"

namespace kenko::plays {
namespace {

using alerts::AccountDay;
using alerts::ClosedDay;

constexpr std::string_view kUnknown = "unknown";
constexpr int64_t kHundredths = 100, kMillionths = 1'000'000;

// Half away from zero.
int64_t whole(int64_t n, int64_t part) { return (n + (n < 0 ? -part : part) / 2) / part; }

std::string or_unknown(std::string_view text) { return std::string(text.empty() ? kUnknown : text); }

std::string amount(int64_t arr, const std::string& currency) {
  if (arr == alerts::kNoAmount) return std::string(kUnknown);
  return (currency.empty() ? "" : currency + " ") + text::grouped(whole(arr, kMillionths));
}

}  // namespace

Letter write_letter(const Play& play, const Step& step, const Task& task, const ClosedDay& day, const AccountDay& row,
                    const LetterFacts& facts) {
  KENKO_CHECK(step.message.has_value(), "the step {} has no message", step.name);
  const auto value = [&](std::string_view name) -> std::string {
    if (name == "account") return facts.account.empty() ? std::string(day.text(row.account)) : facts.account;
    if (name == "arr") return amount(row.arr, facts.currency);
    if (name == "band") return or_unknown(day.text(row.band));
    if (name == "change") {
      return facts.change ? fmt::format("{:+}", whole(*facts.change, kHundredths)) : std::string(kUnknown);
    }
    if (name == "company") return facts.company;
    if (name == "due") return task.due.iso();
    if (name == "owner") return or_unknown(facts.owner.empty() ? day.text(row.owner) : facts.owner);
    if (name == "play") return play.title;
    if (name == "reason") return or_unknown(day.text(row.reason));
    if (name == "renewal") return row.renewal == alerts::kNone ? std::string(kUnknown) : Day{row.renewal}.iso();
    if (name == "score") {
      return row.score == alerts::kNone ? std::string(kUnknown) : fmt::format("{}", whole(row.score, kHundredths));
    }
    if (name == "segment") return or_unknown(day.text(row.segment));
    if (name == "stage") return or_unknown(day.text(row.stage));
    KENKO_CHECK(name == "step", "a placeholder {}", name);
    return step.title;
  };
  Letter out{fill(step.message->subject, value), fill(step.message->text, value)};
  // What is put in may come from customers: a subject stays one line.
  for (char& c : out.subject) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return out;
}

}  // namespace kenko::plays

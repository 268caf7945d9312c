// tests/property/generate_facts.h
//
// The first half of generate.h: a random company's settings and facts, and the words its model may use.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "property/generate.h"

namespace kenko::property {

/// The words that facts and models share.
struct Words {
  std::vector<std::string> events = {"login",        "feature.used", "ticket.opened", "invoice.paid",
                                     "nps.answered", "meeting.held", "message.sent"};
  std::vector<std::string> text_properties = {"severity", "feature", "kind"};
  std::vector<std::string> texts = {"high", "low", "a", "b", "", "3", "true", "B-2", "\xC3\xA9"};
  std::vector<std::string> number_properties = {"score", "amount"};
  std::vector<std::string> numbers = {"0", "1",  "2",    "3", "7",    "-2.50",     "1e3",  "0.1",
                                      "9", "10", "high", "",  "1e30", "0.0000015", "4.2.1"};
  std::vector<std::string> flag_properties = {"admin"};
  std::vector<std::string> flags = {"true", "false", "true", "yes", ""};
  std::vector<std::string> currencies = {"EUR", "JPY"};
};

[[nodiscard]] facts::Settings generate_settings(Random& random, Day first);
/// Fills everything of `out` but the model; reads out.settings.
void generate_facts(Random& random, const Size& size, Generated& out);

}  // namespace kenko::property

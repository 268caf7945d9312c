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
  /// Events that open and close things, and the property that says which thing.
  struct Pair {
    std::string opens, closes, by;
  };
  std::vector<std::string> events = {
      "login",        "feature.used",     "ticket.opened",     "ticket.commented", "ticket.solved",
      "invoice.paid", "invoice.issued",   "nps.answered",      "pulse.set",        "meeting.held",
      "message.sent", "workflow.started", "workflow.completed"};
  std::vector<Pair> pairs = {{"ticket.opened", "ticket.solved", "ticket"},
                             {"ticket.opened", "ticket.commented", "ticket"},
                             {"invoice.issued", "invoice.paid", "invoice"},
                             {"workflow.started", "workflow.completed", "run"},
                             {"feature.used", "login", "kind"},
                             {"login", "login", "kind"}};
  std::vector<std::string> text_properties = {"severity", "feature", "kind"};
  std::vector<std::string> texts = {"high", "low", "a", "b", "", "3", "true", "B-2", "\xC3\xA9"};
  std::vector<std::string> number_properties = {"score", "amount"};
  std::vector<std::string> numbers = {"0", "1",  "2",    "3", "7",    "-2.50",     "1e3",  "0.1",
                                      "9", "10", "high", "",  "1e30", "0.0000015", "4.2.1"};
  std::vector<std::string> flag_properties = {"admin"};
  std::vector<std::string> flags = {"true", "false", "true", "yes", ""};
  std::vector<std::string> currencies = {"EUR", "JPY"};
  std::vector<std::string> roles = {"champion", "sponsor", "user", "buyer"};
  std::vector<std::string> topics = {"billing", "bug"};
};

[[nodiscard]] facts::Settings generate_settings(Random& random, Day first);
/// Fills everything of `out` but the model; reads out.settings.
void generate_facts(Random& random, const Size& size, Generated& out);

}  // namespace kenko::property

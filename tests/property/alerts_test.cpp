// Alerts on random companies: the ledger against the slow reference, line by line; and what docs/ALERTS.md promises of
// every replay.  A failure names the seed; `generate_alerts(seed)` gives the company again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "property/generate_alerts.h"

namespace kenko::property {
namespace {

using cases::AlertWorld;
using cases::by_ledger;
using cases::by_reference;
using reference::AlertHistory;

// KENKO_LONG asks for more of everything.
uint64_t seeds(uint64_t usual) { return std::getenv("KENKO_LONG") == nullptr ? usual : usual * 20; }

AlertHistory in_order(AlertHistory history) {
  cases::put_in_order(history);
  return history;
}

std::string shown(uint64_t seed, const std::vector<std::string>& lines) {
  return lines.empty() ? "" : "seed " + std::to_string(seed) + "\n" + text::join(lines, "\n");
}

TEST(Alerts, TheLedgerSaysWhatTheReferenceSays) {
  std::set<std::string> seen;
  int failures = 0;
  for (uint64_t seed = 1; seed <= seeds(60) && failures < 3; ++seed) {
    const AlertWorld world = generate_alerts(seed);
    const AlertHistory wanted = in_order(by_reference(world));
    const std::string lines = shown(seed, cases::differences(wanted, in_order(by_ledger(world))));
    EXPECT_EQ(lines, "");
    failures += lines.empty() ? 0 : 1;
    for (const auto& line : wanted.lines) seen.insert(line.what), seen.insert(line.cause + " " + line.what);
  }
  // The companies are lively enough for everything to happen.
  for (const char* what : {"opened", "listed", "raised", "eased", "told", "escalated", "assigned", "moved", "delegated",
                           "acknowledged", "snoozed", "woke", "resolved", "reopened", "noted", "ended", "refused"})
    EXPECT_TRUE(seen.contains(what)) << what;
  for (const char* cause : {"level", "fall", "baseline", "complaint", "band", "champion", "renewal", "silent", "storm"})
    EXPECT_TRUE(seen.contains(std::string(cause) + " opened")) << cause;
}

TEST(Alerts, StopsInBetweenChangeNothing) {
  for (uint64_t seed = 1; seed <= seeds(60); ++seed) {
    const AlertWorld world = generate_alerts(seed);
    Random random(seed);
    std::vector<Instant> stops;
    for (int i = 0; i < 50; ++i) stops.push_back({random.between(world.days.front().at.micros, world.until.micros)});
    std::sort(stops.begin(), stops.end());
    EXPECT_EQ(shown(seed, cases::differences(by_ledger(world), by_ledger(world, stops))), "");
  }
}

// What happened by a moment does not depend on what comes after it.
TEST(Alerts, LaterDaysNeverChangeEarlierLines) {
  for (uint64_t seed = 1; seed <= seeds(60); ++seed) {
    const AlertWorld whole = generate_alerts(seed);
    AlertWorld part = generate_alerts(seed);
    const size_t days = 1 + seed % part.days.size();
    part.days.resize(days);
    part.setups.resize(days);
    part.until = part.days.back().at;
    // A day that was closed at the same moment has its say, too.
    if (days < whole.days.size() && whole.days[days].at == part.until) continue;
    std::erase_if(part.deeds, [&](const auto& deed) { return deed.at > part.until; });
    AlertHistory wanted = by_ledger(whole), got = by_ledger(part);
    std::erase_if(wanted.lines, [&](const auto& line) { return line.at > part.until; });
    wanted.standing = got.standing;
    EXPECT_EQ(shown(seed, cases::differences(wanted, got)), "");
  }
}

// A comparison that cannot fail shows nothing: rules that are off by one are found.
TEST(Alerts, PlantedFaultsAreFound) {
  constexpr uint64_t kSeeds = 10;
  std::vector<AlertHistory> wanted;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) wanted.push_back(in_order(by_reference(generate_alerts(seed))));
  const auto found_in = [&wanted](const auto& spoil) {
    int found = 0;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      AlertWorld other = generate_alerts(seed);
      for (auto& setup : other.setups) {
        auto copy = std::make_shared<alerts::Setup>(*setup);
        spoil(copy->rules);
        setup = copy;
      }
      found += cases::differences(wanted[seed - 1], in_order(by_ledger(other))).empty() ? 0 : 1;
    }
    return found;
  };
  EXPECT_EQ(found_in([](alerts::Rules&) {}), 0);
  EXPECT_GE(found_in([](alerts::Rules& rules) { ++rules.rules[0].fire_after; }), 8);
  EXPECT_GE(found_in([](alerts::Rules& rules) { ++rules.rules[0].clear_after; }), 5);
  EXPECT_GE(found_in([](alerts::Rules& rules) { ++rules.storm_accounts; }), 1);
  EXPECT_GE(found_in([](alerts::Rules& rules) { rules.levels[0].respond = calendar::WorkSpan::days(9); }), 5);
  EXPECT_GE(found_in([](alerts::Rules& rules) { rules.ladder.resize(1); }), 1);
}

}  // namespace
}  // namespace kenko::property

#include "base/time_zone.h"

#include <gtest/gtest.h>

namespace kenko {
namespace {

TEST(TimeZoneTest, EveryListedNameIsThere) {
  EXPECT_GT(TimeZone::names().size(), 500U);
  for (const std::string& name : TimeZone::names()) EXPECT_TRUE(TimeZone::find(name).has_value()) << name;
}

// Zones whose file ends with a transition that is not one of the rule in its footer.
TEST(TimeZoneTest, ChangesOfTheClocksGoOnAfterTheLastWrittenOne) {
  const std::pair<const char*, const char*> kMidnights[] = {{"Europe/Lisbon", "2026-06-30T23:00:00Z"},
                                                            {"Europe/Vilnius", "2026-06-30T21:00:00Z"},
                                                            {"America/Nuuk", "2026-07-01T01:00:00Z"},
                                                            {"America/Havana", "2026-07-01T04:00:00Z"},
                                                            {"Pacific/Norfolk", "2026-06-30T13:00:00Z"}};
  for (const auto& [name, midnight] : kMidnights) {
    const auto zone = TimeZone::find(name);
    ASSERT_TRUE(zone.has_value()) << name;
    EXPECT_EQ(zone->start_of(Day::of(2026, 7, 1)).iso(), midnight) << name;
  }
}

}  // namespace
}  // namespace kenko

// Event versions as rows of a fixed size say the same as the facts they were made of.
#include "segments/event_rows.h"

#include <gtest/gtest.h>

#include "segments/event_columns.h"

namespace kenko::segments {
namespace {

facts::EventFact full() {
  facts::EventFact e;
  e.source = "shop";
  e.event_id = "id-1";
  e.account_ref = "a1";
  e.user_ref = "";
  e.name = "purchase";
  e.occurred_at = {5};
  e.value = Decimal::whole(3);
  e.currency = "GBP";
  e.text = "a \"text\"";
  e.properties = {{"a", "x\"y\\z"}, {"b", "2"}};
  e.recorded = {{7}, 9, true};
  e.version = 4;
  e.raw = {1, 2};
  e.rule = "r";
  e.mapping = 77;
  return e;
}

void expect_equal(const facts::EventFact& a, const facts::EventFact& b) {
  EXPECT_EQ(facts::content_hash(a), facts::content_hash(b));
  EXPECT_EQ(a.recorded, b.recorded);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.raw, b.raw);
  EXPECT_EQ(a.rule, b.rule);
  EXPECT_EQ(a.mapping, b.mapping);
  EXPECT_EQ(a.properties, b.properties);
}

TEST(EventRows, AFactComesBackAsItWent) {
  facts::EventFact deleted;
  deleted.source = "crm";
  deleted.event_id = "id-2";
  deleted.name = "login";
  deleted.deleted = true;
  EventRows rows;
  rows.add(full());
  rows.add(deleted);
  expect_equal(rows.fact(0), full());
  expect_equal(rows.fact(1), deleted);
  EXPECT_EQ(rows[0].key, facts::event_key("shop", "id-1"));

  EventRows copies;
  std::vector<uint32_t> words;
  copies.add(rows[1], rows, words);
  copies.add(rows[0], rows, words);
  rows.clear();
  rows.add(deleted);  // other texts where the first ones lay
  expect_equal(copies.fact(0), deleted);
  expect_equal(copies.fact(1), full());
}

TEST(EventRows, AreStoredBySourceAccountTimeAndId) {
  struct Wanted {
    const char* source;
    std::optional<std::string> account;
    int64_t at;
    const char* id;
  };
  // In the order in which they are stored; no account comes before every account.
  const std::vector<Wanted> wanted{{"a", std::nullopt, 9, "1"}, {"a", "x", 1, "1"},  {"a", "x", 1, "2"},
                                   {"a", "x", 3, "0"},          {"a", "xy", 0, "1"}, {"b", "a", 0, "1"}};
  EventRows rows;
  for (const size_t i : {3U, 5U, 0U, 2U, 4U, 1U}) {
    facts::EventFact e = full();
    e.source = wanted[i].source;
    e.account_ref = wanted[i].account;
    e.occurred_at = {wanted[i].at};
    e.event_id = wanted[i].id;
    e.version = static_cast<int64_t>(i);
    rows.add(e);
  }
  const std::vector<uint32_t> order = stored_order(rows, 0, rows.size());
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(rows[order[i]].version, static_cast<int64_t>(i));
  EXPECT_EQ(stored_order(rows, 1, 2), (std::vector<uint32_t>{2, 1}));
}

}  // namespace
}  // namespace kenko::segments

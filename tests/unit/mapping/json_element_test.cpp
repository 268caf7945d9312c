#include "mapping/json_element.h"

#include <gtest/gtest.h>

namespace kenko::mapping {
namespace {

std::string element(std::string_view list, std::string_view path) {
  std::deque<std::string> texts;
  return std::string(json_element(list, path, texts));
}

TEST(JsonElement, NamesOfElements) {
  EXPECT_EQ(list_of_element("items.data[0].price.id"), "items.data");
  EXPECT_EQ(list_of_element("tags[12]"), "tags");
  EXPECT_EQ(list_of_element("a[0][1]"), "a");
  for (const char* name : {"tags", "Amount [EUR]", "a[]", "a[x]", "a[0", "[0]", "a[0]b", ""}) {
    EXPECT_EQ(list_of_element(name), "") << name;
  }
}

TEST(JsonElement, ItemsAndWhatIsInThem) {
  const std::string list = R"([{"id":"si_1","price":{"unit_amount":7500,"tiers":[1,[2,3]]},"on":true},{"id":null}])";
  EXPECT_EQ(element(list, "[0].id"), "si_1");
  EXPECT_EQ(element(list, "[0].price.unit_amount"), "7500");
  EXPECT_EQ(element(list, "[0].price.tiers[1][0]"), "2");
  EXPECT_EQ(element(list, "[0].on"), "true");
  EXPECT_EQ(element(list, "[0].price.tiers"), "[1,[2,3]]");
  EXPECT_EQ(element(list, "[1].id"), "") << "null is no value";
  EXPECT_EQ(element(list, "[1].price.id"), "");
  EXPECT_EQ(element(list, "[2].id"), "") << "there is no third item";
  EXPECT_EQ(element(list, "[0].id.more"), "") << "a text has no members";
  EXPECT_EQ(element(" [ 1 , \"b\" ] ", "[1]"), "b");
}

TEST(JsonElement, TextsAreTakenOutOfTheirQuotes) {
  const std::string list = R"(["a, \"b\" ]","\\","\u00e9\u6625\ud83d\ude00\t","\ud83d","{[","x\/y"])";
  EXPECT_EQ(element(list, "[0]"), "a, \"b\" ]");
  EXPECT_EQ(element(list, "[1]"), "\\");
  EXPECT_EQ(element(list, "[2]"), "\xC3\xA9\xE6\x98\xA5\xF0\x9F\x98\x80\t");
  EXPECT_EQ(element(list, "[3]"), "\xEF\xBF\xBD") << "half a pair";
  EXPECT_EQ(element(list, "[4]"), "{[");
  EXPECT_EQ(element(list, "[5]"), "x/y");
}

TEST(JsonElement, WhatIsNoListHasNoElements) {
  for (const char* text : {"", "Acme", "[", "[1", "[,]", "{\"a\":1}", "[\"a", "[{\"a\"}]", "]", "\"[1]\""}) {
    EXPECT_EQ(element(text, "[0].a"), "") << text;
  }
  EXPECT_EQ(element("[1]", "[99999999999999999999]"), "");
}

}  // namespace
}  // namespace kenko::mapping

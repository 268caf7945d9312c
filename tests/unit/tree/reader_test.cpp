#include "tree/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kenko::tree {
namespace {

using testing::HasSubstr;

// Reads a document with `read` and gives the messages.
std::string messages(std::string_view text, const std::function<void(Reader&)>& read) {
  Problems problems;
  const auto tree = Tree::parse(text, "k.yaml", problems);
  if (tree) {
    Reader reader(*tree, tree->root(), problems);
    read(reader);
  }
  return to_text(problems);
}

TEST(Reader, ReadsEveryKindOfValue) {
  const std::string said = messages(
      "t: hello\ni: 12\nd: 1.5\np: 60%\nday: 2026-03-01\nf: true\nspan: 4w\nl: [a, b]\none: a\nw: all\nnothing:\nm: "
      "{x: 1}\n",
      [](Reader& r) {
        EXPECT_EQ(r.text("t"), "hello");
        EXPECT_EQ(r.integer("i", 1, 20), 12);
        EXPECT_EQ(r.decimal("d")->micros, 1'500'000);
        EXPECT_EQ(r.percent("p"), 600'000);
        EXPECT_EQ(r.day("day")->iso(), "2026-03-01");
        EXPECT_EQ(r.flag("f"), true);
        EXPECT_EQ(r.days("span"), 28);
        EXPECT_EQ(r.texts("l")->size(), 2U);
        EXPECT_EQ(r.texts("one")->size(), 1U);
        EXPECT_EQ(r.choice<int>("w", {{"all", 1}, {"touched", 2}}), 1);
        EXPECT_FALSE(r.text("nothing"));
        EXPECT_FALSE(r.text("absent"));
        auto m = r.map("m");
        ASSERT_TRUE(m.has_value());
        EXPECT_EQ(m->integer("x"), 1);
        m->finish();
        r.finish();
      });
  EXPECT_EQ(said, "");
}

TEST(Reader, NamesPlaceAndRemedy) {
  const std::string said = messages(
      "weight: \"2\"\nnumber: 1,5\nshare: 60\nday: 1/2/2026\nspan: 28\nzero: 0d\nsmall: 0\ncovers: touchd\nmetrcs: 1\n",
      [](Reader& r) {
        EXPECT_FALSE(r.decimal("weight"));
        EXPECT_FALSE(r.decimal("number"));
        EXPECT_FALSE(r.percent("share"));
        EXPECT_FALSE(r.day("day"));
        EXPECT_FALSE(r.days("span"));
        EXPECT_FALSE(r.days("zero"));
        EXPECT_FALSE(r.integer("small", 1, 9));
        EXPECT_FALSE((r.choice<int>("covers", {{"all", 1}, {"touched", 2}})));
        EXPECT_FALSE(r.text("metrics", Need::required));
        r.finish();
      });
  EXPECT_THAT(
      said,
      HasSubstr("k.yaml:1:9: error: `weight` must be a number, not `2` [wrong-type]\n    weight: \"2\"\n            ^\n"
                "    hint: leave the quotes out"));
  EXPECT_THAT(said, HasSubstr("hint: the decimal sign is a point: 1.5"));
  EXPECT_THAT(said, HasSubstr("hint: write it with a per cent sign: 60%"));
  EXPECT_THAT(said, HasSubstr("hint: write it as 2026-11-20"));
  EXPECT_THAT(said, HasSubstr("hint: write it as 28d"));
  EXPECT_THAT(said, HasSubstr("`zero` must be between 1d and 36500d, not `0d` [out-of-range]"));
  EXPECT_THAT(said, HasSubstr("`small` must be between 1 and 9, not 0 [out-of-range]"));
  EXPECT_THAT(said, HasSubstr("`covers` cannot be `touchd` [unknown-word]"));
  EXPECT_THAT(said, HasSubstr("did you mean `touched`?"));
  EXPECT_THAT(said, HasSubstr("the file needs the key `metrics` [missing-key]"));
  EXPECT_THAT(said, HasSubstr("the file has no key `metrcs` [unknown-key]"));
  EXPECT_THAT(said, HasSubstr("did you mean `metrics`?"));
}

TEST(Reader, WalksMapsAndLists) {
  std::string seen;
  const std::string said =
      messages("bands:\n  red: {from: 0}\n  green: 7\nrules:\n  - {name: a}\n  - {nam: b}\n", [&](Reader& r) {
        r.each("bands", "band", [&](const Node& name, Reader& band) {
          seen += fmt::format("{}={} ", name.text, band.integer("from").value_or(-1));
          band.finish();
        });
        r.each_item("rules", "rule", [&](size_t i, Reader& rule) {
          seen += fmt::format("{}={} ", i, rule.text("name", Need::required).value_or("?"));
          rule.finish();
        });
      });
  EXPECT_EQ(seen, "red=0 green=-1 0=a 1=? ");
  EXPECT_THAT(said, HasSubstr("k.yaml:3:10: error: band `green` must be a map of keys and values, not a single value"));
  EXPECT_THAT(said, HasSubstr("rule 2 needs the key `name`"));
  EXPECT_THAT(said, HasSubstr("rule 2 has no key `nam`"));
}

TEST(Reader, NamesTheRightFlag) {
  const std::string said = messages("a: yes\nb: \"false\"\nc: maybe\n", [](Reader& r) {
    EXPECT_FALSE(r.flag("a").has_value());
    EXPECT_FALSE(r.flag("b").has_value());
    EXPECT_FALSE(r.flag("c").has_value());
  });
  EXPECT_THAT(said, HasSubstr("not `yes` [wrong-type]\n    a: yes\n       ^\n    hint: write true, without quotes"));
  EXPECT_THAT(said, HasSubstr("hint: write false, without quotes"));
  EXPECT_THAT(said, HasSubstr("`c` must be true or false, not `maybe` [wrong-type]"));
}

TEST(Reader, SaysNotYet) {
  const std::string said = messages("segments: {}\n", [](Reader& r) {
    r.not_yet("segments", "segments cannot be used yet");
    r.finish();
  });
  EXPECT_EQ(said,
            "k.yaml:1:1: error: segments cannot be used yet [not-yet]\n    segments: {}\n    ^\n    hint: leave it out "
            "for now\n");
}

}  // namespace
}  // namespace kenko::tree

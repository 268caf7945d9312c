#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "language/expression.h"

namespace kenko::language {
namespace {

using testing::HasSubstr;

// The canonical spelling, or the messages.
std::string canonical(const std::string& text) {
  const auto e = parse(text, in_text(text));
  return e.ok() ? to_text(*e) : kenko::to_text(e.problems());
}

TEST(Parser, ReadsEveryForm) {
  EXPECT_EQ(canonical("count( login [28d] )"), "count(login[28d])");
  EXPECT_EQ(canonical("sum(invoice.paid[13w], value)"), "sum(invoice.paid[91d], value)");
  EXPECT_EQ(canonical("count(ticket.opened{severity = \"high\" and user.role=\"admin\"}[2w])"),
            "count(ticket.opened{severity = \"high\" and user.role = \"admin\"}[14d])");
  EXPECT_EQ(canonical("`Order Date` != true"), "`Order Date` != true");
  EXPECT_EQ(canonical("decayed_count(login, half_life: 4w)"), "decayed_count(login, half_life: 28d)");
  EXPECT_EQ(canonical("decayed_sum(x, value, steps:[30d:1,60d:0.5])"),
            "decayed_sum(x, value, steps: [30d: 1, 60d: 0.5])");
  EXPECT_EQ(canonical("a \n + 40%"), "a + 40%");
  EXPECT_EQ(canonical("InvoiceNo = \"a \\\"b\\\" \\\\\""), "InvoiceNo = \"a \\\"b\\\" \\\\\"");
  EXPECT_EQ(canonical("days_since(login{`Order No` > 3})"), "days_since(login{`Order No` > 3})");
  EXPECT_EQ(canonical("f()"), "f()");
}

TEST(Parser, BindsLikeArithmeticAndLogicAlwaysDo) {
  EXPECT_EQ(canonical("(a) + (b * c)"), "a + b * c");
  EXPECT_EQ(canonical("(a + b) * c"), "(a + b) * c");
  EXPECT_EQ(canonical("a - (b - c)"), "a - (b - c)");
  EXPECT_EQ(canonical("(a - b) - c"), "a - b - c");
  EXPECT_EQ(canonical("a / (b / c)"), "a / (b / c)");
  EXPECT_EQ(canonical("not a = 1 and b or c"), "not a = 1 and b or c");
  EXPECT_EQ(canonical("not (a and b)"), "not (a and b)");
  EXPECT_EQ(canonical("a and (b or c)"), "a and (b or c)");
  EXPECT_EQ(canonical("-(a + 1) * -b"), "-(a + 1) * -b");
  EXPECT_EQ(canonical("a + 1 < b * 2"), "a + 1 < b * 2");
  const auto e = parse("a or b and not c = d + e * -f", in_text(""));
  ASSERT_TRUE(e.ok());
  EXPECT_EQ(e->op, Operator::or_);
  EXPECT_EQ(e->items[1].op, Operator::and_);
  EXPECT_EQ(e->items[1].items[1].op, Operator::not_);
  EXPECT_EQ(e->items[1].items[1].items[0].op, Operator::equal);
}

TEST(Parser, KnowsWhereEachPartStands) {
  const std::string text = "count(ticket.opened{a = 1}[28d]) / 2";
  const auto e = parse(text, in_text(text));
  ASSERT_TRUE(e.ok());
  EXPECT_EQ(e->operator_begin, 33U);
  const Expression& call = e->items[0];
  EXPECT_EQ(text.substr(call.begin, call.end - call.begin), "count(ticket.opened{a = 1}[28d])");
  const Expression& selector = call.items[0];
  EXPECT_EQ(text.substr(selector.begin, selector.end - selector.begin), "ticket.opened{a = 1}[28d]");
  EXPECT_EQ(selector.window_begin, 27U);
  EXPECT_EQ(selector.days, 28);
}

TEST(Parser, ReadsSeveralEventsAndNamedWindows) {
  EXPECT_EQ(canonical("count( ( login or feature.used ) {a=1} [4w])"), "count((login or feature.used){a = 1}[28d])");
  EXPECT_EQ(canonical("days_since((login or `Page View` or x))"), "days_since(login or `Page View` or x)");
  EXPECT_EQ(canonical("((login))[28d]"), "login[28d]");
  EXPECT_EQ(canonical("count(login[life]) + count(login[month])"), "count(login[life]) + count(login[month])");
  const auto e = parse("(b or a or c){x}[life]", in_text(""));
  ASSERT_TRUE(e.ok());
  EXPECT_EQ(e->kind, Expression::Kind::selector);
  EXPECT_EQ(e->text, "b");
  EXPECT_THAT(e->others, testing::ElementsAre("a", "c"));
  EXPECT_TRUE(e->whole_life);
  EXPECT_EQ(e->days, 0);
  EXPECT_EQ(e->begin, 0U);
  EXPECT_EQ(e->end, 22U);
  EXPECT_EQ(e->window_begin, 17U);
  const auto named = parse("login[month]", in_text(""));
  EXPECT_EQ(named->window_name, "month");
  EXPECT_FALSE(named->whole_life);
  EXPECT_THAT(canonical("(a + b)[28d]"), HasSubstr("(login or feature.used)[28d]"));
  EXPECT_THAT(canonical("count((a and b)[28d])"), HasSubstr("(login or feature.used)[28d]"));
}

TEST(Parser, MakesSelectorsOfNames) {
  const auto selector = [](const std::string& text) { return as_selector(*parse(text, in_text(text))); };
  EXPECT_EQ(selector("login")->kind, Expression::Kind::selector);
  EXPECT_THAT(selector("a or b or c")->others, testing::ElementsAre("b", "c"));
  EXPECT_EQ(selector("(a or b)[7d]")->days, 7);
  EXPECT_FALSE(selector("a and b").has_value());
  EXPECT_FALSE(selector("a or b[7d]").has_value());
  EXPECT_FALSE(selector("a[7d] or b").has_value());
  EXPECT_FALSE(selector("count(a[7d])").has_value());
}

TEST(Parser, NamesTheRightSpelling) {
  EXPECT_THAT(
      canonical("a == 1"),
      HasSubstr("1:3: error: `==` is not an operator here [bad-expression]\n    a == 1\n      ^\n    hint: write `=`"));
  EXPECT_THAT(canonical("a && b"), HasSubstr("hint: write `and`"));
  EXPECT_THAT(canonical("a || b"), HasSubstr("hint: write `or`"));
  EXPECT_THAT(canonical("!a"), HasSubstr("hint: write `not`"));
  EXPECT_THAT(canonical("a <> b"), HasSubstr("hint: write `!=`"));
  EXPECT_THAT(canonical("a ≥ b"), HasSubstr("hint: write `>=`"));
  EXPECT_THAT(canonical("a = 'x'"), HasSubstr("hint: write \"x\""));
  EXPECT_THAT(canonical("a = “x”"), HasSubstr("straight quote"));
  EXPECT_THAT(canonical("a AND b"), HasSubstr("`AND` is written in small letters here"));
  EXPECT_THAT(canonical("count(login[28])"), HasSubstr("hint: write 28d"));
  EXPECT_THAT(canonical("count(login[3m])"), HasSubstr("months have no fixed length"));
  EXPECT_THAT(canonical("count(login[0d])"),
              HasSubstr("1:13: error: a window must have at least one day [out-of-range]"));
  EXPECT_THAT(canonical("count(login[99999d])"), HasSubstr("longer than 36500 days"));
  EXPECT_THAT(canonical("count(login[28d]{a = 1})"), HasSubstr("the filter stands behind the window"));
  EXPECT_THAT(canonical("count(login{a = 1, b = 2}[28d])"), HasSubstr("join conditions with `and`"));
  EXPECT_THAT(canonical("a < b < c"), HasSubstr("comparisons cannot be chained"));
  EXPECT_THAT(canonical("a in b"), HasSubstr("write one_of(x, \"a\", \"b\")"));
  EXPECT_THAT(canonical("顧客 = 1"), HasSubstr("stands in backticks"));
  EXPECT_THAT(canonical("1_000"), HasSubstr("without a separator"));
  EXPECT_THAT(canonical(".5"), HasSubstr("write 0.5"));
}

TEST(Parser, PointsAtTheOpeningBracketOrQuote) {
  EXPECT_THAT(canonical("count(login[28d]"), HasSubstr("1:6: error: this `(` is never closed [never-closed]"));
  EXPECT_THAT(canonical("count(login[28d"), HasSubstr("1:12: error: this `[` is never closed"));
  EXPECT_THAT(canonical("count(login{a = 1[28d])"), HasSubstr("error"));
  EXPECT_THAT(canonical("a = \"x"), HasSubstr("1:5: error: this text is never closed"));
  EXPECT_THAT(canonical("a = `x"), HasSubstr("1:5: error: this name is never closed"));
  EXPECT_THAT(canonical("a)"), HasSubstr("`)` closes nothing"));
  EXPECT_THAT(canonical("f(a]"), HasSubstr("`)` is expected before `]`"));
  EXPECT_THAT(canonical(""), HasSubstr("the expression is empty"));
  EXPECT_THAT(canonical("a +"), HasSubstr("a value is expected before the end"));
  EXPECT_THAT(canonical("f(a,)"), HasSubstr("an argument is missing behind this comma"));
  EXPECT_THAT(canonical("f(x: 1, 2)"), HasSubstr("behind a named one"));
  EXPECT_THAT(canonical("f(x: 1, x: 2)"), HasSubstr("`x` is given twice"));
  EXPECT_THAT(canonical("a b"), HasSubstr("the expression is complete before `b`"));
}

TEST(Parser, CollectsIndependentMistakes) {
  const auto e = parse("f(a == 1, , g(*), h{}[28])", in_text(""));
  ASSERT_FALSE(e.ok());
  EXPECT_GE(e.problems().size(), 4U) << kenko::to_text(e.problems());
}

TEST(Parser, RefusesWhatIsTooDeepOrTooLong) {
  EXPECT_THAT(canonical(std::string(5000, '(')), HasSubstr("[too-deep]"));
  EXPECT_THAT(canonical(std::string(5000, '-') + "1"), HasSubstr("[too-deep]"));
  std::string nots;
  for (int i = 0; i < 3000; ++i) nots += "not ";
  EXPECT_THAT(canonical(nots + "a"), HasSubstr("[too-deep]"));
  std::string sum = "1";
  for (int i = 0; i < 400; ++i) sum += "+1";
  EXPECT_THAT(canonical(sum), HasSubstr("[too-deep]"));
  EXPECT_THAT(canonical(std::string(30'000, ' ')), HasSubstr("[too-large]"));
  std::string lists;
  for (int i = 0; i < 3000; ++i) lists += "[f(a{";
  EXPECT_THAT(canonical(lists), HasSubstr("[too-deep]"));
}

TEST(Parser, NumbersAreExact) {
  const auto number = [](const char* s) { return number_of(*parse(s, in_text(s))); };
  EXPECT_EQ(number("40%"), 0.4);
  EXPECT_EQ(number("12.5%"), 0.125);
  EXPECT_EQ(number("1e3"), 1000.0);
  EXPECT_EQ(number("1e+1%"), 0.1);
  EXPECT_EQ(number("0.1"), 0.1);
}

TEST(Parser, QuotesNamesThatNeedIt) {
  EXPECT_EQ(quoted_name("ticket.opened"), "ticket.opened");
  EXPECT_EQ(quoted_name("Order Date"), "`Order Date`");
  EXPECT_EQ(quoted_name("not"), "`not`");
  EXPECT_EQ(quoted_name("a..b"), "`a..b`");
  EXPECT_EQ(quoted_name("2nd"), "`2nd`");
  EXPECT_EQ(parse_days("4w"), 28);
  EXPECT_FALSE(parse_days("4"));
  EXPECT_FALSE(parse_days("-4d"));
  EXPECT_FALSE(parse_days("d"));
}

// Random token soup: never a crash, every problem lies inside the text, and what parses prints to something that parses
// to the same.
TEST(Parser, SurvivesAnyText) {
  static const char* const kPieces[] = {"login", "a.b", "`x y`", "28d", "0d", "4w", "3",  "40%", "\"t\"",   "true",
                                        "and",   "or",  "not",   "(",   ")",  "{",  "}",  "[",   "]",       ",",
                                        ":",     "+",   "-",     "*",   "/",  "=",  "!=", "<",   "==",      "count(",
                                        "'",     "\"",  "`",     "é",   "\\", " ",  "%",  "1e",  "f(x, y: "};
  Random random(20260308);
  int parsed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const auto length = random.next() % 12 + 1;
    for (uint64_t i = 0; i < length; ++i) text += std::string(kPieces[random.next() % std::size(kPieces)]) + " ";
    const auto e = parse(text, in_text(text));
    if (e.ok()) {
      ++parsed;
      const std::string once = to_text(*e);
      const auto again = parse(once, in_text(once));
      ASSERT_TRUE(again.ok()) << text << " -> " << once;
      ASSERT_EQ(to_text(*again), once) << text;
    } else {
      for (const Problem& p : e.problems()) ASSERT_TRUE(!p.message.empty() && p.place.line == 1) << text;
    }
  }
  EXPECT_GT(parsed, 100);
}

}  // namespace
}  // namespace kenko::language

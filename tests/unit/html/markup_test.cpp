#include "html/markup.h"

#include <gtest/gtest.h>

namespace kenko::html {
namespace {

TEST(Markup, TextsAndAttributesCannotBecomeMarkup) {
  Markup out;
  out.leaf("p", {{"title", "\"><script>alert('1')</script>"}}, "<b>&amp;</b>");
  EXPECT_EQ(std::move(out).finish(),
            "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\">&lt;b&gt;&amp;amp;&lt;/b&gt;</p>");
}

TEST(Markup, CharactersThatNoDocumentMayHoldAreReplaced) {
  EXPECT_EQ(escaped(std::string("a\0b\x01\x7f\tc\n", 8)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD&#9;c&#10;");
  EXPECT_EQ(escaped("x\xEF\xBF\xBFy"), "x\xEF\xBF\xBDy");
  EXPECT_EQ(escaped("健康 – é"), "健康 – é");
}

TEST(Markup, AnAttributeWithoutAValueIsLeftOut) {
  Markup out;
  out.open("td", {{"class", ""}, {"id", "x"}}).empty("br").close();
  EXPECT_EQ(std::move(out).finish(), "<td id=\"x\"><br/></td>");
}

TEST(MarkupDeathTest, EveryElementMustClose) {
  EXPECT_DEATH(
      {
        Markup out;
        out.open("p");
        (void)std::move(out).finish();
      },
      "an element is open: p");
  EXPECT_DEATH(Markup().close(), "no element is open");
  EXPECT_DEATH(Markup().program_text("a < b"), "no markup");
}

}  // namespace
}  // namespace kenko::html

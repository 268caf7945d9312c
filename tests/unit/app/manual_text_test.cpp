#include "app/manual_text.h"

#include <gmock/gmock.h>

#include "app/author.h"

namespace kenko::app {
namespace {

using facts::AttributeType;

class ManualTextTest : public testing::Test {
 protected:
  ManualTextTest() {
    settings_.time_zone = *TimeZone::find("Asia/Tokyo");
    settings_.currency = "JPY";
    facts::SourceSettings crm;
    crm.name = "crm";
    crm.attributes = {
        {"seats_sold", AttributeType::number}, {"vip", AttributeType::flag}, {"fee", AttributeType::money}};
    settings_.sources = {crm};
    context_.now = *Instant::parse("2026-06-15T16:30:00Z");  // 16 June, 01:30 in Tokyo
    context_.settings = &settings_;
    context_.author = "ann";
  }
  Result<facts::EventFact> event(const std::string& name, const std::vector<std::string>& fields,
                                 const std::string& at = "") {
    return read_typed_event({name, fields, at, ""}, context_);
  }
  template <typename T>
  static std::string codes(const Result<T>& result) {
    if (result) return "";
    std::string out;
    for (const Problem& p : result.problems()) {
      EXPECT_FALSE(p.message.empty());
      EXPECT_FALSE(p.hint.empty()) << p.message;
      out += (out.empty() ? "" : " ") + p.code;
    }
    return out;
  }
  Result<facts::AttributeFact> attribute(const std::string& assignment, const std::string& type = "") {
    return read_typed_attribute(assignment, type, Day::of(2026, 6, 16), context_);
  }
  facts::Settings settings_;
  ManualContext context_;
};

TEST_F(ManualTextTest, FieldsOfTheEventAndProperties) {
  const auto e = event("invoice.paid", {"value=12.50", "currency=EUR", "text=thanks = a lot", "plan = gold", "area=b"});
  ASSERT_TRUE(e.ok()) << to_text(e.problems());
  EXPECT_EQ(e->value, Decimal{12'500'000});
  EXPECT_EQ(e->currency, "EUR");
  EXPECT_EQ(e->text, "thanks = a lot");
  EXPECT_EQ(e->properties, (std::vector<facts::Property>{{"area", "b"}, {"author", "ann"}, {"plan", "gold"}}));
  EXPECT_EQ(e->occurred_at, context_.now);
}

TEST_F(ManualTextTest, AllThatIsWrongIsSaidAtOnce) {
  EXPECT_EQ(codes(event("x", {"novalue", "=3", "author=me", "user=u1", "reason=", "value=many"}, "tomorrow")),
            "bad-field bad-field bad-field bad-field bad-field bad-number bad-day");
  EXPECT_EQ(codes(event("value=4", {})), "bad-field");
  EXPECT_EQ(codes(event("", {})), "bad-field");
  EXPECT_EQ(codes(event("x", {"currency=EUR"})), "bad-field");
  EXPECT_EQ(codes(event("x", {"value=1", "currency=euro"})), "bad-currency");
  EXPECT_EQ(codes(event("x", {"a=1", "a=2"})), "bad-field");
  EXPECT_EQ(codes(event("x", {"value=0.0000001"})), "bad-number");
  EXPECT_EQ(codes(event("x", {"value=99999999999999"})), "bad-number");
  EXPECT_EQ(codes(event("override.set", {"value=4"})), "reserved-event");
  EXPECT_EQ(codes(event("override.cleared", {})), "reserved-event");
  EXPECT_EQ(codes(event("account.churned", {"effective_at=soon"})), "bad-day");
  EXPECT_EQ(codes(event("account.churned", {"effective_at=2026-07-01"})), "");
}

TEST_F(ManualTextTest, MomentsAreOfTheWorkspaceAndNeverInTheFuture) {
  const auto at = [this](const std::string& text) { return read_moment(text, context_); };
  EXPECT_EQ(at("")->at, context_.now);
  EXPECT_EQ(at("")->day, Day::of(2026, 6, 16));
  EXPECT_EQ(at("2026-06-15")->at.iso(), "2026-06-15T03:00:00Z") << "noon in Tokyo";
  EXPECT_EQ(at("2026-06-16")->at, context_.now) << "noon has not come yet";
  EXPECT_EQ(at("2026-06-16T01:30")->at, context_.now);
  EXPECT_EQ(at("2026-06-15T15:30Z")->day, Day::of(2026, 6, 16)) << "of its own offset";
  EXPECT_EQ(codes(at("2026-06-16T01:31")), "future-fact");
  EXPECT_EQ(codes(at("2026-06-17")), "future-fact");
  EXPECT_EQ(codes(at("2026-02-30")), "bad-day");
  EXPECT_EQ(codes(at("0206-06-15")), "bad-day");
}

TEST_F(ManualTextTest, APulseIsAStepOfItsRubric) {
  EXPECT_EQ(codes(event("pulse.set", {"value=4", "reason=calm", "expires=2026-09-01"})), "");
  for (const char* bad : {"value=0", "value=6", "value=2.5", "value=-1"}) {
    EXPECT_EQ(codes(event("pulse.set", {bad})), "bad-value") << bad;
  }
  EXPECT_EQ(codes(event("pulse.set", {})), "bad-value");
  EXPECT_EQ(codes(event("pulse.set", {"value=four"})), "bad-number") << "said once";
  EXPECT_EQ(codes(event("pulse.set", {"value=4", "expires=never"})), "bad-day");
  EXPECT_EQ(codes(event("pulse.set", {"value=4", "expires=2026-06-16"})), "already-over");
  EXPECT_EQ(codes(event("pulse.set", {"value=4", "expires=2026-06-02"}, "2026-06-01")), "");
  context_.rubric = {{1, "red"}, {10, "green"}};
  EXPECT_EQ(codes(event("pulse.set", {"value=10"})), "");
  const auto off = event("pulse.set", {"value=4"});
  EXPECT_EQ(codes(off), "bad-value");
  EXPECT_THAT(off.problems()[0].hint, testing::HasSubstr("1 = red, 10 = green"));
  EXPECT_EQ(codes(event("mood.told", {"value=4"})), "bad-value") << "any event with a rubric";
}

TEST_F(ManualTextTest, AttributesHaveTheTypeThatKenkoKnows) {
  EXPECT_EQ(attribute("seats_sold=12")->value->number, Decimal::whole(12));
  EXPECT_TRUE(attribute("vip=yes")->value->flag);
  EXPECT_EQ(attribute("fee=12.5 EUR")->value->text, "EUR");
  EXPECT_EQ(attribute("fee=12.5")->value->text, "JPY");
  EXPECT_EQ(attribute("owner=Ann Lee")->value->text, "Ann Lee");
  EXPECT_EQ(attribute("started=2026-01-02")->value->day, Day::of(2026, 1, 2));
  EXPECT_FALSE(attribute("vip=")->value.has_value()) << "it ends";
  EXPECT_EQ(attribute("tier=3", "number")->value->number, Decimal::whole(3));
  EXPECT_EQ(attribute("tier=3", "text")->value->text, "3");
  EXPECT_EQ(codes(attribute("tier=3")), "needs-type");
  EXPECT_EQ(codes(attribute("tier=3", "int")), "bad-type");
  EXPECT_EQ(codes(attribute("seats_sold=12", "text")), "attribute-type");
  EXPECT_EQ(codes(attribute("seats_sold=12", "number")), "");
  EXPECT_EQ(codes(attribute("started=2026-01-02", "text")), "attribute-type");
  EXPECT_EQ(codes(attribute("seats_sold=many")), "bad-number");
  EXPECT_EQ(codes(attribute("vip=perhaps")), "bad-flag");
  EXPECT_EQ(codes(attribute("fee=12 euro")), "bad-currency");
  EXPECT_EQ(codes(attribute("started=soon")), "bad-day");
  EXPECT_EQ(codes(attribute("seats_sold")), "bad-field");
  EXPECT_EQ(codes(attribute("status=pausd")), "bad-value");
  EXPECT_EQ(codes(attribute("status=paused")), "");
  settings_.status_words = {{"on hold", "paused"}};
  EXPECT_EQ(codes(attribute("status=paused")), "bad-value");
  EXPECT_EQ(codes(attribute("status=on hold")), "");
}

TEST_F(ManualTextTest, AnOverrideDoesOneThingUntilADayForAReason) {
  const auto made = read_typed_override({"", "", "40.25", "2026-07-01", " no contract ", "growth"}, context_);
  ASSERT_TRUE(made.ok()) << to_text(made.problems());
  EXPECT_EQ(made->name, "override.set");
  EXPECT_EQ(made->value, Decimal{40'250'000});
  EXPECT_EQ(made->occurred_at, context_.now);
  EXPECT_EQ(made->properties, (std::vector<facts::Property>{{"author", "ann"},
                                                            {"expires", "2026-07-01"},
                                                            {"kind", "ceiling"},
                                                            {"model", "growth"},
                                                            {"reason", "no contract"}}));
  const auto refused = [this](TypedOverride typed) { return codes(read_typed_override(typed, context_)); };
  EXPECT_EQ(refused({}), "bad-option bad-day no-reason");
  EXPECT_EQ(refused({"1", "2", "", "2026-07-01", "x", ""}), "bad-option");
  EXPECT_EQ(refused({"1", "", "", "2026-06-16", "x", ""}), "already-over");
  EXPECT_EQ(refused({"1", "", "", "2026-06-17", "x", ""}), "");
  for (const char* bad : {"101", "-1", "40.255", "much"}) {
    EXPECT_EQ(refused({"", bad, "", "2026-07-01", "x", ""}), "bad-value") << bad;
  }
  EXPECT_EQ(refused({"100", "", "", "2026-07-01", "x", ""}), "");
  EXPECT_EQ(refused({"", "0", "", "2026-07-01", "x", ""}), "");
  EXPECT_EQ(codes(typed_override_end("  ", context_)), "no-reason");
  EXPECT_EQ(typed_override_end("signed", context_)->name, "override.cleared");
}

TEST_F(ManualTextTest, NotesHaveATextAndMayEnd) {
  const auto note = read_typed_note(" call Bob ", "2026-06-20", context_);
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(note->text, "call Bob");
  EXPECT_EQ(note->properties, (std::vector<facts::Property>{{"author", "ann"}, {"expires", "2026-06-20"}}));
  EXPECT_EQ(codes(read_typed_note("", "2026-06-01", context_)), "bad-field already-over");
  EXPECT_EQ(codes(read_typed_note("x", "", context_)), "");
}

TEST(AuthorTest, ToldBeforeEnvironmentBeforeTheMachine) {
  EXPECT_EQ(find_author(" Ann ", "bob").value(), "Ann");
  EXPECT_EQ(find_author("", "bob").value(), "bob");
  EXPECT_EQ(find_author("\xff", "bob").problems()[0].code, "no-author");
  const auto machine = find_author("", "");
  EXPECT_TRUE(!machine.ok() || !machine->empty());
}

}  // namespace
}  // namespace kenko::app

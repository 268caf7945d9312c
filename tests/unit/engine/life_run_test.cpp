// Nodes over one life of a company made by hand: filters, fields, pairs, contacts, attributes, evidence.
#include "engine/life_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "random_life.h"
#include "small_company.h"

namespace kenko::engine {
namespace {

using plan::Filter;
using plan::FilterOp;
using plan::Function;
using testing::ElementsAre;

constexpr double kNull = std::numeric_limits<double>::infinity();

// The values of a node over the account's last life up to `until`, null as infinity.
std::vector<double> values(const plan::Plan& plan, const facts::Portfolio& portfolio, Day until, plan::NodeId node = 0,
                           Day facts_until = Day::kMax) {
  const Engine::Bound bound(plan, portfolio);
  Scratch::Buffers buffers;
  find_population(bound, 0, until, buffers.population, facts_until);
  if (!buffers.population.exists) return {};
  LifeRun run{bound, 0, buffers.population.lives.back(), buffers, buffers.lives.emplace_back(), facts_until};
  run.life.nodes.resize(plan.nodes.size());
  run.find_account_start(buffers.population.lives.size() == 1);
  run.match_events();
  for (plan::NodeId i = 0; i <= node; ++i) run.compute(i);
  std::vector<double> out = run.life.nodes[node].value;
  for (size_t d = 0; d < out.size(); ++d) {
    if (run.life.nodes[node].valid[d] == 0) out[d] = kNull;
  }
  return out;
}

// How many of the company's events named `e` pass.
double passing(const SmallCompany& c, const Filter& filter) {
  plan::Plan p = plan_of(Function::count, "e");
  p.selectors[0].filter = filter;
  return values(p, c.portfolio, Day{c.events.back().day}).back();
}

Filter text_filter(FilterOp op, const std::string& field, const std::string& text) {
  Filter f;
  f.op = op;
  f.field = field;
  f.text = text;
  return f;
}

Filter negated(Filter f) {
  Filter out;
  out.op = FilterOp::not_;
  out.args.push_back(std::move(f));
  return out;
}

TEST(Filters, TextsAreAskedByBytes) {
  SmallCompany c;
  c.emits("e");
  for (const char* area : {"billing", "billing.tax", "re-billing", "Billing", ""}) {
    SmallEvent e{1, "e", 0, {}, 0, 0, 0};
    if (*area != 0) e.properties = {{"area", area}};
    c.events.push_back(e);
  }
  c.seal();
  EXPECT_EQ(passing(c, text_filter(FilterOp::starts_with, "area", "billing")), 2);
  EXPECT_EQ(passing(c, text_filter(FilterOp::ends_with, "area", "billing")), 2);
  EXPECT_EQ(passing(c, text_filter(FilterOp::contains, "area", "illing")), 4);
  EXPECT_EQ(passing(c, text_filter(FilterOp::contains, "area", "tax.")), 0);
  EXPECT_EQ(passing(c, negated(text_filter(FilterOp::starts_with, "area", "billing"))), 2) << "null stays null";
  EXPECT_EQ(passing(c, text_filter(FilterOp::is_empty, "area", "")), 1);
  EXPECT_EQ(passing(c, negated(text_filter(FilterOp::is_empty, "area", ""))), 4);
  EXPECT_EQ(passing(c, text_filter(FilterOp::is_empty, "never", "")), 5);
}

TEST(Filters, AValueWithoutARateIsEmpty) {
  SmallCompany c;
  c.emits("e");
  using facts::ResolvedEvents;
  c.events = {{1, "e", 0, {}, 5, ResolvedEvents::kHasValue, 0},
              {1, "e", 0, {}, 0, ResolvedEvents::kHasValue | ResolvedEvents::kNoRate, 0},
              {1, "e", 0, {}, 0, 0, 0}};
  c.seal();
  Filter f;
  f.op = FilterOp::is_empty;
  f.own = true;
  EXPECT_EQ(passing(c, f), 2);
  EXPECT_EQ(passing(c, negated(f)), 1);
}

TEST(Filters, TheUsersAttributeOfTheEventsDay) {
  using facts::AttributeType;
  SmallCompany c;
  c.emits("e");
  const uint32_t ann = c.user("ann"), bob = c.user("bob");
  c.user_attribute(ann, "role", Day{3}, a_text("champion"));
  c.user_attribute(ann, "role", Day{5}, a_text("user"));
  c.user_attribute(ann, "level", Day{0}, a_number(AttributeType::number, 2'500'000));
  c.user_attribute(bob, "level", Day{0}, a_text("10"));
  c.user_attribute(bob, "vip", Day{2}, a_flag(true));
  c.user_attribute(bob, "since", Day{0}, a_day(Day::of(2025, 4, 1)));
  for (const int32_t day : {2, 3, 4, 5}) {
    for (const uint32_t user : {0U, ann, bob}) c.events.push_back({day, "e", user, {}, 0, 0, 0});
  }
  c.seal();
  const auto of_user = [](Filter f) {
    f.of_user = true;
    return f;
  };
  Filter level;
  level.op = FilterOp::greater;
  level.field = "level";
  level.literal_type = plan::Type::number;
  level.number = Decimal::whole(2);
  Filter vip;
  vip.field = "vip";
  vip.literal_type = plan::Type::flag;
  vip.flag = true;
  EXPECT_EQ(passing(c, of_user(text_filter(FilterOp::equal, "role", "champion"))), 2);
  EXPECT_EQ(passing(c, of_user(text_filter(FilterOp::not_equal, "role", "champion"))), 1);
  EXPECT_EQ(passing(c, of_user(text_filter(FilterOp::is_empty, "role", ""))), 9);
  EXPECT_EQ(passing(c, of_user(level)), 8) << "a text that is a number is one";
  EXPECT_EQ(passing(c, of_user(vip)), 4);
  EXPECT_EQ(passing(c, of_user(text_filter(FilterOp::starts_with, "since", "2025-04"))), 4);
  EXPECT_EQ(passing(c, of_user(text_filter(FilterOp::is_empty, "nothing", ""))), 12);
}

TEST(Selectors, TakeTheEventsOfSeveralNames) {
  SmallCompany c;
  c.emits("e");
  c.emits("f");
  c.events = {{0, "e", 0, {}, 0, 0, 0}, {1, "f", 0, {}, 0, 0, 0}, {1, "g", 0, {}, 0, 0, 0}, {2, "e", 0, {}, 0, 0, 0}};
  c.seal();
  plan::Plan p = plan_of(Function::count, "e");
  p.selectors[0].events = {"e", "f"};
  p.selectors.push_back({{"f"}, {}});
  p.nodes[0].aggregate.window_days = 2;
  EXPECT_THAT(values(p, c.portfolio, Day{3}), ElementsAre(1, 2, 2, 1));
  p.nodes[0].aggregate.window_days = 0;
  EXPECT_THAT(values(p, c.portfolio, Day{3}), ElementsAre(1, 2, 3, 3)) << "the whole life";
  p.nodes[0].aggregate.window_days = 9'999;
  EXPECT_THAT(values(p, c.portfolio, Day{3}), ElementsAre(1, 2, 3, 3));
  EXPECT_THAT(values(p, c.portfolio, Day{3}, 0, Day{1}), ElementsAre(1, 2, 2, 2)) << "facts only up to day 1";
}

TEST(Aggregates, CurrentHoldsUntilItExpires) {
  SmallCompany c;
  c.emits("pulse.set");
  c.events = {{0, "pulse.set", 0, {{"score", "3"}, {"expires", "1970-01-03"}}, 0, 0, 0},
              {1, "pulse.set", 0, {{"score", "good"}}, 0, 0, 0},
              {3, "pulse.set", 0, {{"score", "5"}, {"expires", "soon"}}, 0, 0, 0}};
  c.seal();
  plan::Plan p = plan_of(Function::current, "pulse.set");
  p.nodes[0].aggregate.field = {plan::Field::Kind::property, "score"};
  EXPECT_THAT(values(p, c.portfolio, Day{4}), ElementsAre(3, 3, kNull, 5, 5));
}

TEST(Aggregates, PairsReadTheirItemsAndDueDays) {
  SmallCompany c;
  c.emits("invoice.issued");
  c.emits("invoice.paid");
  using facts::ResolvedEvents;
  const uint8_t has = ResolvedEvents::kHasValue;
  c.events = {{0, "invoice.issued", 0, {{"invoice", "1"}, {"due_on", "1970-01-02"}}, 7'000'000, has, 0},
              {0, "invoice.issued", 0, {{"invoice", "2"}, {"due_on", "never"}}, 1'000'000, has, 0},
              {1, "invoice.issued", 0, {{"due_on", "1970-01-02"}}, 1'000'000, has, 0},
              {3, "invoice.issued", 0, {{"invoice", "3"}, {"due_on", "1970-01-01"}}, 2'500'000, has, 0},
              {4, "invoice.paid", 0, {{"invoice", "1"}}, 0, 0, 0}};
  c.seal();
  plan::Plan p = plan_of(Function::overdue_amount, "invoice.issued");
  p.selectors.push_back({{"invoice.paid"}, {}});
  plan::Aggregate& a = p.nodes[0].aggregate;
  a.second = 1;
  a.by = "invoice";
  a.due = "due_on";
  EXPECT_THAT(values(p, c.portfolio, Day{5}), ElementsAre(0, 0, 7, 9.5, 2.5, 2.5));
  a.function = Function::overdue_days;
  EXPECT_THAT(values(p, c.portfolio, Day{5}), ElementsAre(0, 0, 1, 3, 4, 5));
  a.function = Function::missed;
  EXPECT_THAT(values(p, c.portfolio, Day{5}), ElementsAre(0, 0, 1, 2, 1, 1));
  a.function = Function::open;
  EXPECT_THAT(values(p, c.portfolio, Day{5}), ElementsAre(2, 2, 2, 3, 2, 2));
  const Engine engine(p, c.portfolio);
  EXPECT_THAT(engine.evidence(0, 0, Day{5}), ElementsAre(3, 1)) << "of what is open, newest first";
  EXPECT_THAT(engine.evidence(0, 0, Day{2}), ElementsAre(1, 0));
}

TEST(Aggregates, APairIsObservedFromTheLaterOfTheTwo) {
  SmallCompany c;
  c.emits("asked");
  facts::SourceSettings desk;
  desk.name = "desk";
  desk.emits = {"answered"};
  desk.start = Day{2};
  c.portfolio.settings.sources.push_back(desk);
  c.portfolio.source_first_day.emplace_back();
  c.events = {{0, "asked", 0, {{"id", "1"}}, 0, 0, 0}};
  c.seal();
  plan::Plan p = plan_of(Function::open, "asked");
  p.selectors.push_back({{"answered"}, {}});
  p.nodes[0].aggregate.second = 1;
  p.nodes[0].aggregate.by = "id";
  EXPECT_THAT(values(p, c.portfolio, Day{3}), ElementsAre(kNull, kNull, 1, 1));
  p.nodes[0].aggregate.min_observed_days = 2;
  EXPECT_THAT(values(p, c.portfolio, Day{3}), ElementsAre(kNull, kNull, kNull, 1));
}

TEST(Scalars, TenureAndDaysUntil) {
  SmallCompany c;
  c.attribute("started", Day{-10}, a_day(Day{-3}));
  c.attribute("go_live", Day{1}, a_day(Day{5}));
  c.attribute("go_live", Day{3}, a_text("soon"));
  c.events = {{0, "e", 0, {}, 0, 0, 0}};
  c.seal();
  plan::Plan p;
  p.nodes.resize(2);
  p.nodes[0].op = plan::Op::tenure;
  p.nodes[1].op = plan::Op::days_until;
  p.nodes[1].text = "go_live";
  const auto tenure = values(p, c.portfolio, Day{3});
  EXPECT_EQ(std::vector<double>(tenure.end() - 4, tenure.end()), (std::vector<double>{3, 4, 5, 6}));
  const auto until = values(p, c.portfolio, Day{3}, 1);
  EXPECT_EQ(std::vector<double>(until.end() - 4, until.end()), (std::vector<double>{kNull, 4, 3, kNull}));
}

TEST(Evidence, OneEventWhereOneCounts) {
  SmallCompany c;
  c.emits("nps");
  const uint8_t has = facts::ResolvedEvents::kHasValue;
  c.events = {{0, "nps", 0, {}, 1, has, 0},
              {1, "nps", 0, {}, 2, has, 0},
              {3, "nps", 0, {}, 0, 0, 0},
              {5, "nps", 0, {}, 3, has, 0},
              {6, "nps", 0, {}, 0, 0, 0}};
  c.seal();
  plan::Plan p = plan_of(Function::last, "nps");
  plan::Aggregate& a = p.nodes[0].aggregate;
  a.field.kind = plan::Field::Kind::value;
  const auto rows = [&] { return Engine(p, c.portfolio).evidence(0, 0, Day{6}); };
  EXPECT_THAT(rows(), ElementsAre(3));
  a.function = Function::first;
  EXPECT_THAT(rows(), ElementsAre(0));
  a.window_days = 6;
  EXPECT_THAT(rows(), ElementsAre(1));
  a.function = Function::current;
  a.window_days = 0;
  EXPECT_THAT(rows(), ElementsAre(3));
  a.function = Function::streak;
  a.period_days = 1;
  EXPECT_THAT(rows(), ElementsAre(4, 3));
  a.period_days = 2;
  EXPECT_THAT(rows(), ElementsAre(4, 3, 2, 1, 0)) << "days 5-6, 3-4, 1-2, and day 0 of the period before";
  a.function = Function::days_since;
  EXPECT_THAT(rows(), ElementsAre(4));
}

TEST(ContactHealth, AgreesWithThePlainReading) {
  for (uint64_t seed = 1; seed <= 1'500; ++seed) {
    Dice dice(seed);
    SmallCompany c;
    c.emits("met");
    const int32_t days = dice.in(1, 25), window = dice.one_in(3) ? 1 : dice.in(1, 30), people = dice.in(1, 4);
    const char* roles[] = {"sponsor", "champion", "user"};
    for (int32_t u = 1; u <= people; ++u) {
      const uint32_t user = c.user("u");
      for (int32_t from = dice.in(-5, days); from < days && !dice.one_in(4);) {
        const int32_t until = dice.one_in(3) ? Day::kMax.number : from + dice.in(0, 9);
        c.portfolio.contacts.push_back({0, user, Day{from}, Day{until}});
        if (until == Day::kMax.number) break;
        from = until + dice.in(1, 4);
      }
      for (int32_t from = dice.in(-9, 4); from < days; from += dice.in(1, 9)) {
        c.user_attribute(user, "role", Day{from}, dice.one_in(6) ? a_flag(true) : a_text(roles[dice.in(0, 2)]));
        c.portfolio.contact_attributes.back().null = dice.one_in(6);
      }
      for (int32_t from = dice.in(-9, 9); from < days; from += dice.in(1, 9)) {
        c.user_attribute(user, "active", Day{from}, dice.one_in(9) ? a_text("false") : a_flag(dice.one_in(2)));
        c.portfolio.contact_attributes.back().null = dice.one_in(6);
      }
    }
    c.events.push_back({0, "started", 0, {}, 0, 0, 0});
    for (const int32_t d : random_days(dice, days, 12))
      c.events.push_back({d, "met", static_cast<uint32_t>(dice.in(0, people)), {}, 0, 0, 0});
    c.seal();
    plan::Plan p = plan_of(Function::contact_health, "met");
    p.nodes[0].aggregate.window_days = window;
    p.nodes[0].aggregate.roles = {{"champion", {1'500'000}}, {"sponsor", Decimal::whole(3)}};
    const auto got = values(p, c.portfolio, Day{days - 1});

    const auto attribute = [&](uint32_t user, const char* key, int32_t d) -> const facts::AttributeValue* {
      const facts::AttributeValue* found = nullptr;
      for (const auto& row : c.portfolio.contact_attributes) {
        if (row.user == user && row.key == c.portfolio.texts.find(key) && row.day.number <= d)
          found = row.null ? nullptr : &row.value;
      }
      return found;
    };
    for (int32_t d = 0; d < days; ++d) {
      int64_t all = 0, reached = 0;
      for (const facts::ContactRow& contact : c.portfolio.contacts) {
        if (contact.from.number > d || contact.until.number < d) continue;
        const auto* role = attribute(contact.user, "role", d);
        const int64_t weight = role == nullptr || role->type != facts::AttributeType::text ? 0
                               : role->text == "champion"                                  ? 1'500'000
                               : role->text == "sponsor"                                   ? 3'000'000
                                                                                           : 0;
        const auto* active = attribute(contact.user, "active", d);
        const bool away = active != nullptr && active->type == facts::AttributeType::flag && !active->flag;
        const bool seen = std::any_of(c.events.begin(), c.events.end(), [&](const SmallEvent& e) {
          return e.name == "met" && e.user == contact.user && e.day <= d && e.day > d - window;
        });
        all += weight;
        reached += seen && !away ? weight : 0;
      }
      const double expected = all == 0 ? kNull : static_cast<double>(reached) / static_cast<double>(all);
      ASSERT_EQ(got[static_cast<size_t>(d)], expected) << "seed " << seed << " day " << d;
    }
  }
}

}  // namespace
}  // namespace kenko::engine

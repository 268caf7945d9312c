// identity::resolve and the reference company read random facts the same way: who belongs to whom, what is known of
// accounts and people, who is whose parent, on which days a source spoke.  Under every cut.  A failure names the seed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "identity/resolve.h"
#include "property/generate.h"
#include "reference/company.h"

namespace kenko::property {
namespace {

using facts::Portfolio;
using reference::Company;

constexpr uint64_t kSeeds = 60;

std::string to_text(const facts::AttributeValue& v) {
  return fmt::format("{} {} {} {} {}", static_cast<int>(v.type), v.number.text(), v.text, v.day.iso(), v.flag);
}

// The reference's name of a user.  Random refs of matched sources begin with the name of the source, contacts do not.
std::string reference_name(const std::string& user) {
  const size_t dash = user.find('-');
  return dash == std::string::npos ? "contact " + user : "ref " + user.substr(0, dash) + '\n' + user;
}

// The last row of each key up to d, of the rows of one entity that ascend by (key, day).
template <typename Row>
std::set<std::string> values_on(const Portfolio& p, const std::vector<const Row*>& rows, Day d) {
  std::set<std::string> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool overtaken = i + 1 < rows.size() && rows[i + 1]->key == rows[i]->key && rows[i + 1]->day <= d;
    if (rows[i]->day > d || overtaken || rows[i]->null) continue;
    out.insert(fmt::format("{}: {}", p.texts.text(rows[i]->key), to_text(rows[i]->value)));
  }
  return out;
}

std::set<std::string> values_on(const reference::Attributes& entity, Day d) {
  std::set<std::string> out;
  for (const auto& [key, values] : entity.attributes) {
    if (const facts::AttributeValue* v = entity.attribute(key, d)) out.insert(fmt::format("{}: {}", key, to_text(*v)));
  }
  return out;
}

std::set<std::string> contacts_on(const Portfolio& p, uint32_t account, Day d) {
  std::set<std::string> out;
  for (const facts::ContactRow& row : p.contacts) {
    if (row.account != account || d < row.from || d > row.until) continue;
    EXPECT_TRUE(out.insert("contact " + p.users[row.user - 1]).second) << "spans overlap";
  }
  return out;
}

struct Seen {
  int64_t contacts = 0, parents = 0, account_values = 0, contact_values = 0, days = 0;
};

void compare_accounts(const Portfolio& p, const Company& company, Day d, Seen& seen) {
  for (uint32_t a = 0; a < p.accounts.size(); ++a) {
    SCOPED_TRACE(p.accounts[a] + " " + d.iso());
    const auto contacts = contacts_on(p, a, d);
    ASSERT_EQ(contacts, company.contacts(p.accounts[a], d));
    std::vector<const facts::AttributeRow*> rows;
    for (const facts::AttributeRow& row : p.attributes) {
      if (row.account == a) rows.push_back(&row);
    }
    const reference::Account* account = company.find(p.accounts[a]);
    ASSERT_NE(account, nullptr);
    const auto values = values_on(p, rows, d);
    ASSERT_EQ(values, values_on(*account, d));
    seen.contacts += std::ssize(contacts);
    seen.account_values += std::ssize(values);
    if (company.parent(*account, d) != nullptr) ++seen.parents;
  }
}

void compare_people(const Portfolio& p, const Company& company, Day d, Seen& seen) {
  std::map<std::string, std::set<std::string>> ours;
  for (size_t i = 0; i < p.contact_attributes.size();) {
    const uint32_t user = p.contact_attributes[i].user;
    std::vector<const facts::ContactAttributeRow*> rows;
    for (; i < p.contact_attributes.size() && p.contact_attributes[i].user == user; ++i) {
      rows.push_back(&p.contact_attributes[i]);
    }
    const auto values = values_on(p, rows, d);
    if (!values.empty()) ours[reference_name(p.users[user - 1])] = values;
    seen.contact_values += std::ssize(values);
  }
  std::map<std::string, std::set<std::string>> theirs;
  for (const auto& [user, attributes] : company.users()) {
    const auto values = values_on(attributes, d);
    if (!values.empty()) theirs[user] = values;
  }
  ASSERT_EQ(ours, theirs) << d.iso();
}

void compare_days(const Portfolio& p, const Company& company, Seen& seen) {
  ASSERT_EQ(p.source_fact_days.size(), p.settings.sources.size());
  for (size_t s = 0; s < p.settings.sources.size(); ++s) {
    const std::set<Day> days = company.fact_days(p.settings.sources[s].name);
    ASSERT_TRUE(std::equal(days.begin(), days.end(), p.source_fact_days[s].begin(), p.source_fact_days[s].end()))
        << p.settings.sources[s].name;
    seen.days += std::ssize(days);
  }
}

TEST(FactsAgree, ContactsAttributesParentsAndDaysOfSources) {
  Seen seen;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const Generated g = generate(seed, {.accounts = 6, .days = 150, .events_a_week = 2, .metrics = 1});
    Random random(seed);
    facts::Cut cut;
    if (seed % 2 == 0) cut.known_until = close_of(g.settings, g.known_day);
    if (seed % 3 == 0) cut.occurred_until = g.first + static_cast<int32_t>(random.between(0, g.last - g.first));
    const Portfolio portfolio = identity::resolve(g.facts, g.settings, cut);
    const Company company(g.facts, g.settings, cut);
    ASSERT_NO_FATAL_FAILURE(compare_days(portfolio, company, seen));
    for (int i = 0; i < 12; ++i) {
      const Day day = g.first + static_cast<int32_t>(random.between(-10, g.last - g.first));
      ASSERT_NO_FATAL_FAILURE(compare_accounts(portfolio, company, day, seen));
      ASSERT_NO_FATAL_FAILURE(compare_people(portfolio, company, day, seen));
    }
  }
  // Else nothing was compared.
  EXPECT_GT(seen.contacts, 3000);
  EXPECT_GT(seen.parents, 300);
  EXPECT_GT(seen.account_values, 3000);
  EXPECT_GT(seen.contact_values, 1000);
  EXPECT_GT(seen.days, 3000);
}

// A contact belongs to one account at a time, from the first day of the calendar to the last.
TEST(FactsAgree, SpansOfAContactDoNotOverlap) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Generated g = generate(seed, {.accounts = 6, .days = 150, .events_a_week = 2, .metrics = 1});
    const Portfolio p = identity::resolve(g.facts, g.settings);
    std::vector<facts::ContactRow> rows = p.contacts;
    std::sort(rows.begin(), rows.end(), [](const facts::ContactRow& a, const facts::ContactRow& b) {
      return std::tie(a.user, a.from) < std::tie(b.user, b.from);
    });
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_LE(rows[i].from, rows[i].until) << "seed " << seed;
      if (i > 0 && rows[i - 1].user == rows[i].user) {
        EXPECT_LT(rows[i - 1].until, rows[i].from) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace kenko::property

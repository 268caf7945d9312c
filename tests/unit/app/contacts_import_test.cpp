// From files to what an executor sees of people, hierarchy and feeds: imported, stored, resolved, cached, read again.
#include <gmock/gmock.h>

#include "app/portfolio.h"
#include "workspace_fixture.h"

namespace kenko::app {
namespace {

using testing::ElementsAre;

constexpr const char* kCrm = R"(kenko: 1
source: crm
accounts: defines
rules:
  accounts:
    files: accounts-*.csv
    account: id
    snapshot: day
    attributes: {parent: parent}
  people:
    files: people.csv
    contact: id
    valid_from: since
    attributes:
      role: role
      left: {column: left, type: day}
  people_of_accounts:
    files: people.csv
    memberships: {contact: id, account: account, valid_from: since}
  identities:
    files: identities.csv
    identities: {kind: kind, source: source, external_id: external_id, id: id}
)";

constexpr const char* kDesk = R"(kenko: 1
source: desk
accounts: matched
rules:
  ticket:
    files: tickets.csv
    event: ticket.opened
    user: who
    time: at
  person:
    files: agents.csv
    contact: who
    valid_from: since
    attributes: {active: {column: active, type: flag}}
)";

class ContactsImportTest : public WorkspaceTest {
 protected:
  facts::Portfolio portfolio() {
    const auto workspace = open_workspace(dir_);
    EXPECT_TRUE(workspace.ok());
    auto state = open_state(dir_);
    EXPECT_TRUE(state.ok() && state->has_value());
    auto loaded = load_portfolio(dir_, **state, workspace->settings);
    EXPECT_TRUE(loaded.ok()) << to_text(loaded.problems());
    return loaded.ok() ? std::move(*loaded) : facts::Portfolio{};
  }
  void import_all() {
    const std::string crm = file("crm.yaml", kCrm);
    const std::string desk = file("desk.yaml", kDesk);
    (void)import({file("crm/accounts-1.csv", "id,parent,day\nacme,holding,2026-01-05\nholding,,2026-01-05\n"),
                  file("crm/people.csv",
                       "id,account,role,left,since\np1,acme,champion,,2026-01-01\np1,holding,,,2026-03-01\n"
                       "p2,acme,sponsor,2026-02-01,2026-01-01\n"),
                  file("crm/identities.csv", "kind,source,external_id,id\ncontact,desk,z@x.com,p1\n")},
                 crm);
    (void)import({file("desk/tickets.csv", "who,at\nz@x.com,2026-04-01T10:00:00Z\nnobody,2026-04-03T10:00:00Z\n"),
                  file("desk/agents.csv", "who,active,since\nz@x.com,false,2026-04-02\n")},
                 desk);
  }
};

std::vector<std::string> people_of(const facts::Portfolio& p) {
  std::vector<std::string> out;
  for (const facts::ContactRow& row : p.contacts) {
    out.push_back(fmt::format("{} {} {}", p.accounts[row.account], p.users[row.user - 1],
                              row.until == Day::kMax ? "ever" : row.until.iso()));
  }
  for (const facts::ContactAttributeRow& row : p.contact_attributes) {
    const bool text = row.value.type == facts::AttributeType::text;
    out.push_back(fmt::format("{} {} {} {}", p.users[row.user - 1], p.texts.text(row.key), row.day.iso(),
                              row.null ? "null"
                              : text   ? row.value.text
                                       : "-"));
  }
  return out;
}

TEST_F(ContactsImportTest, PeopleParentsAndDaysOfSourcesReachThePortfolio) {
  import_all();
  const auto check = [this] {
    const facts::Portfolio p = portfolio();
    EXPECT_THAT(people_of(p),
                ElementsAre("acme p1 2026-02-28", "acme p2 ever", "holding p1 ever",  //
                            "p1 active 2026-04-02 -", "p1 left 2026-01-01 null", "p1 left 2026-03-01 null",
                            "p1 role 2026-01-01 champion", "p1 role 2026-03-01 null", "p2 left 2026-01-01 -",
                            "p2 role 2026-01-01 sponsor"));
    ASSERT_EQ(p.events.size(), 1U);
    EXPECT_EQ(p.accounts.at(1), "holding");
    EXPECT_EQ(p.events_of.at(0).size(), 0U);  // the ticket is of p1's account on that day
    ASSERT_EQ(p.attributes.size(), 2U);
    EXPECT_EQ(p.attributes[0].value.text, "holding");
    std::vector<std::string> days;
    for (const auto& source : p.source_fact_days) {
      for (const Day day : source) days.push_back(day.iso());
    }
    EXPECT_THAT(days, ElementsAre("2026-01-01", "2026-01-05", "2026-03-01", "2026-04-01", "2026-04-02", "2026-04-03"));
  };
  check();
  check();  // from the cache
}

}  // namespace
}  // namespace kenko::app

#include "segments/portfolio_store.h"

#include "events_for_test.h"
#include "ports/files.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;

/// A store in memory that counts how often the facts were read.
class MemoryStore final : public ports::FactStore {
 public:
  Result<ports::Snapshot> snapshot() override { return stored.snapshot; }
  Result<ports::StoredFacts> load_facts(const std::optional<Instant>& /*known_until*/) override {
    ++loads;
    return stored;
  }
  ports::StoredFacts stored;
  int loads = 0;
};

class PortfolioStoreTest : public WorkspaceTest {
 protected:
  PortfolioStoreTest() {
    settings_.currency = "USD";
    settings_.sources = {{"app",
                          "",
                          facts::Coverage::all,
                          facts::AccountIds::defines,
                          facts::KnownAt::assumed,
                          {"login"},
                          {},
                          std::nullopt,
                          std::nullopt}};
    std::vector<facts::EventFact> events;
    for (int i = 0; i < 500; ++i) {
      facts::EventFact e = event("e" + std::to_string(i), "acc" + std::to_string(i % 7), i * 5000, i + 1);
      e.user_ref = "u" + std::to_string(i % 3);
      if (i % 2 == 0) e.properties = {{"kind", i % 4 == 0 ? "x" : "y"}};
      if (i % 5 == 0) {
        e.value = Decimal::whole(i);
        e.currency = i % 10 == 0 ? "EUR" : "USD";
      }
      events.push_back(e);
    }
    store(events);
    store_.stored.snapshot = live_;
    store_.stored.snapshot.token = {1, 1};
    facts::AttributeFact plan;
    plan.source = "app";
    plan.entity_ref = "acc1";
    plan.key = "plan";
    plan.value = facts::AttributeValue{facts::AttributeType::text, {}, "gold", {}, false};
    plan.valid_from = Day{3};
    facts::AttributeFact role = plan;
    role.kind = facts::EntityKind::contact;
    role.entity_ref = "u1";
    role.key = "role";
    role.value->text = "champion";
    role.backfill = true;
    store_.stored.facts.attributes = {plan, role};
    store_.stored.facts.memberships = {{"u1", "acc1", std::nullopt, {}}, {"u1", "acc2", Day{5}, {}}};
    facts::ContractFact contract;
    contract.source = "app";
    contract.contract_id = "c";
    contract.account_ref = "acc2";
    contract.start = contract.valid_from = Day{1};
    contract.seats = Decimal::whole(9);
    store_.stored.facts.contracts = {contract};
    store_.stored.facts.rates = {{"EUR", Day{2}, Rate{1'500'000'000}, {}}};
  }

  facts::Portfolio load(const facts::Cut& cut = {}) {
    return load_portfolio(dir_, store_, settings_, texts_, cut).value();
  }
  std::vector<std::string> caches() const {
    std::vector<std::string> names = ports::list_files(path("cache"));
    std::erase_if(names, [](const std::string& name) { return !name.starts_with("portfolio-"); });
    return names;
  }

  text::RuleFiles texts_;
  MemoryStore store_;
  facts::Settings settings_;
};

void expect_same(const facts::Portfolio& a, const facts::Portfolio& b) {
  EXPECT_EQ(a.accounts, b.accounts);
  EXPECT_EQ(a.users, b.users);
  EXPECT_EQ(a.events_of, b.events_of);
  ASSERT_EQ(a.events.size(), b.events.size());
  for (size_t i = 0; i < a.events.size(); ++i) {
    EXPECT_EQ(a.events.day[i], b.events.day[i]);
    EXPECT_EQ(a.events.occurred[i], b.events.occurred[i]);
    EXPECT_EQ(a.texts.text(a.events.name[i]), b.texts.text(b.events.name[i]));
    EXPECT_EQ(a.texts.text(a.events.source[i]), b.texts.text(b.events.source[i]));
    EXPECT_EQ(a.events.user[i], b.events.user[i]);
    EXPECT_EQ(a.events.flags[i], b.events.flags[i]);
    EXPECT_EQ(a.events.value[i], b.events.value[i]);
    EXPECT_EQ(a.events.event_id(i), b.events.event_id(i));
  }
  ASSERT_EQ(a.properties.size(), b.properties.size());
  for (size_t i = 0; i < a.properties.size(); ++i) {
    EXPECT_EQ(a.properties[i].key, b.properties[i].key);
    ASSERT_TRUE(std::equal(a.properties[i].row.begin(), a.properties[i].row.end(), b.properties[i].row.begin(),
                           b.properties[i].row.end()));
    for (size_t k = 0; k < a.properties[i].row.size(); ++k) {
      EXPECT_EQ(a.texts.text(a.properties[i].value[k]), b.texts.text(b.properties[i].value[k]));
    }
  }
  ASSERT_EQ(a.attributes.size(), b.attributes.size());
  for (size_t i = 0; i < a.attributes.size(); ++i) {
    EXPECT_EQ(a.attributes[i].account, b.attributes[i].account);
    EXPECT_EQ(a.texts.text(a.attributes[i].key), b.texts.text(b.attributes[i].key));
    EXPECT_EQ(a.attributes[i].day, b.attributes[i].day);
    EXPECT_EQ(a.attributes[i].value, b.attributes[i].value);
  }
  ASSERT_EQ(a.contracts.size(), b.contracts.size());
  for (size_t i = 0; i < a.contracts.size(); ++i) {
    EXPECT_EQ(a.contracts[i].account, b.contracts[i].account);
    EXPECT_EQ(a.contracts[i].fact.contract_id, b.contracts[i].fact.contract_id);
    EXPECT_EQ(a.contracts[i].fact.seats, b.contracts[i].fact.seats);
    EXPECT_EQ(a.contracts[i].fact.end, b.contracts[i].fact.end);
  }
  ASSERT_EQ(a.contacts.size(), b.contacts.size());
  for (size_t i = 0; i < a.contacts.size(); ++i) {
    EXPECT_EQ(a.contacts[i].account, b.contacts[i].account);
    EXPECT_EQ(a.contacts[i].user, b.contacts[i].user);
    EXPECT_EQ(a.contacts[i].from, b.contacts[i].from);
    EXPECT_EQ(a.contacts[i].until, b.contacts[i].until);
  }
  ASSERT_EQ(a.contact_attributes.size(), b.contact_attributes.size());
  for (size_t i = 0; i < a.contact_attributes.size(); ++i) {
    EXPECT_EQ(a.contact_attributes[i].user, b.contact_attributes[i].user);
    EXPECT_EQ(a.texts.text(a.contact_attributes[i].key), b.texts.text(b.contact_attributes[i].key));
    EXPECT_EQ(a.contact_attributes[i].day, b.contact_attributes[i].day);
    EXPECT_EQ(a.contact_attributes[i].null, b.contact_attributes[i].null);
    EXPECT_EQ(a.contact_attributes[i].assumed, b.contact_attributes[i].assumed);
    EXPECT_EQ(a.contact_attributes[i].value, b.contact_attributes[i].value);
  }
  EXPECT_EQ(a.source_fact_days, b.source_fact_days);
  ASSERT_EQ(a.rates.size(), b.rates.size());
  for (size_t i = 0; i < a.rates.size(); ++i) EXPECT_EQ(a.rates[i].day, b.rates[i].day);
  EXPECT_EQ(a.source_first_day, b.source_first_day);
  EXPECT_EQ(a.newest_day, b.newest_day);
  EXPECT_EQ(a.no_rate_events, b.no_rate_events);
}

TEST_F(PortfolioStoreTest, TheCacheSaysWhatTheFactsSay) {
  const facts::Portfolio resolved = load();
  ASSERT_EQ(resolved.accounts.size(), 7U);
  ASSERT_EQ(resolved.events.size(), 500U);
  ASSERT_EQ(resolved.contacts.size(), 2U);
  ASSERT_EQ(resolved.contact_attributes.size(), 2U);
  ASSERT_FALSE(resolved.source_fact_days.at(0).empty());
  ASSERT_FALSE(resolved.properties.empty());
  EXPECT_EQ(store_.loads, 1);
  const facts::Portfolio cached = load();
  EXPECT_EQ(store_.loads, 1) << "the facts were read again";
  expect_same(resolved, cached);
  EXPECT_EQ(cached.settings.currency, "USD");
}

TEST_F(PortfolioStoreTest, NewFactsAndOtherSettingsMakeAnotherCache) {
  load();
  store_.stored.snapshot.token = {2, 2};
  load();
  EXPECT_EQ(store_.loads, 2);
  settings_.exclude_users = {"u1"};
  EXPECT_LT(load().events.size(), 500U);
  EXPECT_EQ(store_.loads, 3);
  EXPECT_EQ(caches().size(), 1U) << "caches that no longer fit are removed";
}

TEST_F(PortfolioStoreTest, ACutIsNeverCachedNorServedFromTheCache) {
  load();
  facts::Cut cut;
  cut.occurred_until = Day{1};
  EXPECT_LT(load(cut).events.size(), 500U);
  EXPECT_EQ(store_.loads, 2);
  EXPECT_EQ(load().events.size(), 500U);
  EXPECT_EQ(caches().size(), 1U);
}

TEST_F(PortfolioStoreTest, ADamagedCacheIsNoticedAndMadeAgain) {
  const facts::Portfolio good = load();
  const std::string file = path("cache/" + caches()[0]);
  const std::string bytes = ports::read_file(file).value();
  int bytes_that_matter = 0;
  for (size_t at = 0; at < bytes.size(); at += 997) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    ASSERT_TRUE(ports::write_file(file, {damaged}).ok());
    const int before = store_.loads;
    expect_same(good, load());
    if (store_.loads > before) ++bytes_that_matter;
  }
  // Most of this small file is padding between sections.
  EXPECT_GT(bytes_that_matter, 20);
  for (const size_t size : {size_t{0}, size_t{63}, size_t{64}, size_t{300}, bytes.size() - 1}) {
    ASSERT_TRUE(ports::write_file(file, {std::string_view(bytes).substr(0, size)}).ok());
    const int before = store_.loads;
    expect_same(good, load());
    EXPECT_EQ(store_.loads, before + 1) << size << " bytes";
  }
  fs::remove_all(path("cache"));
  expect_same(good, load());
}

TEST_F(PortfolioStoreTest, ACacheThatCannotBeWrittenIsNoProblem) {
  ASSERT_TRUE(ports::write_file(path("cache"), {"a file in its place"}).ok());
  EXPECT_EQ(load().events.size(), 500U);
  EXPECT_EQ(load().events.size(), 500U);
}

TEST_F(PortfolioStoreTest, AMissingSegmentIsAProblemOnceThereIsNoCache) {
  load();
  fs::remove(path("events/00000001.parquet"));
  store_.stored.snapshot.token = {3, 3};
  const auto missing = load_portfolio(dir_, store_, settings_, texts_);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.problems()[0].code, "segment-missing");
}

}  // namespace
}  // namespace kenko::segments

#include "property/generate_facts.h"

#include <fmt/format.h>

#include <algorithm>

namespace kenko::property {
namespace {

using facts::AccountIds;
using facts::AttributeFact;
using facts::AttributeType;
using facts::AttributeValue;
using facts::ContractFact;
using facts::EntityKind;
using facts::EventFact;
using facts::SourceSettings;

// Makes the facts of one company.
class Maker {
 public:
  Maker(Random& random, const Size& size, Generated& out) : random_(random), size_(size), out_(out) {}

  void make() {
    make_identities();
    make_rates();
    for (int a = 0; a < size_.accounts; ++a) {
      make_events(a);
      make_milestones(a);
      make_overrides(a);
      make_dated_values(a);
      if (random_.chance(0.8)) make_contracts(a);
    }
    make_snapshots();
    make_parents();
    make_people();
  }

 private:
  static constexpr int kUsersOfAccount = 3;

  // Many accounts are made to be compared with one another, a long history with itself: most live on and on.
  [[nodiscard]] bool calm() const { return size_.accounts > 10 || size_.days > 365; }
  [[nodiscard]] bool seldom(double probability) { return random_.chance(calm() ? probability / 4 : probability); }

  [[nodiscard]] const std::string& pick(const std::vector<std::string>& all) {
    return all[static_cast<size_t>(random_.between(0, std::ssize(all) - 1))];
  }
  [[nodiscard]] const SourceSettings& source(const char* name) const { return *out_.settings.find_source(name); }
  [[nodiscard]] Day any_day() { return out_.first + static_cast<int32_t>(random_.between(0, size_.days - 1)); }
  [[nodiscard]] static std::string account_id(int a) { return fmt::format("a{}", a); }
  [[nodiscard]] static std::string account_ref(const SourceSettings& s, int a) {
    return s.accounts == AccountIds::defines ? account_id(a) : fmt::format("{}-{}", s.name, a);
  }
  [[nodiscard]] static std::string user_ref(const SourceSettings& s, int user) {
    return s.accounts == AccountIds::defines ? fmt::format("u{}", user) : fmt::format("{}-u{}", s.name, user);
  }
  [[nodiscard]] std::optional<Day> maybe_day(double probability) {
    return random_.chance(probability) ? std::optional(any_day()) : std::nullopt;
  }

  // A time of `day`, often at its very edges.
  [[nodiscard]] Instant time_of(Day day) {
    const auto& zone = out_.settings.time_zone;
    const Instant begin = zone.start_of(day);
    const Instant next = zone.start_of(day + 1);
    if (random_.chance(0.1)) return begin;
    if (random_.chance(0.1)) return {next.micros - 1};
    return {begin.micros + random_.between(0, (next.micros - begin.micros - 1) / 1'000'000) * 1'000'000};
  }

  // Recorded at once, or up to 40 days late.
  [[nodiscard]] facts::Recorded recorded(Instant at) {
    const bool late = random_.chance(0.25);
    const int64_t delay = late ? random_.between(0, 40 * 24) * 3'600'000'000 : 0;
    return {Instant{at.micros + delay}, ++seq_, !late};
  }
  [[nodiscard]] facts::Recorded recorded(Day day) { return recorded(out_.settings.time_zone.start_of(day)); }

  void make_identities() {
    for (const SourceSettings& s : out_.settings.sources) {
      const bool dated = s.name != "billing" && s.name != "sheet";  // their rows must not move between accounts
      for (int a = 0; a < size_.accounts; ++a) {
        if (s.accounts == AccountIds::defines || random_.chance(0.1)) continue;
        add_identity(EntityKind::account, s, account_ref(s, a), account_id(a), dated ? maybe_day(0.5) : std::nullopt);
        if (dated && random_.chance(0.2)) {
          const int other = static_cast<int>(random_.between(0, size_.accounts - 1));
          add_identity(EntityKind::account, s, account_ref(s, a), account_id(other), maybe_day(0.9));
        }
      }
      for (int user = 0; user < size_.accounts * kUsersOfAccount; ++user) {
        if (s.accounts == AccountIds::defines || random_.chance(0.4)) continue;
        const int64_t contact = random_.chance(0.2) ? random_.between(0, size_.accounts * kUsersOfAccount - 1) : user;
        add_identity(EntityKind::contact, s, user_ref(s, user), fmt::format("u{}", contact), maybe_day(0.3));
      }
    }
    for (int user = 0; user < size_.accounts * kUsersOfAccount; ++user) {
      if (random_.chance(0.1)) continue;
      add_membership(user, user / kUsersOfAccount, maybe_day(0.5));
      if (random_.chance(0.15)) {
        add_membership(user, static_cast<int>(random_.between(0, size_.accounts - 1)), any_day());
      }
    }
  }

  void add_identity(EntityKind kind, const SourceSettings& s, std::string ref, std::string id,
                    std::optional<Day> from) {
    out_.facts.identities.push_back({kind, s.name, std::move(ref), std::move(id), from, recorded(out_.first)});
  }
  void add_membership(int user, int account, std::optional<Day> from) {
    out_.facts.memberships.push_back({fmt::format("u{}", user), account_id(account), from, recorded(out_.first)});
  }

  void make_rates() {
    for (const char* currency : {"EUR", "JPY"}) {
      Day d = out_.first + static_cast<int32_t>(random_.between(-8, 20));
      for (; d <= out_.last;
           d = d + static_cast<int32_t>(random_.chance(0.1) ? random_.between(7, 12) : random_.between(1, 6))) {
        out_.facts.rates.push_back({currency, d, Rate{random_.between(1, 2'000'000'000)}, recorded(out_.first)});
        if (random_.chance(0.05)) {  // said again
          out_.facts.rates.push_back({currency, d, Rate{random_.between(1, 2'000'000'000)}, recorded(out_.first)});
        }
      }
    }
  }

  void make_events(int account) {
    const int64_t birth = random_.between(0, size_.days / (calm() ? 8 : 3));
    const int64_t quiet = seldom(0.5) ? random_.between(birth, size_.days - 1) : size_.days - 1;
    for (int64_t day = birth; day <= quiet; ++day) {
      for (int64_t n = random_.poisson(size_.events_a_week / 7); n > 0; --n) {
        add_event(account, pick(words_.events), out_.first + static_cast<int32_t>(day), {});
      }
    }
  }

  void make_milestones(int account) {
    if (seldom(0.3)) add_event(account, "trial.started", any_day(), {});
    if (seldom(0.3)) add_event(account, "subscription.started", any_day(), {});
    if (seldom(0.3)) add_event(account, "account.paused", any_day(), {});
    if (seldom(0.3)) add_event(account, "account.resumed", any_day(), {});
    if (seldom(0.2)) add_event(account, "notice.given", any_day(), {});
    if (seldom(0.2)) add_event(account, "account.renewed", any_day(), {});
    for (int64_t n = seldom(0.4) ? random_.between(1, 2) : 0; n > 0; --n) {
      const Day day = any_day();
      std::string effective;
      if (random_.chance(0.5)) effective = (day + static_cast<int32_t>(random_.between(-15, 25))).iso();
      if (random_.chance(0.1)) effective = "soon";
      add_event(account, "account.churned", day, effective);
      if (random_.chance(0.6)) {
        const Day back = std::min(out_.last, day + static_cast<int32_t>(random_.between(0, 30)));
        add_event(account, random_.chance(0.7) ? "account.reactivated" : "trial.started", back, {});
      }
    }
  }

  // Set, cleared, expired, of another model, of an unknown kind, out of range.
  void make_overrides(int account) {
    for (int64_t n = random_.chance(0.45) ? random_.between(1, 3) : 0; n > 0; --n) {
      const Day day = any_day();
      add_event(account, "override.set", day, {});
      if (random_.chance(0.3))
        add_event(account, "override.cleared", std::min(out_.last, day + static_cast<int32_t>(random_.between(0, 40))),
                  {});
    }
    if (random_.chance(0.3)) add_event(account, "note.added", any_day(), {});
  }

  void add_event(int account, const std::string& name, Day day, const std::string& effective) {
    EventFact e;
    std::vector<const SourceSettings*> emitters;
    for (const SourceSettings& s : out_.settings.sources) {
      if (random_.chance(0.03) || std::find(s.emits.begin(), s.emits.end(), name) != s.emits.end())
        emitters.push_back(&s);
    }
    if (emitters.empty()) return;
    const SourceSettings& s = *emitters[static_cast<size_t>(random_.between(0, std::ssize(emitters) - 1))];
    e.source = s.name;
    e.event_id = fmt::format("{}{}", random_.chance(0.5) ? "e" : "E", ++events_);
    const int64_t user = account * kUsersOfAccount + random_.between(0, kUsersOfAccount - 1);
    if (random_.chance(0.75)) e.user_ref = user_ref(s, static_cast<int>(user));
    if (!e.user_ref || random_.chance(0.8)) e.account_ref = account_ref(s, account);
    if (random_.chance(0.02)) e.account_ref.reset();
    e.name = name;
    const std::vector<EventFact>& all = out_.facts.events;
    e.occurred_at = time_of(day);
    if (!all.empty() && random_.chance(0.03)) e.occurred_at = all.back().occurred_at;
    if (!effective.empty()) e.properties.push_back({"effective_at", effective});
    fill(e);
    e.recorded = recorded(e.occurred_at);
    out_.facts.events.push_back(e);
    while (random_.chance(0.1)) add_version(out_.facts.events.back());
  }

  void fill(EventFact& e) {
    e.value.reset();
    e.currency.clear();
    std::erase_if(e.properties, [](const facts::Property& p) { return p.key != "effective_at"; });
    e.text.reset();
    const bool money = e.name == "invoice.paid" || e.name == "invoice.issued";
    if (money || random_.chance(0.4)) {
      e.value =
          Decimal{random_.chance(0.5) ? random_.between(0, 10) * 1'000'000 : random_.between(-50'000'000, 900'000'000)};
      if (money && random_.chance(0.5)) e.currency = pick(words_.currencies);
      if (money && random_.chance(0.2)) e.currency = out_.settings.currency;
    }
    if (e.name == "override.set") fill_override(e);
    const auto maybe = [&](const std::vector<std::string>& keys, const std::vector<std::string>& values) {
      for (const std::string& key : keys) {
        if (random_.chance(0.7)) e.properties.push_back({key, pick(values)});
      }
    };
    maybe(words_.text_properties, words_.texts);
    maybe(words_.number_properties, words_.numbers);
    maybe(words_.flag_properties, words_.flags);
    fill_things(e);
    fill_text(e);
    std::sort(e.properties.begin(), e.properties.end());
  }

  void add_property(EventFact& e, std::string key, std::string value) {
    e.properties.push_back({std::move(key), std::move(value)});
  }
  [[nodiscard]] std::string day_near(const EventFact& e, int32_t before, int32_t after) {
    if (random_.chance(0.1)) return pick({"soon", "", "2024-13-01"});
    const Day day = out_.settings.time_zone.day_of(e.occurred_at);
    return (day + static_cast<int32_t>(random_.between(-before, after))).iso();
  }

  void fill_override(EventFact& e) {
    e.currency.clear();
    e.value = Decimal{random_.between(0, 100'000'000)};
    if (random_.chance(0.3)) e.value = Decimal::whole(random_.between(0, 12) * 10);
    if (random_.chance(0.04)) e.value.reset();
  }

  // What things an event speaks of, when they are due, until when it holds.
  void fill_things(EventFact& e) {
    for (const Words::Pair& pair : words_.pairs) {
      if ((e.name != pair.opens && e.name != pair.closes) || pair.by == "kind") continue;
      const auto same = [&](const facts::Property& p) { return p.key == pair.by; };
      if (std::any_of(e.properties.begin(), e.properties.end(), same) || random_.chance(0.1)) continue;
      add_property(e, pair.by, random_.chance(0.05) ? "" : fmt::format("{}{}", pair.by[0], random_.between(1, 8)));
    }
    if (random_.chance(0.3)) add_property(e, "due_on", day_near(e, 5, 30));
    const bool said = e.name == "pulse.set" || e.name == "nps.answered" || e.name == "override.set";
    if (random_.chance(said ? 0.4 : 0.02)) add_property(e, "expires", day_near(e, 2, 60));
    if (e.name != "override.set") return;
    std::erase_if(e.properties, [](const facts::Property& p) { return p.key == "kind"; });
    add_property(e, "kind", pick({"value", "floor", "ceiling", "value", "floor", "ceiling", "value", "cap"}));
    if (random_.chance(0.3)) add_property(e, "model", random_.chance(0.7) ? "random" : "other");
  }

  // The properties are those that a text makes; the tests of the text module have the texts themselves.
  void fill_text(EventFact& e) {
    if (!random_.chance(e.name.starts_with("ticket.") ? 0.7 : 0.15)) return;
    e.text = "some words";
    if (random_.chance(0.7)) add_property(e, "sentiment(text)", Decimal{random_.between(-100, 100) * 10'000}.text());
    for (const std::string& topic : words_.topics) {
      if (random_.chance(0.4)) add_property(e, fmt::format("about({})", topic), "true");
    }
  }

  // A correction, a deletion or an older version that arrives late.
  void add_version(EventFact e) {
    e.version = random_.chance(0.5) ? 0 : random_.between(0, 2);
    e.deleted = random_.chance(0.3);
    if (random_.chance(0.5)) fill(e);
    if (random_.chance(0.3)) e.occurred_at = time_of(any_day());
    e.recorded = recorded(e.occurred_at);
    e.recorded.known_at.micros += random_.between(0, 30 * 24) * 3'600'000'000;
    out_.facts.events.push_back(std::move(e));
  }

  [[nodiscard]] std::optional<AttributeValue> any_value(const std::string& key, AttributeType type) {
    static const std::vector<std::string> kStatuses = {"active", "active", "onboarding", "active",   "paused",
                                                       "trial",  "notice", "churned",    "internal", "gone fishing"};
    static const std::vector<std::string> kPlans = {"free", "pro", "enterprise"};
    if (random_.chance(0.1)) return std::nullopt;
    AttributeValue v;
    v.type = type;
    switch (type) {
      case AttributeType::number:
        v.number = Decimal{random_.between(0, 40) * 500'000};
        break;
      case AttributeType::text:
        v.text = pick(key == "status" ? kStatuses : kPlans);
        break;
      case AttributeType::flag:
        v.flag = random_.chance(0.5);
        break;
      case AttributeType::day:
        v.day = out_.first + static_cast<int32_t>(random_.between(-30, size_.days / 2));
        break;
      case AttributeType::money:
        v.number = Decimal{random_.between(0, 1'000'000'000)};
        v.text = random_.chance(0.5) ? out_.settings.currency : pick(words_.currencies);
        break;
    }
    return v;
  }

  void add_value(const SourceSettings& s, int account, const std::string& key, AttributeType type, Day day,
                 const std::string& scope, const facts::Recorded& r) {
    AttributeFact f;
    f.source = s.name;
    f.entity_ref = account_ref(s, account);
    f.key = key;
    f.value = any_value(key, type);
    f.valid_from = day;
    f.backfill = random_.chance(0.2);
    f.scope = scope;
    f.recorded = r;
    out_.facts.attributes.push_back(std::move(f));
  }

  void make_dated_values(int account) {
    for (const SourceSettings& s : out_.settings.sources) {
      for (const auto& [key, type] : s.attributes) {
        const bool rare = key == "status" || key == "started";
        for (int64_t n = random_.chance(!rare ? 0.7 : calm() ? 0.05 : 0.25) ? random_.between(1, 3) : 0; n > 0; --n) {
          const Day day = any_day();
          add_value(s, account, key, type, day, "", recorded(day));
        }
      }
    }
  }

  void make_snapshots() {
    const SourceSettings& s = source("sheet");
    for (const char* scope : {"list", "extra"}) {
      Day day = out_.first + static_cast<int32_t>(random_.between(0, 30));
      for (; day <= out_.last; day = day + static_cast<int32_t>(random_.between(5, 45))) {
        add_snapshot(s, scope, day);
        if (random_.chance(0.2)) add_snapshot(s, scope, day);
      }
    }
  }

  void add_snapshot(const SourceSettings& s, const std::string& scope, Day day) {
    const facts::Recorded r = recorded(day);
    const bool extra = scope == "extra";
    for (int a = 0; a < size_.accounts; ++a) {
      if (random_.chance(0.25)) continue;
      add_value(s, a, extra ? "vip" : "size", extra ? AttributeType::flag : AttributeType::number, day, scope, r);
      add_value(s, a, "spend", AttributeType::money, day, scope, r);
    }
  }

  // Mostly a tree; sometimes nobody, somebody unknown, or a circle.
  void make_parents() {
    for (const char* name : {"crm", "sheet"}) {
      const SourceSettings& s = source(name);
      for (int a = 0; a < size_.accounts; ++a) {
        for (int64_t n = random_.chance(0.4) ? random_.between(1, 2) : 0; n > 0; --n) {
          const int64_t other = random_.chance(0.9) ? random_.between(0, a) : random_.between(0, size_.accounts - 1);
          AttributeFact f;
          f.source = s.name;
          f.entity_ref = account_ref(s, a);
          f.key = "parent";
          if (random_.chance(0.85)) {
            f.value = text_value(random_.chance(0.9) ? account_ref(s, static_cast<int>(other)) : "holding");
          }
          f.valid_from = any_day();
          f.backfill = random_.chance(0.3);
          f.recorded = recorded(f.valid_from);
          out_.facts.attributes.push_back(std::move(f));
        }
      }
    }
  }

  // What is known of people: dated in the app and in surveys, as snapshots in the CRM.
  void make_people() {
    const int users = size_.accounts * kUsersOfAccount;
    for (const char* name : {"app", "survey"}) {
      for (int user = 0; user < users; ++user) {
        for (int64_t n = random_.chance(0.4) ? random_.between(1, 3) : 0; n > 0; --n) {
          const Day day = any_day();
          add_person(source(name), user, day, "", recorded(day));
        }
      }
    }
    Day day = out_.first + static_cast<int32_t>(random_.between(0, 30));
    for (; day <= out_.last; day = day + static_cast<int32_t>(random_.between(10, 60))) {
      const facts::Recorded r = recorded(day);
      for (int user = 0; user < users; ++user) {
        if (random_.chance(0.6)) add_person(source("crm"), user, day, "people", r);
      }
    }
  }

  void add_person(const SourceSettings& s, int user, Day day, const std::string& scope, const facts::Recorded& r) {
    AttributeFact f;
    f.kind = EntityKind::contact;
    f.source = s.name;
    f.entity_ref = user_ref(s, user);
    f.key = pick({"role", "role", "role", "active", "level"});
    if (random_.chance(0.85)) {
      f.value = f.key == "role" ? std::optional(text_value(pick(words_.roles)))
                                : any_value(f.key, f.key == "active" ? AttributeType::flag : AttributeType::number);
    }
    f.valid_from = day;
    f.backfill = random_.chance(0.3);
    f.scope = scope;
    f.recorded = r;
    out_.facts.attributes.push_back(std::move(f));
  }

  static AttributeValue text_value(std::string text) {
    AttributeValue v;
    v.text = std::move(text);
    return v;
  }

  void make_contracts(int account) {
    std::string previous;
    for (int64_t n = random_.between(1, 3); n > 0; --n) {
      ContractFact c;
      c.source = "billing";
      c.contract_id = fmt::format("c{}-{}", account, n);
      c.account_ref = account_ref(source("billing"), account);
      c.product = random_.chance(0.5) ? "base" : "addon";
      c.start = out_.first + static_cast<int32_t>(random_.between(-60, size_.days / 2));
      if (random_.chance(0.85)) c.end = c.start + static_cast<int32_t>(random_.between(5, 200));
      c.auto_renew = random_.chance(0.3);
      if (c.end && random_.chance(0.2)) c.renewal = *c.end + static_cast<int32_t>(random_.between(-10, 20));
      if (random_.chance(0.6)) c.term_months = static_cast<int32_t>(random_.between(1, 3));
      if (random_.chance(0.3)) c.replaces = previous;
      c.seats = Decimal::whole(random_.between(1, 30));
      c.arr = Decimal{random_.between(0, 90'000'000'000)};
      vary(c);
      c.valid_from = std::clamp(c.start, out_.first, out_.last);
      if (random_.chance(0.3)) c.valid_from = any_day();
      c.recorded = recorded(c.valid_from);
      out_.facts.contracts.push_back(c);
      while (random_.chance(0.45)) {
        vary(c);
        if (random_.chance(0.2)) c.state = ContractFact::State::cancelled;
        if (random_.chance(0.2)) c.notice_at = any_day();
        if (c.end && random_.chance(0.3)) c.end = *c.end + static_cast<int32_t>(random_.between(-10, 90));
        if (random_.chance(0.05)) {  // it moves to another account
          c.account_ref = account_ref(source("billing"), static_cast<int>(random_.between(0, size_.accounts - 1)));
        }
        c.valid_from = any_day();
        c.recorded = recorded(c.valid_from);
        out_.facts.contracts.push_back(c);
      }
      previous = c.contract_id;
    }
  }

  void vary(ContractFact& c) {
    if (random_.chance(0.5))
      c.seats = random_.chance(0.8) ? std::optional(Decimal::whole(random_.between(0, 30))) : std::nullopt;
    if (random_.chance(0.5))
      c.arr = random_.chance(0.8) ? std::optional(Decimal{random_.between(0, 90'000'000'000)}) : std::nullopt;
    if (random_.chance(0.3)) c.currency = random_.chance(0.5) ? pick(words_.currencies) : "";
  }

  Random& random_;
  const Size& size_;
  Generated& out_;
  Words words_;
  int64_t seq_ = 0;
  int64_t events_ = 0;
};

}  // namespace

void generate_facts(Random& random, const Size& size, Generated& out) { Maker(random, size, out).make(); }

}  // namespace kenko::property

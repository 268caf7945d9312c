#include "reference/company.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace kenko::reference {
namespace {

using facts::AttributeFact;
using facts::EntityKind;
using facts::EventFact;

// Law (b): what was not known yet does not exist.
bool known(const facts::Recorded& recorded, const facts::Cut& cut) {
  return !cut.known_until || recorded.known_at <= *cut.known_until;
}

// Law (a): what lies later does not exist.
bool happened(Day day, const facts::Cut& cut) { return !cut.occurred_until || day <= *cut.occurred_until; }

// The dated rule of identities and memberships: the greatest valid_from not after d, the first one for all earlier
// days; ties: the greatest seq.
template <typename T>
const T* dated(const std::vector<T>& all, Day d) {
  const auto from = [](const T& x) { return x.valid_from.value_or(Day::kMin); };
  const T* best = nullptr;
  for (const T& x : all) {
    if (from(x) > d) continue;
    if (best == nullptr || std::tuple(from(x), x.recorded.seq) > std::tuple(from(*best), best->recorded.seq)) best = &x;
  }
  if (best != nullptr) return best;
  for (const T& x : all) {
    const bool earlier = best != nullptr && from(x) < from(*best);
    const bool same_day = best != nullptr && from(x) == from(*best) && x.recorded.seq > best->recorded.seq;
    if (best == nullptr || earlier || same_day) best = &x;
  }
  return best;
}

bool precedes(const DatedValue& a, const DatedValue& b) {
  return std::tie(a.from, a.source, a.seq, a.ref) < std::tie(b.from, b.source, b.seq, b.ref);
}

// Sorts the values, stretches the first one back and leaves out what the cut hides.
void settle(Attributes& entity, const facts::Cut& cut) {
  for (auto& [key, values] : entity.attributes) {
    std::sort(values.begin(), values.end(), precedes);
    // The first value is the one that counts on the first day; what stretches it back outlives law (a).
    const DatedValue* first = nullptr;
    for (const DatedValue& v : values) {
      if (v.from == values.front().from) first = &v;
    }
    std::vector<DatedValue> kept;
    if (first->backfill) {
      kept.push_back(*first);
      kept.back().from = Day::kMin;
      kept.back().spoken = false;
    }
    for (const DatedValue& v : values) {
      if (happened(v.from, cut)) kept.push_back(v);
    }
    values = std::move(kept);
  }
}

}  // namespace

const std::string* Event::property(const std::string& key) const {
  for (const facts::Property& p : properties) {
    if (p.key == key) return p.value.empty() ? nullptr : &p.value;
  }
  return nullptr;
}

bool later(const Event& a, const Event& b) { return std::tie(a.at, a.source, a.id) > std::tie(b.at, b.source, b.id); }

const Contract::Version* Contract::in_force(Day d) const {
  const Version* found = nullptr;
  for (const Version& v : versions) {
    if (v.fact.valid_from <= d) found = &v;
  }
  return found;
}

const facts::AttributeValue* Attributes::attribute(const std::string& key, Day d) const {
  const auto values = attributes.find(key);
  if (values == attributes.end()) return nullptr;
  const auto after = std::upper_bound(values->second.begin(), values->second.end(), d,
                                      [](Day x, const DatedValue& v) { return x < v.from; });
  if (after == values->second.begin()) return nullptr;
  const DatedValue& last = *(after - 1);
  return last.value ? &*last.value : nullptr;
}

const std::string* Attributes::text_attribute(const std::string& key, Day d) const {
  const facts::AttributeValue* value = attribute(key, d);
  return value == nullptr || value->type != facts::AttributeType::text ? nullptr : &value->text;
}

Company::Company(const facts::FactSet& facts, const facts::Settings& settings, const facts::Cut& cut)
    : settings_(settings) {
  for (const facts::RateFact& r : facts.rates) {
    const auto [it, added] = rates_[r.currency].emplace(r.day, r);
    if (!added && r.recorded.seq > it->second.recorded.seq) it->second = r;
  }
  for (const facts::IdentityFact& i : facts.identities) {
    if (i.source == "manual" && i.kind == EntityKind::account) {
      facts::IdentityFact& last = merges_.try_emplace(i.external_id, i).first->second;
      if (i.recorded.seq >= last.recorded.seq) last = i;
    }
    if (i.kind == EntityKind::account) account_ids_[{i.source, i.external_id}].push_back(i);
    if (i.kind == EntityKind::contact) contact_ids_[{i.source, i.external_id}].push_back(i);
  }
  for (const facts::MembershipFact& m : facts.memberships) memberships_[m.contact].push_back(m);
  read_events(facts, cut);
  read_attributes(facts, cut);
  read_contracts(facts, cut);
}

const Account* Company::find(const std::string& id) const {
  const auto it = accounts_.find(id);
  return it == accounts_.end() ? nullptr : &it->second;
}

const Account* Company::parent(const Account& account, Day d) const {
  const std::string* id = account.text_attribute("parent", d);
  return id == nullptr ? nullptr : find(*id);
}

std::set<std::string> Company::contacts(const std::string& account, Day d) const {
  std::set<std::string> out;
  if (find(account) == nullptr) return out;
  for (const auto& [contact, all] : memberships_) {
    if (after_merges(dated(all, d)->account) == account && !excluded_user(contact)) out.insert("contact " + contact);
  }
  return out;
}

std::set<Day> Company::fact_days(const std::string& source) const {
  const auto it = fact_days_.find(source);
  return it == fact_days_.end() ? std::set<Day>() : it->second;
}

Account& Company::account(const std::string& id) {
  Account& a = accounts_[id];
  a.id = id;
  return a;
}

std::optional<Day> Company::source_start(const facts::SourceSettings& source) const {
  if (source.start) return source.start;
  const auto it = first_event_day_.find(source.name);
  return it == first_event_day_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<Decimal> Company::own_currency(Decimal amount, const std::string& currency, Day d) const {
  if (currency.empty() || currency == settings_.currency) return amount;
  const auto days = rates_.find(currency);
  if (days == rates_.end()) return std::nullopt;
  for (int32_t age = 0; age <= 7; ++age) {
    const auto rate = days->second.find(d - age);
    if (rate != days->second.end()) return convert(amount, rate->second.rate);
  }
  return std::nullopt;
}

bool Company::defines_accounts(const std::string& source) const {
  const facts::SourceSettings* s = settings_.find_source(source);
  return s == nullptr || s->accounts == facts::AccountIds::defines;
}

bool Company::excluded_account(const std::string& id) const {
  return std::find(settings_.exclude_accounts.begin(), settings_.exclude_accounts.end(), id) !=
         settings_.exclude_accounts.end();
}

bool Company::excluded_user(const std::string& ref) const {
  return std::find(settings_.exclude_users.begin(), settings_.exclude_users.end(), ref) !=
         settings_.exclude_users.end();
}

std::optional<std::string> Company::identify(EntityKind kind, const std::string& source, const std::string& ref,
                                             Day d) const {
  const auto& all = kind == EntityKind::account ? account_ids_ : contact_ids_;
  const auto it = all.find({source, ref});
  if (it == all.end()) return std::nullopt;
  return dated(it->second, d)->id;
}

std::optional<std::string> Company::account_of_ref(const std::string& source, const std::string& ref, Day d) const {
  const auto found = defines_accounts(source) ? std::optional(ref) : identify(EntityKind::account, source, ref, d);
  return found ? std::optional(after_merges(*found)) : std::nullopt;
}

// As many steps as there are merges are enough, unless they go round in a circle.
std::string Company::after_merges(const std::string& id) const {
  std::string at = id;
  for (size_t step = 0; step <= merges_.size(); ++step) {
    const auto next = merges_.find(at);
    if (next == merges_.end() || next->second.id == at) return at;
    at = next->second.id;
  }
  return id;
}

std::optional<std::string> Company::account_of_contact(const std::string& contact, Day d) const {
  const auto it = memberships_.find(contact);
  if (it == memberships_.end()) return std::nullopt;
  return after_merges(dated(it->second, d)->account);
}

void Company::read_events(const facts::FactSet& facts, const facts::Cut& cut) {
  std::map<std::pair<std::string, std::string>, const EventFact*> winners;
  for (const EventFact& e : facts.events) {
    if (!known(e.recorded, cut)) continue;
    const EventFact*& best = winners[{e.source, e.event_id}];
    if (best == nullptr || std::tuple(e.version, e.recorded.seq) > std::tuple(best->version, best->recorded.seq)) {
      best = &e;
    }
  }
  for (const auto& [key, e] : winners) {
    const Day day = settings_.time_zone.day_of(e->occurred_at);
    if (e->deleted || !happened(day, cut)) continue;
    fact_days_[e->source].insert(day);
    if (e->user_ref && excluded_user(*e->user_ref)) continue;

    std::optional<std::string> contact;  // a contact id; a ref of a matched source that nobody identified has none
    if (e->user_ref) {
      contact = identify(EntityKind::contact, e->source, *e->user_ref, day);
      if (!contact && defines_accounts(e->source)) contact = e->user_ref;
    }
    std::optional<std::string> owner;
    if (e->account_ref) {
      owner = account_of_ref(e->source, *e->account_ref, day);
    } else if (contact) {
      owner = account_of_contact(*contact, day);
    }
    if (owner && excluded_account(*owner)) continue;

    const auto first = first_event_day_.find(e->source);
    if (first == first_event_day_.end()) {
      first_event_day_[e->source] = day;
    } else {
      first->second = std::min(first->second, day);
    }
    if (!owner) continue;  // unmatched

    Event out{day, e->occurred_at, e->source, e->event_id, e->name, {}, {}, false, e->currency, e->properties};
    if (e->user_ref) out.user = user_of_ref(e->source, *e->user_ref, day);
    if (e->value) {
      const auto own = own_currency(*e->value, e->currency, day);
      out.no_rate = !own;
      if (own) out.value_micros = own->micros;
    }
    account(*owner).events.push_back(std::move(out));
  }
  for (auto& [id, a] : accounts_) {
    std::sort(a.events.begin(), a.events.end(), [](const Event& x, const Event& y) { return later(y, x); });
  }
}

// A contact, or a ref of a matched source that nobody identified: a user of its own.
std::string Company::user_of_ref(const std::string& source, const std::string& ref, Day d) const {
  const auto contact = identify(EntityKind::contact, source, ref, d);
  if (contact) return "contact " + *contact;
  return defines_accounts(source) ? "contact " + ref : "ref " + source + '\n' + ref;
}

void Company::read_attributes(const facts::FactSet& facts, const facts::Cut& cut) {
  for (const AttributeFact& f : facts.attributes) {
    if (known(f.recorded, cut) && happened(f.valid_from, cut)) fact_days_[f.source].insert(f.valid_from);
  }
  for (const EntityKind kind : {EntityKind::account, EntityKind::contact}) {
    read_dated_values(kind, facts, cut);
    read_snapshots(kind, facts, cut);
  }
  for (auto& [id, a] : accounts_) settle(a, cut);
  for (auto& [id, u] : users_) settle(u, cut);
}

Attributes* Company::entity_of(const AttributeFact& f) {
  if (f.kind == EntityKind::contact) {
    return excluded_user(f.entity_ref) ? nullptr : &users_[user_of_ref(f.source, f.entity_ref, f.valid_from)];
  }
  const auto owner = account_of_ref(f.source, f.entity_ref, f.valid_from);
  return !owner || excluded_account(*owner) ? nullptr : &account(*owner);
}

DatedValue Company::value_of(const AttributeFact& f) const {
  DatedValue out{f.valid_from, f.source, f.recorded.seq, f.entity_ref, f.value, f.backfill, true};
  const bool parent = f.kind == EntityKind::account && f.key == "parent";
  if (parent && out.value && out.value->type == facts::AttributeType::text) {
    out.value->text = account_of_ref(f.source, out.value->text, f.valid_from).value_or(out.value->text);
  }
  return out;
}

void Company::read_dated_values(EntityKind kind, const facts::FactSet& facts, const facts::Cut& cut) {
  for (const AttributeFact& f : facts.attributes) {
    if (f.kind != kind || !f.scope.empty() || !known(f.recorded, cut)) continue;
    if (Attributes* entity = entity_of(f)) entity->attributes[f.key].push_back(value_of(f));
  }
}

void Company::read_snapshots(EntityKind kind, const facts::FactSet& facts, const facts::Cut& cut) {
  // (source, scope) -> day -> the rows of the snapshot with the greatest seq.
  std::map<std::pair<std::string, std::string>, std::map<Day, std::vector<const AttributeFact*>>> scopes;
  for (const AttributeFact& f : facts.attributes) {
    if (f.kind != kind || f.scope.empty() || !known(f.recorded, cut)) continue;
    auto& rows = scopes[{f.source, f.scope}][f.valid_from];
    if (!rows.empty() && f.recorded.seq < rows.front()->recorded.seq) continue;
    if (!rows.empty() && f.recorded.seq > rows.front()->recorded.seq) rows.clear();
    rows.push_back(&f);
  }
  for (const auto& [scope, days] : scopes) {
    std::set<Attributes*> named_before;
    std::map<Attributes*, std::set<std::string>> keys_of;  // every key that the scope ever gave an entity
    for (const auto& [day, rows] : days) {
      std::set<Attributes*> named;
      for (const AttributeFact* f : rows) {
        Attributes* entity = entity_of(*f);
        if (entity == nullptr) continue;
        named.insert(entity);
        keys_of[entity].insert(f->key);
        entity->attributes[f->key].push_back(value_of(*f));
      }
      for (Attributes* gone : named_before) {
        if (named.contains(gone)) continue;
        for (const std::string& key : keys_of[gone]) {
          gone->attributes[key].push_back(
              {day, scope.first, rows.front()->recorded.seq, "", std::nullopt, false, false});
        }
      }
      named_before = named;
    }
  }
}

void Company::read_contracts(const facts::FactSet& facts, const facts::Cut& cut) {
  for (const facts::ContractFact& f : facts.contracts) {
    if (!known(f.recorded, cut) || !happened(f.valid_from, cut)) continue;
    fact_days_[f.source].insert(f.valid_from);
    const auto owner = account_of_ref(f.source, f.account_ref, f.valid_from);
    // What goes to nobody we know still ends it for the account before.
    contracts_[{f.source, f.contract_id}].versions.push_back({owner.value_or(""), f});
  }
  for (auto& [key, contract] : contracts_) {
    std::sort(
        contract.versions.begin(), contract.versions.end(), [](const Contract::Version& a, const Contract::Version& b) {
          return std::tie(a.fact.valid_from, a.fact.recorded.seq) < std::tie(b.fact.valid_from, b.fact.recorded.seq);
        });
    std::set<std::string> owners;
    for (const Contract::Version& v : contract.versions) {
      if (!v.account.empty() && !excluded_account(v.account)) owners.insert(v.account);
    }
    for (const std::string& owner : owners) account(owner).contracts.push_back(&contract);
  }
}

}  // namespace kenko::reference

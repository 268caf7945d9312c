#include "state/fact_hash.h"

#include <unordered_map>

#include "state/database.h"

namespace kenko::state {
namespace {

/// Adds optional values so that none differs from every value.
class Parts {
 public:
  explicit Parts(std::string_view kind) { hash_.add(kind); }
  Parts& operator<<(std::string_view text) {
    hash_.add(text);
    return *this;
  }
  Parts& operator<<(int64_t number) {
    hash_.add(number);
    return *this;
  }
  Parts& operator<<(Day day) { return *this << static_cast<int64_t>(day.number); }
  Parts& operator<<(Decimal decimal) { return *this << decimal.micros; }
  template <typename T>
  Parts& operator<<(const std::optional<T>& value) {
    if (value) return *this << *value;
    hash_.absent();
    return *this;
  }
  [[nodiscard]] Hash128 hash() const { return hash_.hash(); }

 private:
  PartsHash hash_;
};

/// Sums the hashes of the facts that count, those with the greatest seq of each key.
template <typename Fact>
Hash128 sum_of_winners(const std::vector<Fact>& facts) {
  std::unordered_map<Hash128, const Fact*> winners;
  for (const Fact& fact : facts) {
    const Fact*& winner = winners[key_of(fact)];
    if (winner == nullptr || winner->recorded.seq < fact.recorded.seq) winner = &fact;
  }
  Hash128 sum;
  for (const auto& [key, fact] : winners) sum += hash_of(*fact);
  return sum;
}

Hash128 snapshot_key(const facts::AttributeFact& fact) {
  return (Parts("snapshot") << fact.source << fact.scope << fact.valid_from).hash();
}

/// Dated values by key; the rows of a snapshot only when its take counts.
Hash128 sum_of_attributes(const std::vector<facts::AttributeFact>& facts) {
  std::unordered_map<Hash128, int64_t> takes;
  for (const facts::AttributeFact& fact : facts) {
    if (fact.scope.empty()) continue;
    int64_t& seq = takes[snapshot_key(fact)];
    seq = std::max(seq, fact.recorded.seq);
  }
  std::vector<facts::AttributeFact> dated;
  Hash128 sum;
  for (const facts::AttributeFact& fact : facts) {
    if (fact.scope.empty()) {
      dated.push_back(fact);
    } else if (takes[snapshot_key(fact)] == fact.recorded.seq) {
      sum += hash_of(fact);
    }
  }
  sum += sum_of_winners(dated);
  return sum;
}

}  // namespace

Hash128 key_of(const facts::AttributeFact& f) {
  return (Parts("attribute") << static_cast<int64_t>(f.kind) << f.source << f.entity_ref << f.key << f.scope
                             << f.valid_from)
      .hash();
}
Hash128 key_of(const facts::ContractFact& f) {
  return (Parts("contract") << f.source << f.contract_id << f.valid_from).hash();
}
Hash128 key_of(const facts::IdentityFact& f) {
  return (Parts("identity") << static_cast<int64_t>(f.kind) << f.source << f.external_id << f.valid_from).hash();
}
Hash128 key_of(const facts::MembershipFact& f) { return (Parts("membership") << f.contact << f.valid_from).hash(); }
Hash128 key_of(const facts::RateFact& f) { return (Parts("rate") << f.currency << f.day).hash(); }

Hash128 content_of(const facts::AttributeFact& f) {
  Parts parts("attribute");
  parts << static_cast<int64_t>(f.backfill);
  if (!f.value) return parts.hash();
  parts << static_cast<int64_t>(f.value->type);
  switch (f.value->type) {
    case facts::AttributeType::number:
      parts << f.value->number;
      break;
    case facts::AttributeType::text:
      parts << f.value->text;
      break;
    case facts::AttributeType::flag:
      parts << static_cast<int64_t>(f.value->flag);
      break;
    case facts::AttributeType::day:
      parts << f.value->day;
      break;
    case facts::AttributeType::money:
      parts << f.value->number << f.value->text;
      break;
  }
  return parts.hash();
}

Hash128 content_of(const facts::ContractFact& f) {
  Parts parts("contract");
  parts << f.account_ref << f.product << f.start << f.end << f.renewal << f.notice_deadline << f.notice_at
        << static_cast<int64_t>(f.auto_renew);
  parts << (f.term_months ? std::optional<int64_t>(*f.term_months) : std::nullopt);
  parts << f.arr << f.currency << f.seats << static_cast<int64_t>(f.state) << f.replaces;
  return parts.hash();
}

Hash128 content_of(const facts::IdentityFact& f) { return (Parts("identity") << f.id).hash(); }
Hash128 content_of(const facts::MembershipFact& f) { return (Parts("membership") << f.account).hash(); }
Hash128 content_of(const facts::RateFact& f) { return (Parts("rate") << f.rate.nanos).hash(); }

Hash128 facts_digest(const facts::FactSet& facts) {
  Hash128 sum = sum_of_attributes(facts.attributes);
  sum += sum_of_winners(facts.contracts);
  sum += sum_of_winners(facts.identities);
  sum += sum_of_winners(facts.memberships);
  sum += sum_of_winners(facts.rates);
  return sum;
}

}  // namespace kenko::state

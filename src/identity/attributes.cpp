#include "identity/attributes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace kenko::identity {
namespace {

using facts::AttributeFact;
using facts::EntityKind;

constexpr std::string_view kParent = "parent";

// One statement about an entity: what a fact says, or (fact = nullptr) that a snapshot no longer names the entity.
struct Statement {
  uint32_t entity = 0;
  uint32_t key = 0;
  Day day;
  std::string_view source;
  int64_t seq = 0;
  const AttributeFact* fact = nullptr;
};

// A total order over what two facts of one (entity, key, day, source, seq) say, so that no arrival order decides.
auto content_rank(const AttributeFact& f) {
  const facts::AttributeValue none;
  const facts::AttributeValue& v = f.value ? *f.value : none;
  return std::make_tuple(std::string_view(f.entity_ref), std::string_view(f.scope), f.value.has_value(), v.type,
                         v.number.micros, std::string(v.text), v.day.number, v.flag, f.backfill);
}

bool before(const Statement& a, const Statement& b) {
  const auto order =
      std::tie(a.entity, a.key, a.day, a.source, a.seq) <=> std::tie(b.entity, b.key, b.day, b.source, b.seq);
  if (order != 0) return order < 0;
  if (a.fact == nullptr || b.fact == nullptr) return a.fact == nullptr && b.fact != nullptr;
  return content_rank(*a.fact) < content_rank(*b.fact);
}

class Merger {
 public:
  Merger(EntityKind kind, const facts::Cut& cut, References& references)
      : kind_(kind), cut_(cut), references_(references) {}

  MergedAttributes merge(const std::vector<AttributeFact>& attributes) {
    std::vector<const AttributeFact*> known;
    for (const AttributeFact& fact : attributes) {
      if (fact.kind != kind_) continue;
      if (cut_.known_until && fact.recorded.known_at > *cut_.known_until) continue;
      known.push_back(&fact);
    }
    number_keys(known);
    std::map<std::pair<std::string_view, std::string_view>, std::map<Day, std::vector<const AttributeFact*>>> scopes;
    for (const AttributeFact* fact : known) {
      if (fact->scope.empty()) {
        state(*fact);
      } else {
        scopes[{fact->source, fact->scope}][fact->valid_from].push_back(fact);
      }
    }
    for (auto& [scope, days] : scopes) state_snapshots(days);
    write_rows();
    return std::move(result_);
  }

 private:
  void number_keys(const std::vector<const AttributeFact*>& known) {
    std::set<std::string_view> keys;
    for (const AttributeFact* fact : known) keys.insert(fact->key);
    result_.keys.assign(keys.begin(), keys.end());
    for (uint32_t i = 0; i < result_.keys.size(); ++i) key_number_.emplace(result_.keys[i], i);
  }

  [[nodiscard]] bool excluded(const AttributeFact& fact, uint32_t entity) const {
    return kind_ == EntityKind::account ? entity != 0 && references_.excluded(entity)
                                        : references_.excluded_user(fact.entity_ref);
  }

  // 0 = the fact's entity is unknown or left out.
  uint32_t state(const AttributeFact& fact) {
    const bool hidden = cut_.occurred_until && fact.valid_from > *cut_.occurred_until;
    const uint32_t entity = kind_ == EntityKind::account
                                ? references_.account(fact.source, fact.entity_ref, fact.valid_from)
                                : references_.user(fact.source, fact.entity_ref, fact.valid_from);
    if (excluded(fact, entity)) return 0;
    if (!hidden && (!result_.newest_day || *result_.newest_day < fact.valid_from)) result_.newest_day = fact.valid_from;
    if (entity == 0) return 0;
    if (!hidden && kind_ == EntityKind::account) {
      result_.touches.push_back({entity, fact.source, fact.valid_from});
    }
    statements_.push_back({entity, key_number_.at(fact.key), fact.valid_from, fact.source, fact.recorded.seq, &fact});
    return entity;
  }

  // The snapshots of one (source, scope), ascending by day.  Of several of one day the one with the greatest seq counts
  // as a whole.  An entity that the snapshot before named and this one does not loses every key that the scope ever
  // gave it.
  void state_snapshots(const std::map<Day, std::vector<const AttributeFact*>>& days) {
    std::map<uint32_t, std::set<uint32_t>> keys_of;
    std::set<uint32_t> named_before;
    for (const auto& [day, facts_of_day] : days) {
      int64_t seq = INT64_MIN;
      for (const AttributeFact* fact : facts_of_day) seq = std::max(seq, fact->recorded.seq);
      std::set<uint32_t> named;
      std::string_view source;
      for (const AttributeFact* fact : facts_of_day) {
        if (fact->recorded.seq != seq) continue;
        source = fact->source;
        const uint32_t entity = state(*fact);
        if (entity == 0) continue;
        named.insert(entity);
        keys_of[entity].insert(key_number_.at(fact->key));
      }
      for (const uint32_t entity : named_before) {
        if (named.contains(entity)) continue;
        for (const uint32_t key : keys_of[entity]) statements_.push_back({entity, key, day, source, seq, nullptr});
      }
      named_before = std::move(named);
    }
  }

  // The parent that a matched source names by its own id is an account of ours; one that nobody identified stays as
  // it is written.
  facts::AttributeValue value_of(const AttributeFact& fact) {
    facts::AttributeValue value = *fact.value;
    if (kind_ != EntityKind::account || fact.key != kParent || value.type != facts::AttributeType::text) return value;
    const uint32_t parent = references_.account(fact.source, value.text, fact.valid_from);
    if (parent != 0) value.text = references_.accounts.text(parent);
    return value;
  }

  void write_rows() {
    std::sort(statements_.begin(), statements_.end(), before);
    for (size_t i = 0; i < statements_.size(); ++i) {
      const Statement& s = statements_[i];
      const bool same_day_follows = i + 1 < statements_.size() && statements_[i + 1].entity == s.entity &&
                                    statements_[i + 1].key == s.key && statements_[i + 1].day == s.day;
      if (same_day_follows) continue;
      const bool first = s.entity != last_entity_ || s.key != last_key_;
      last_entity_ = s.entity;
      last_key_ = s.key;
      const bool has_value = s.fact != nullptr && s.fact->value.has_value();
      MergedAttributes::Row row{s.entity,   s.key, s.day,
                                !has_value, false, has_value ? value_of(*s.fact) : facts::AttributeValue{}};
      // The stretch back is the same on both sides of a cut by day: it does not wait for the value's own day.
      if (first && has_value && s.fact->backfill) {
        MergedAttributes::Row stretched = row;
        stretched.day = Day::kMin;
        stretched.assumed = true;
        result_.rows.push_back(std::move(stretched));
      }
      if (!cut_.occurred_until || s.day <= *cut_.occurred_until) result_.rows.push_back(std::move(row));
    }
  }

  EntityKind kind_;
  const facts::Cut& cut_;
  References& references_;
  std::map<std::string_view, uint32_t> key_number_;
  std::vector<Statement> statements_;
  uint32_t last_entity_ = 0;
  uint32_t last_key_ = 0;
  MergedAttributes result_;
};

}  // namespace

MergedAttributes merge_attributes(const std::vector<AttributeFact>& attributes, EntityKind kind, const facts::Cut& cut,
                                  References& references) {
  return Merger(kind, cut, references).merge(attributes);
}

}  // namespace kenko::identity

#include "identity/merges.h"

#include <map>
#include <set>
#include <utility>

#include "facts/manual_source.h"

namespace kenko::identity {

bool is_merge(const facts::IdentityFact& fact) {
  return fact.kind == facts::EntityKind::account && fact.source == facts::kManualSource;
}

std::unordered_map<std::string_view, std::string_view> account_merges(
    const std::vector<facts::IdentityFact>& identities) {
  std::map<std::string_view, std::pair<int64_t, std::string_view>> latest;
  for (const facts::IdentityFact& fact : identities) {
    if (!is_merge(fact)) continue;
    const std::pair<int64_t, std::string_view> says{fact.recorded.seq, fact.id};
    const auto [place, added] = latest.try_emplace(fact.external_id, says);
    if (!added && place->second < says) place->second = says;
  }
  const auto next = [&latest](std::string_view id) {
    const auto found = latest.find(id);
    return found == latest.end() ? id : found->second.second;
  };
  std::unordered_map<std::string_view, std::string_view> merged;
  for (const auto& [from, says] : latest) {
    std::set<std::string_view> seen{from};
    std::string_view at = from;
    while (next(at) != at && seen.insert(next(at)).second) at = next(at);
    const bool circle = next(at) != at;
    if (!circle && at != from) merged.emplace(from, at);
  }
  return merged;
}

}  // namespace kenko::identity

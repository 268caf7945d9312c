#include "facts/fact.h"

namespace kenko::facts {

Hash128 event_key(std::string_view source, std::string_view event_id) {
  return PartsHash().add(source).add(event_id).hash();
}

Hash128 content_hash(const EventFact& e) {
  PartsHash h;
  h.add(e.source).add(e.event_id).add(e.deleted ? 1 : 0);
  if (e.deleted) return h.hash();
  const auto maybe = [&h](const std::optional<std::string>& s) { s ? h.add(*s) : h.absent(); };
  maybe(e.account_ref);
  maybe(e.user_ref);
  h.add(e.name).add(e.occurred_at.micros);
  e.value ? h.add(e.value->micros) : h.absent();
  h.add(e.currency);
  maybe(e.text);
  for (const Property& p : e.properties) h.add(p.key).add(p.value);
  return h.hash();
}

}  // namespace kenko::facts

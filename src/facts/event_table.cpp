#include "facts/event_table.h"

namespace kenko::facts {

void EventTable::add(const EventFact& e) {
  const auto code = [this](const std::optional<std::string>& s) { return s ? texts.intern(*s) : 0; };
  key.push_back(event_key(e.source, e.event_id));
  event_id.push(e.event_id);
  source.push_back(texts.intern(e.source));
  account_ref.push_back(code(e.account_ref));
  user_ref.push_back(code(e.user_ref));
  name.push_back(texts.intern(e.name));
  currency.push_back(e.currency.empty() ? 0 : texts.intern(e.currency));
  occurred_at.push_back(e.occurred_at);
  known_at.push_back(e.recorded.known_at);
  seq.push_back(e.recorded.seq);
  version.push_back(e.version);
  value.push_back(e.value ? e.value->micros : 0);
  has_value.push_back(e.value ? 1 : 0);
  deleted.push_back(e.deleted ? 1 : 0);
  assumed.push_back(e.recorded.assumed ? 1 : 0);
  for (const Property& p : e.properties) properties.push_back({texts.intern(p.key), texts.intern(p.value)});
  property_end.push_back(properties.size());
}

}  // namespace kenko::facts

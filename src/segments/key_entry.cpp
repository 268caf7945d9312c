#include "segments/key_entry.h"

namespace kenko::segments {

KeyedContent keyed_content(const facts::EventFact& event) {
  return keyed_content(facts::event_key(event.source, event.event_id), facts::content_hash(event).low, event.version);
}

KeyedContent keyed_content(const Hash128& key, uint64_t content_low, int64_t version) {
  // Without version numbers, which is usual, nothing is to be mixed in.
  if (version != 0) content_low = PartsHash().add(static_cast<int64_t>(content_low)).add(version).hash().low;
  return {key, content_low & kContentBits};
}

}  // namespace kenko::segments

// state/entry.h
//
// What people entered by hand: each act is an entry with an author, and can be taken back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "facts/fact.h"
#include "facts/manual_source.h"

namespace kenko::state {

using facts::kManualSource;

/// One act of a person.
///
/// Invariants: an event has `event`, an attribute value `attribute` (as recorded, with their first seq), an undo
///             neither; an event's id is entry_id(number).
/// Counting:   an entry counts unless an entry that counts takes it back.
struct Entry {
  enum class Kind : uint8_t { event, attribute, undo };
  int64_t number = 0;  ///< 1, 2, 3 ...
  Instant at;          ///< when it was entered
  std::string author;
  Kind kind = Kind::event;
  std::optional<facts::EventFact> event;
  std::optional<facts::AttributeFact> attribute;
  int64_t undoes = 0;     ///< the entry that an undo takes back
  int64_t undone_by = 0;  ///< the undo that counts; 0 = the entry counts itself
  bool repeated = false;  ///< of Database::record: it was there already

  [[nodiscard]] bool counts() const { return undone_by == 0; }
};

/// An entry to be recorded: an event or an attribute value of an account.  source, event_id, known_at and seq are
/// filled in by the commit.
struct EntryDraft {
  Instant at;
  std::string author;
  std::optional<facts::EventFact> event;
  std::optional<facts::AttributeFact> attribute;
};

/// "m12": how people name an entry.
[[nodiscard]] std::string entry_id(int64_t number);
/// The number of an id; nullopt when it is none.
[[nodiscard]] std::optional<int64_t> parse_entry_id(std::string_view id);

}  // namespace kenko::state

// state/batch.h
//
// What one commit adds to the system of record, and what becomes of each part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "facts/fact.h"
#include "ports/fact_store.h"

namespace kenko::state {

/// What one file of an import came to.  read = added + already + corrected + rejected + filtered; `deleted` events
/// (given before, no longer given) are counted beside it.
struct FileCounts {
  std::string path;
  int64_t read = 0, added = 0, already = 0, corrected = 0, rejected = 0, filtered = 0;
  int64_t deleted = 0;
  friend bool operator==(const FileCounts&, const FileCounts&) = default;
};

/// A record that gave no fact, with the reason.  A record may have several (one for each field).
///
/// record: names the record whatever file it lies in (the hash of source, raw record and the number of equal records
/// before
///         it), so that the same file again does not double its rejects.
struct Reject {
  Hash128 record;
  std::string source;
  std::string file;   ///< where it was last seen
  int64_t line = 0;   ///< 0 = not known
  std::string field;  ///< empty = the whole record
  std::string code;
  std::string message;
  std::string raw;  ///< the raw record as JSON
  friend bool operator==(const Reject&, const Reject&) = default;
};

/// All that (source, scope) says of its day: every row has value and entity set, seq and scope are filled in by the
/// commit. An entity that it names with nothing but nulls is still named.
struct SnapshotTake {
  std::string source;
  std::string scope;  ///< not empty: the mapping rule, plus the name given with --scope
  Day day;
  std::vector<facts::AttributeFact> rows;
};

/// A rule name that a source's mapping has had.
struct RuleName {
  std::string source;
  std::string rule;
  friend auto operator<=>(const RuleName&, const RuleName&) = default;
};

/// One commit.
///
/// seq: the events of `catalog.segments` were numbered [first_seq, end_seq) by the caller,
///      first_seq = Database::next_seq(); the other
///      facts get the numbers from end_seq on, in the order of the members below (their own `seq` is ignored; a
///      snapshot's rows share one).
struct Batch {
  std::string command;  ///< what the user typed, for the list of imports
  Instant at;
  int64_t first_seq = 0, end_seq = 0;
  ports::CatalogChange catalog;
  std::vector<facts::AttributeFact> attributes;  ///< dated values (scope empty)
  std::vector<SnapshotTake> snapshots;
  std::vector<facts::ContractFact> contracts;
  std::vector<facts::IdentityFact> identities;
  std::vector<facts::MembershipFact> memberships;
  std::vector<facts::RateFact> rates;
  std::vector<Reject> rejects;
  std::vector<Hash128> accepted;  ///< records that gave facts or were filtered: their old rejects go
  std::vector<FileCounts> files;
  std::vector<RuleName> rules;
};

/// What a fact does to what is stored: nothing of its key is there; its key has another content; the same fact is
/// there.
enum class Outcome : uint8_t { added, corrected, already };

/// The outcome of each fact, in the order of the Batch's members.
struct Outcomes {
  std::vector<Outcome> attributes, contracts, identities, memberships, rates;
  std::vector<std::vector<Outcome>> snapshots;  ///< [take][row]
};

/// What a commit did.
struct CommitReport {
  int64_t import_id = 0;
  int64_t next_seq = 0;
  bool facts_changed = false;
  int64_t rejects_added = 0, rejects_removed = 0;
};

/// One commit as listed later.
struct ImportRecord {
  int64_t id = 0;
  Instant at;
  std::string command;
  std::vector<FileCounts> files;
};

/// A line of the audit: what was done to the workspace besides facts.
struct AuditEntry {
  Instant at;
  std::string action;
  std::string detail;
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

}  // namespace kenko::state

// state/schema.h
//
// Internal to state: the tables of state.db, format 4.  Days are days since 1970-01-01, instants microseconds, decimals
// millionths, rates billionths, hashes 16 bytes.  Facts are only ever added: the greatest seq of a key counts.
#pragma once

namespace kenko::state {

/// PRAGMA application_id: "KENK".
inline constexpr int kApplicationId = 0x4B454E4B;

/// Stands for "always" where valid_from is part of a key.
inline constexpr int kAlways = INT32_MIN;

inline constexpr const char* kSchema = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
-- generation: grows with every change of the catalog (segment, key_file, versions_file).
INSERT INTO meta VALUES ('next_seq', 1), ('token', randomblob(16)), ('generation', 0), ('versions_file', '');

CREATE TABLE segment(
  id INTEGER PRIMARY KEY, events_file TEXT NOT NULL UNIQUE, source TEXT NOT NULL, rows INTEGER NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
  created INTEGER NOT NULL) STRICT;
-- Together they hold the id of every row of every segment.
CREATE TABLE key_file(
  id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, entries INTEGER NOT NULL, first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL) STRICT;
-- Files of DIR/events that nothing above names any more, kept for a while for readers of an older manifest.
CREATE TABLE replaced_file(file TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE import(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, command TEXT NOT NULL) STRICT;
CREATE TABLE import_file(
  import INTEGER NOT NULL REFERENCES import(id), position INTEGER NOT NULL, path TEXT NOT NULL, read INTEGER NOT NULL,
  added INTEGER NOT NULL, already INTEGER NOT NULL, corrected INTEGER NOT NULL, rejected INTEGER NOT NULL,
  filtered INTEGER NOT NULL, deleted INTEGER NOT NULL, PRIMARY KEY (import, position)) STRICT, WITHOUT ROWID;

CREATE TABLE rule(source TEXT NOT NULL, rule TEXT NOT NULL, PRIMARY KEY (source, rule)) STRICT, WITHOUT ROWID;

-- type NULL: the attribute ends.  number: the number, the amount, the flag, the day; text: the text, the currency.
CREATE TABLE attribute(
  kind INTEGER NOT NULL, source TEXT NOT NULL, entity TEXT NOT NULL, key TEXT NOT NULL, scope TEXT NOT NULL,
  valid_from INTEGER NOT NULL, seq INTEGER NOT NULL, type INTEGER, number INTEGER NOT NULL, text TEXT NOT NULL,
  backfill INTEGER NOT NULL, known_at INTEGER NOT NULL, assumed INTEGER NOT NULL,
  PRIMARY KEY (kind, source, entity, key, scope, valid_from, seq)) STRICT, WITHOUT ROWID;
-- content: the sum of the hashes of what its rows say, so that the same snapshot again is known.
CREATE TABLE snapshot(
  source TEXT NOT NULL, scope TEXT NOT NULL, day INTEGER NOT NULL, seq INTEGER NOT NULL, content BLOB NOT NULL,
  PRIMARY KEY (source, scope, day, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX attribute_of_snapshot ON attribute(source, scope, valid_from, seq) WHERE scope <> '';

CREATE TABLE contract(
  source TEXT NOT NULL, contract_id TEXT NOT NULL, valid_from INTEGER NOT NULL, seq INTEGER NOT NULL,
  account_ref TEXT NOT NULL, product TEXT NOT NULL, start_day INTEGER NOT NULL, end_day INTEGER, renewal INTEGER,
  notice_deadline INTEGER, notice_at INTEGER, auto_renew INTEGER NOT NULL, term_months INTEGER, arr INTEGER,
  currency TEXT NOT NULL, seats INTEGER, state INTEGER NOT NULL, replaces TEXT NOT NULL, known_at INTEGER NOT NULL,
  assumed INTEGER NOT NULL, PRIMARY KEY (source, contract_id, valid_from, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE identity(
  kind INTEGER NOT NULL, source TEXT NOT NULL, external_id TEXT NOT NULL, valid_from INTEGER NOT NULL,
  seq INTEGER NOT NULL, id TEXT NOT NULL, known_at INTEGER NOT NULL, assumed INTEGER NOT NULL,
  PRIMARY KEY (kind, source, external_id, valid_from, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE membership(
  contact TEXT NOT NULL, valid_from INTEGER NOT NULL, seq INTEGER NOT NULL, account TEXT NOT NULL,
  known_at INTEGER NOT NULL, assumed INTEGER NOT NULL,
  PRIMARY KEY (contact, valid_from, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE rate(
  currency TEXT NOT NULL, day INTEGER NOT NULL, seq INTEGER NOT NULL, nanos INTEGER NOT NULL,
  known_at INTEGER NOT NULL, assumed INTEGER NOT NULL, PRIMARY KEY (currency, day, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE reject(
  record BLOB NOT NULL, field TEXT NOT NULL, code TEXT NOT NULL, source TEXT NOT NULL, file TEXT NOT NULL,
  line INTEGER NOT NULL, message TEXT NOT NULL, raw TEXT NOT NULL,
  PRIMARY KEY (record, field, code)) STRICT, WITHOUT ROWID;

-- Events that people entered by hand, one row a version; they stay here, beside their `entry`.
CREATE TABLE entered_event(
  seq INTEGER PRIMARY KEY, source TEXT NOT NULL, event_id TEXT NOT NULL, version INTEGER NOT NULL,
  deleted INTEGER NOT NULL, account_ref TEXT, user_ref TEXT, name TEXT NOT NULL, occurred_at INTEGER NOT NULL,
  value INTEGER, currency TEXT NOT NULL, text TEXT, known_at INTEGER NOT NULL, assumed INTEGER NOT NULL) STRICT;
CREATE INDEX entered_event_of_id ON entered_event(source, event_id);
CREATE TABLE entered_event_property(
  seq INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (seq, key)) STRICT, WITHOUT ROWID;

-- Files of DIR/intake.  Rows up to sealed_through lie in segments; the others count here.  Their numbers were taken
-- out of [first_seq, end_seq).  An id is never used again.
CREATE TABLE intake_file(
  id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT NOT NULL UNIQUE, first_seq INTEGER NOT NULL, end_seq INTEGER NOT NULL,
  sealed_through INTEGER NOT NULL) STRICT;

-- From seq on, the dated attribute value of this key counts as never said.
CREATE TABLE withdrawal(
  kind INTEGER NOT NULL, source TEXT NOT NULL, entity TEXT NOT NULL, key TEXT NOT NULL, valid_from INTEGER NOT NULL,
  seq INTEGER NOT NULL, known_at INTEGER NOT NULL,
  PRIMARY KEY (kind, source, entity, key, valid_from, seq)) STRICT, WITHOUT ROWID;

-- What people entered by hand.  kind: 0 an event, 1 an attribute value, 2 took back the entry `undoes`.  seq: of the
-- fact's version that it made; 0 = none was needed.
CREATE TABLE entry(
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, author TEXT NOT NULL, kind INTEGER NOT NULL, seq INTEGER NOT NULL,
  undoes INTEGER NOT NULL) STRICT;

-- Why people said that one account is another; the statement itself is an identity of the source `manual`.
CREATE TABLE account_merge(
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, account TEXT NOT NULL,
  into_account TEXT NOT NULL) STRICT;

-- Models that were published, with their text and the file of scores/ that holds the history as they say it (empty:
-- there was none yet).
CREATE TABLE publication(
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, model TEXT NOT NULL,
  fingerprint BLOB NOT NULL, text TEXT NOT NULL, scores_file TEXT NOT NULL, rows INTEGER NOT NULL,
  first_day INTEGER, last_day INTEGER) STRICT;

-- Days that were closed, and the models that said their rows as they were written then.
CREATE TABLE closed_day(
  day INTEGER PRIMARY KEY, known_until INTEGER NOT NULL, at INTEGER NOT NULL, next_seq INTEGER NOT NULL,
  model TEXT NOT NULL, fingerprint BLOB NOT NULL, scores_file TEXT NOT NULL, rows INTEGER NOT NULL,
  revisions INTEGER NOT NULL, rules BLOB) STRICT;
CREATE TABLE model_text(fingerprint BLOB PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- The files that said how to act (alerts.yaml, team.yaml ...) when a day was closed; closed_day.rules names them, NULL =
-- there was no alerts.yaml.
CREATE TABLE rules_text(
  fingerprint BLOB NOT NULL, file TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (fingerprint, file)) STRICT,
  WITHOUT ROWID;
-- What people did with alerts, tasks ... (object), one row each, in the order in which it counts.
CREATE TABLE action(
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, author TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL,
  act TEXT NOT NULL, text TEXT NOT NULL, comment TEXT NOT NULL, until INTEGER) STRICT;
-- What was told so far: the messages of everything up to this moment are in the outbox.
CREATE TABLE acted(only INTEGER PRIMARY KEY CHECK (only = 1), until INTEGER NOT NULL) STRICT;

-- What is told to people and programs.  state: 0 waiting, 1 being sent, 2 sent, 3 given up.  tries: since it was added or
-- put back; due: of the next try; attempts, tried, status, said: all of them, and the last one.  Bodies of what was sent
-- are emptied after a while.
CREATE TABLE outbox(
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL,
  text TEXT NOT NULL, html TEXT NOT NULL, json TEXT NOT NULL, created INTEGER NOT NULL, state INTEGER NOT NULL,
  tries INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL, tried INTEGER, ended INTEGER,
  status INTEGER NOT NULL, said TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox(due) WHERE state < 2;
CREATE TABLE outbox_attempt(
  message TEXT NOT NULL, number INTEGER NOT NULL, began INTEGER NOT NULL, ended INTEGER, status INTEGER NOT NULL,
  said TEXT NOT NULL, PRIMARY KEY (message, number)) STRICT, WITHOUT ROWID;
-- Endpoints that want nothing any more, until somebody switches them on again.
CREATE TABLE outbox_off(channel TEXT PRIMARY KEY, at INTEGER NOT NULL, said TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What other systems have: by target and their id, a hash of the row that was written last.
CREATE TABLE written_back(
  target TEXT NOT NULL, id TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (target, id)) STRICT, WITHOUT ROWID;

CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
)sql";

}  // namespace kenko::state

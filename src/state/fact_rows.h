// state/fact_rows.h
//
// Internal to state: how each kind of fact lies in its table.
#pragma once

#include <string_view>

#include "facts/fact.h"
#include "state/batch.h"
#include "state/schema.h"
#include "state/sqlite.h"

namespace kenko::state {

/// kSelect: all columns; read() takes a fact from such a row.  kOfKey: appended to kSelect, gives the fact that counts
/// for a key, bound by bind_key().  insert() runs a statement made from kInsert.
template <typename Fact>
struct FactTable;

template <>
struct FactTable<facts::AttributeFact> {
  static constexpr std::string_view kSelect =
      "SELECT kind, source, entity, key, scope, valid_from, seq, type, number, text, backfill, known_at, assumed "
      "FROM attribute";
  static constexpr std::string_view kOfKey =
      " WHERE kind = ? AND source = ? AND entity = ? AND key = ? AND scope = ? AND valid_from = ? "
      "AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.kind = attribute.kind AND w.source = attribute.source "
      "AND w.entity = attribute.entity AND w.key = attribute.key AND w.valid_from = attribute.valid_from "
      "AND attribute.scope = '' AND w.seq > attribute.seq) ORDER BY seq DESC LIMIT 1";
  static constexpr std::string_view kInsert =
      "INSERT OR REPLACE INTO attribute VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  static facts::AttributeFact read(const Statement& row);
  static void bind_key(Statement& statement, const facts::AttributeFact& fact);
  static Status insert(Statement& statement, const facts::AttributeFact& fact);
};

template <>
struct FactTable<facts::ContractFact> {
  static constexpr std::string_view kSelect =
      "SELECT source, contract_id, valid_from, seq, account_ref, product, start_day, end_day, renewal, "
      "notice_deadline, "
      "notice_at, auto_renew, term_months, arr, currency, seats, state, replaces, known_at, assumed FROM contract";
  static constexpr std::string_view kOfKey =
      " WHERE source = ? AND contract_id = ? AND valid_from = ? ORDER BY seq DESC LIMIT 1";
  static constexpr std::string_view kInsert =
      "INSERT INTO contract VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  static facts::ContractFact read(const Statement& row);
  static void bind_key(Statement& statement, const facts::ContractFact& fact);
  static Status insert(Statement& statement, const facts::ContractFact& fact);
};

template <>
struct FactTable<facts::IdentityFact> {
  static constexpr std::string_view kSelect =
      "SELECT kind, source, external_id, valid_from, seq, id, known_at, assumed FROM identity";
  static constexpr std::string_view kOfKey =
      " WHERE kind = ? AND source = ? AND external_id = ? AND valid_from = ? ORDER BY seq DESC LIMIT 1";
  static constexpr std::string_view kInsert = "INSERT INTO identity VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
  static facts::IdentityFact read(const Statement& row);
  static void bind_key(Statement& statement, const facts::IdentityFact& fact);
  static Status insert(Statement& statement, const facts::IdentityFact& fact);
};

template <>
struct FactTable<facts::MembershipFact> {
  static constexpr std::string_view kSelect =
      "SELECT contact, valid_from, seq, account, known_at, assumed FROM membership";
  static constexpr std::string_view kOfKey = " WHERE contact = ? AND valid_from = ? ORDER BY seq DESC LIMIT 1";
  static constexpr std::string_view kInsert = "INSERT INTO membership VALUES (?, ?, ?, ?, ?, ?)";
  static facts::MembershipFact read(const Statement& row);
  static void bind_key(Statement& statement, const facts::MembershipFact& fact);
  static Status insert(Statement& statement, const facts::MembershipFact& fact);
};

template <>
struct FactTable<facts::RateFact> {
  static constexpr std::string_view kSelect = "SELECT currency, day, seq, nanos, known_at, assumed FROM rate";
  static constexpr std::string_view kOfKey = " WHERE currency = ? AND day = ? ORDER BY seq DESC LIMIT 1";
  static constexpr std::string_view kInsert = "INSERT INTO rate VALUES (?, ?, ?, ?, ?, ?)";
  static facts::RateFact read(const Statement& row);
  static void bind_key(Statement& statement, const facts::RateFact& fact);
  static Status insert(Statement& statement, const facts::RateFact& fact);
};

/// From a row of record, source, file, line, field, code, message, raw.
[[nodiscard]] Reject read_reject(const Statement& row);

}  // namespace kenko::state

#include "state/fact_rows.h"

namespace kenko::state {
namespace {

facts::Recorded recorded(const Statement& row, int known_at, int seq, int assumed) {
  return {{row.integer(known_at)}, row.integer(seq), row.integer(assumed) != 0};
}

Day key_day(const std::optional<Day>& day) { return day ? *day : Day{kAlways}; }

std::optional<Day> day_of_key(const Statement& row, int column) {
  if (row.integer(column) == kAlways) return std::nullopt;
  return row.day(column);
}

int64_t number_of(const facts::AttributeValue& value) {
  switch (value.type) {
    case facts::AttributeType::flag:
      return value.flag ? 1 : 0;
    case facts::AttributeType::day:
      return value.day.number;
    case facts::AttributeType::number:
    case facts::AttributeType::money:
      return value.number.micros;
    case facts::AttributeType::text:
      return 0;
  }
  return 0;
}

facts::AttributeValue value_of(facts::AttributeType type, int64_t number, std::string text) {
  facts::AttributeValue value;
  value.type = type;
  switch (type) {
    case facts::AttributeType::flag:
      value.flag = number != 0;
      break;
    case facts::AttributeType::day:
      value.day = {static_cast<int32_t>(number)};
      break;
    case facts::AttributeType::number:
      value.number = {number};
      break;
    case facts::AttributeType::text:
      value.text = std::move(text);
      break;
    case facts::AttributeType::money:
      value.number = {number};
      value.text = std::move(text);
      break;
  }
  return value;
}

}  // namespace

// ---- attributes

facts::AttributeFact FactTable<facts::AttributeFact>::read(const Statement& row) {
  facts::AttributeFact fact;
  fact.kind = static_cast<facts::EntityKind>(row.integer(0));
  fact.source = row.text(1);
  fact.entity_ref = row.text(2);
  fact.key = row.text(3);
  fact.scope = row.text(4);
  fact.valid_from = row.day(5);
  if (!row.is_null(7)) {
    fact.value = value_of(static_cast<facts::AttributeType>(row.integer(7)), row.integer(8), row.text(9));
  }
  fact.backfill = row.integer(10) != 0;
  fact.recorded = recorded(row, 11, 6, 12);
  return fact;
}

void FactTable<facts::AttributeFact>::bind_key(Statement& statement, const facts::AttributeFact& f) {
  statement.bind(static_cast<int>(f.kind), f.source, f.entity_ref, f.key, f.scope, f.valid_from);
}

Status FactTable<facts::AttributeFact>::insert(Statement& statement, const facts::AttributeFact& f) {
  std::optional<int64_t> type;
  if (f.value) type.emplace(static_cast<int64_t>(f.value->type));
  const bool has_text =
      f.value && (f.value->type == facts::AttributeType::text || f.value->type == facts::AttributeType::money);
  return statement.run(static_cast<int>(f.kind), f.source, f.entity_ref, f.key, f.scope, f.valid_from, f.recorded.seq,
                       type, f.value ? number_of(*f.value) : int64_t{0}, has_text ? f.value->text : std::string(),
                       f.backfill, f.recorded.known_at, f.recorded.assumed);
}

// ---- contracts

facts::ContractFact FactTable<facts::ContractFact>::read(const Statement& row) {
  facts::ContractFact fact;
  fact.source = row.text(0);
  fact.contract_id = row.text(1);
  fact.valid_from = row.day(2);
  fact.account_ref = row.text(4);
  fact.product = row.text(5);
  fact.start = row.day(6);
  fact.end = row.maybe_day(7);
  fact.renewal = row.maybe_day(8);
  fact.notice_deadline = row.maybe_day(9);
  fact.notice_at = row.maybe_day(10);
  fact.auto_renew = row.integer(11) != 0;
  if (!row.is_null(12)) fact.term_months = static_cast<int32_t>(row.integer(12));
  fact.arr = row.maybe_decimal(13);
  fact.currency = row.text(14);
  fact.seats = row.maybe_decimal(15);
  fact.state = static_cast<facts::ContractFact::State>(row.integer(16));
  fact.replaces = row.text(17);
  fact.recorded = recorded(row, 18, 3, 19);
  return fact;
}

void FactTable<facts::ContractFact>::bind_key(Statement& statement, const facts::ContractFact& f) {
  statement.bind(f.source, f.contract_id, f.valid_from);
}

Status FactTable<facts::ContractFact>::insert(Statement& statement, const facts::ContractFact& f) {
  return statement.run(f.source, f.contract_id, f.valid_from, f.recorded.seq, f.account_ref, f.product, f.start, f.end,
                       f.renewal, f.notice_deadline, f.notice_at, f.auto_renew, f.term_months, f.arr, f.currency,
                       f.seats, static_cast<int>(f.state), f.replaces, f.recorded.known_at, f.recorded.assumed);
}

// ---- identities

facts::IdentityFact FactTable<facts::IdentityFact>::read(const Statement& row) {
  return {static_cast<facts::EntityKind>(row.integer(0)),
          row.text(1),
          row.text(2),
          row.text(5),
          day_of_key(row, 3),
          recorded(row, 6, 4, 7)};
}

void FactTable<facts::IdentityFact>::bind_key(Statement& statement, const facts::IdentityFact& f) {
  statement.bind(static_cast<int>(f.kind), f.source, f.external_id, key_day(f.valid_from));
}

Status FactTable<facts::IdentityFact>::insert(Statement& statement, const facts::IdentityFact& f) {
  return statement.run(static_cast<int>(f.kind), f.source, f.external_id, key_day(f.valid_from), f.recorded.seq, f.id,
                       f.recorded.known_at, f.recorded.assumed);
}

// ---- memberships

facts::MembershipFact FactTable<facts::MembershipFact>::read(const Statement& row) {
  return {row.text(0), row.text(3), day_of_key(row, 1), recorded(row, 4, 2, 5)};
}

void FactTable<facts::MembershipFact>::bind_key(Statement& statement, const facts::MembershipFact& f) {
  statement.bind(f.contact, key_day(f.valid_from));
}

Status FactTable<facts::MembershipFact>::insert(Statement& statement, const facts::MembershipFact& f) {
  return statement.run(f.contact, key_day(f.valid_from), f.recorded.seq, f.account, f.recorded.known_at,
                       f.recorded.assumed);
}

// ---- rates

facts::RateFact FactTable<facts::RateFact>::read(const Statement& row) {
  return {row.text(0), row.day(1), {row.integer(3)}, recorded(row, 4, 2, 5)};
}

void FactTable<facts::RateFact>::bind_key(Statement& statement, const facts::RateFact& f) {
  statement.bind(f.currency, f.day);
}

Status FactTable<facts::RateFact>::insert(Statement& statement, const facts::RateFact& f) {
  return statement.run(f.currency, f.day, f.recorded.seq, f.rate.nanos, f.recorded.known_at, f.recorded.assumed);
}

// ---- rejects

Reject read_reject(const Statement& row) {
  return {row.hash(0), row.text(1), row.text(2), row.integer(3), row.text(4), row.text(5), row.text(6), row.text(7)};
}

}  // namespace kenko::state

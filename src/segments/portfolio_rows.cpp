#include "segments/portfolio_rows.h"

#include "segments/byte_stream.h"

namespace kenko::segments {
namespace {

using facts::Portfolio;

/// Lists the members of each kind of row once, for writing (Stream = ByteWriter, fields const) and reading.
struct Put {
  ByteWriter& out;
  template <typename T>
  void operator()(const T& value) const {
    out.add(value);
  }
};
struct Get {
  ByteReader& in;
  template <typename T>
  void operator()(T& value) const {
    in.get(value);
  }
};

template <typename F, typename Recorded>
void recorded(const F& f, Recorded& r) {
  f(r.known_at);
  f(r.seq);
  f(r.assumed);
}

template <typename F, typename Row>
void value_of_day(const F& f, Row& row) {
  f(row.key);
  f(row.day);
  f(row.null);
  f(row.assumed);
  f(row.value.type);
  f(row.value.number);
  f(row.value.text);
  f(row.value.day);
  f(row.value.flag);
}

template <typename F, typename Row>
void attribute(const F& f, Row& row) {
  f(row.account);
  value_of_day(f, row);
}

template <typename F, typename Row>
void contact(const F& f, Row& row) {
  f(row.account);
  f(row.user);
  f(row.from);
  f(row.until);
}

template <typename F, typename Row>
void contact_attribute(const F& f, Row& row) {
  f(row.user);
  value_of_day(f, row);
}

template <typename F, typename Row>
void contract(const F& f, Row& row) {
  f(row.account);
  auto& c = row.fact;
  f(c.source);
  f(c.contract_id);
  f(c.account_ref);
  f(c.product);
  f(c.start);
  f(c.end);
  f(c.renewal);
  f(c.notice_deadline);
  f(c.notice_at);
  f(c.auto_renew);
  f(c.term_months);
  f(c.arr);
  f(c.currency);
  f(c.seats);
  f(c.state);
  f(c.replaces);
  f(c.valid_from);
  recorded(f, c.recorded);
}

template <typename F, typename Row>
void unmatched(const F& f, Row& row) {
  f(row.source);
  f(row.reference);
  f(row.events);
}

template <typename F, typename Row>
void touch(const F& f, Row& row) {
  f(row.account);
  f(row.source);
  f(row.day);
}

template <typename T>
void put_all(ByteWriter& out, const std::vector<T>& rows, const auto& put_one) {
  out.add<uint64_t>(rows.size());
  for (const T& row : rows) put_one(row);
}

template <typename T>
void get_all(ByteReader& in, std::vector<T>& rows, const auto& get_one) {
  rows.resize(in.count());
  for (T& row : rows) {
    if (in.bad()) return;
    get_one(row);
  }
}

}  // namespace

std::string rows_to_bytes(const Portfolio& p) {
  ByteWriter out;
  const Put put{out};
  put_all(out, p.accounts, put);
  put_all(out, p.users, put);
  put(p.users_in_use);
  put_all(out, p.properties, [&put](const facts::PropertyColumn& column) { put(column.key); });
  put_all(out, p.attributes, [&put](const facts::AttributeRow& row) { attribute(put, row); });
  put_all(out, p.contracts, [&put](const facts::ContractRow& row) { contract(put, row); });
  put_all(out, p.touches, [&put](const facts::Touch& row) { touch(put, row); });
  put_all(out, p.contacts, [&put](const facts::ContactRow& row) { contact(put, row); });
  put_all(out, p.contact_attributes, [&put](const facts::ContactAttributeRow& row) { contact_attribute(put, row); });
  put_all(out, p.rates, [&out, &put](const facts::RateSeries& series) {
    put(series.currency);
    put_all(out, series.day, put);
    put_all(out, series.rate, put);
  });
  put_all(out, p.source_first_day, put);
  put_all(out, p.source_fact_days, [&out, &put](const std::vector<Day>& days) { put_all(out, days, put); });
  put_all(out, p.unmatched, [&put](const facts::Unmatched& row) { unmatched(put, row); });
  put(p.no_rate_events);
  put(p.newest_day);
  return out.bytes();
}

bool rows_from_bytes(std::string_view bytes, Portfolio& p) {
  ByteReader in(bytes);
  const Get get{in};
  get_all(in, p.accounts, get);
  get_all(in, p.users, get);
  get(p.users_in_use);
  get_all(in, p.properties, [&get](facts::PropertyColumn& column) { get(column.key); });
  get_all(in, p.attributes, [&get](facts::AttributeRow& row) { attribute(get, row); });
  get_all(in, p.contracts, [&get](facts::ContractRow& row) { contract(get, row); });
  get_all(in, p.touches, [&get](facts::Touch& row) { touch(get, row); });
  get_all(in, p.contacts, [&get](facts::ContactRow& row) { contact(get, row); });
  get_all(in, p.contact_attributes, [&get](facts::ContactAttributeRow& row) { contact_attribute(get, row); });
  get_all(in, p.rates, [&in, &get](facts::RateSeries& series) {
    get(series.currency);
    get_all(in, series.day, get);
    get_all(in, series.rate, get);
  });
  get_all(in, p.source_first_day, get);
  get_all(in, p.source_fact_days, [&in, &get](std::vector<Day>& days) { get_all(in, days, get); });
  get_all(in, p.unmatched, [&get](facts::Unmatched& row) { unmatched(get, row); });
  get(p.no_rate_events);
  get(p.newest_day);
  return !in.bad() && in.at_end();
}

}  // namespace kenko::segments

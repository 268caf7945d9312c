// A portfolio as text without codes, so that two portfolios can be compared whatever their dictionaries look like.
#pragma once

#include <fmt/format.h>

#include <string>

#include "facts/portfolio.h"

namespace kenko::identity {

inline std::string to_text(const facts::AttributeValue& v) {
  return fmt::format("{}/{}/{}/{}/{}", static_cast<int>(v.type), v.number.text(), v.text, v.day.iso(), v.flag);
}

inline std::string to_text(const facts::Portfolio& p) {
  std::string out;
  for (size_t a = 0; a < p.accounts.size(); ++a) {
    out += fmt::format("account {} events {}..{}\n", p.accounts[a], p.events_of[a].begin, p.events_of[a].end);
  }
  for (size_t u = 0; u < p.users.size(); ++u) out += fmt::format("user {} {}\n", u + 1, p.users[u]);
  for (size_t i = 0; i < p.events.size(); ++i) {
    out += fmt::format("event {} {} {} {} {} {} {} {}\n", p.events.day[i], p.events.occurred[i],
                       p.texts.text(p.events.name[i]), p.texts.text(p.events.source[i]), p.events.user[i],
                       p.events.value[i], p.events.flags[i], p.events.event_id(i));
  }
  for (const auto& column : p.properties) {
    for (size_t i = 0; i < column.row.size(); ++i) {
      out += fmt::format("property {} {} {}\n", column.key, column.row[i], p.texts.text(column.value[i]));
    }
  }
  for (const auto& row : p.attributes) {
    out += fmt::format("attribute {} {} {} {} {} {}\n", row.account, p.texts.text(row.key), row.day.number, row.null,
                       row.assumed, to_text(row.value));
  }
  for (const auto& row : p.contacts) {
    out += fmt::format("contact {} {} {} {}\n", row.account, row.user, row.from.number, row.until.number);
  }
  for (const auto& row : p.contact_attributes) {
    out += fmt::format("contact attribute {} {} {} {} {} {}\n", row.user, p.texts.text(row.key), row.day.number,
                       row.null, row.assumed, to_text(row.value));
  }
  for (const auto& row : p.contracts) {
    out += fmt::format("contract {} {} {} {} {} {}\n", row.account, row.fact.contract_id, row.fact.source,
                       row.fact.valid_from.iso(), row.fact.seats ? row.fact.seats->text() : "-",
                       row.fact.end ? row.fact.end->iso() : "-");
  }
  for (const auto& series : p.rates) {
    for (size_t i = 0; i < series.day.size(); ++i) {
      out += fmt::format("rate {} {} {}\n", series.currency, series.day[i].iso(), series.rate[i].nanos);
    }
  }
  for (const auto& day : p.source_first_day) out += fmt::format("first {}\n", day ? day->iso() : "-");
  for (size_t s = 0; s < p.source_fact_days.size(); ++s) {
    for (const Day day : p.source_fact_days[s]) out += fmt::format("source {} spoke {}\n", s, day.iso());
  }
  for (const auto& u : p.unmatched) out += fmt::format("unmatched {} {} {}\n", u.source, u.reference, u.events);
  out += fmt::format("no rate {} newest {}\n", p.no_rate_events, p.newest_day ? p.newest_day->iso() : "-");
  return out;
}

}  // namespace kenko::identity

// A portfolio as text without codes, row numbers and user numbers, so that two portfolios can be
// compared whatever their dictionaries look like and wherever the blocks of their accounts lie.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "facts/portfolio.h"

namespace kenko::identity {

inline std::string to_text(const facts::AttributeValue& v) {
  return fmt::format("{}/{}/{}/{}/{}", static_cast<int>(v.type), v.number.text(), v.text, v.day.iso(), v.flag);
}

inline std::string to_text(const facts::Portfolio& p) {
  std::string out;
  std::set<std::string> users;
  const auto name_of = [&](uint32_t user) {
    if (user != 0) users.insert(fmt::format("{} {}", p.users[user - 1], user));
    return user == 0 ? std::string("-") : p.users[user - 1];
  };
  for (size_t a = 0; a < p.accounts.size(); ++a) {
    out += fmt::format("account {} with {} events\n", p.accounts[a], p.events_of[a].size());
    for (uint64_t i = p.events_of[a].begin; i < p.events_of[a].end; ++i) {
      out += fmt::format("event {} {} {} {} {} {} {} {}", p.events.day[i], p.events.occurred[i],
                         p.texts.text(p.events.name[i]), p.texts.text(p.events.source[i]), name_of(p.events.user[i]),
                         p.events.value[i], p.events.flags[i], p.events.event_id(i));
      for (const auto& column : p.properties) {
        const auto cell = std::lower_bound(column.row.begin(), column.row.end(), i);
        if (cell == column.row.end() || *cell != i) continue;
        out += fmt::format(" {}={}", column.key,
                           p.texts.text(column.value[static_cast<size_t>(cell - column.row.begin())]));
      }
      out += '\n';
    }
  }
  std::vector<facts::AttributeRow> attributes = p.attributes;  // keys in the order of texts: codes may be any
  std::stable_sort(attributes.begin(), attributes.end(), [&p](const auto& x, const auto& y) {
    return std::pair(x.account, p.texts.text(x.key)) < std::pair(y.account, p.texts.text(y.key));
  });
  for (const auto& row : attributes) {
    out += fmt::format("attribute {} {} {} {} {} {}\n", row.account, p.texts.text(row.key), row.day.number, row.null,
                       row.assumed, to_text(row.value));
  }
  std::vector<std::string> lines;  // in the order of texts: users may have any numbers
  for (const auto& row : p.contacts) {
    lines.push_back(
        fmt::format("contact {} {} {} {}\n", row.account, name_of(row.user), row.from.number, row.until.number));
  }
  for (const auto& row : p.contact_attributes) {
    lines.push_back(fmt::format("contact attribute {} {} {} {} {} {}\n", name_of(row.user), p.texts.text(row.key),
                                row.day.number, row.null, row.assumed, to_text(row.value)));
  }
  for (const auto& row : p.touches)
    lines.push_back(fmt::format("touch {} {} {}\n", row.account, row.source, row.day.number));
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) out += line;
  EXPECT_EQ(p.users_in_use, static_cast<int64_t>(users.size()));
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

// Several accounts made by hand or at random, as a portfolio; cut at a day it is what resolution would give.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "facts/portfolio.h"

namespace kenko::engine {

struct SomeEvent {
  uint32_t account = 0;
  int32_t day = 0;
  std::string name;
  std::vector<std::pair<std::string, std::string>> properties;
  std::optional<int64_t> micros;
};

struct SomeValue {
  uint32_t account = 0;
  std::string key;
  int32_t day = 0;
  std::optional<facts::AttributeValue> value;
};

/// A version of the account's one contract, which goes on for ever.
struct SomeContract {
  uint32_t account = 0;
  int32_t day = 0;
  std::optional<Decimal> arr;
};

/// Accounts a00, a01 ...; one source `app` that covers all and emits `login`.
struct SomeAccounts {
  uint32_t accounts = 0;
  facts::Settings settings;
  std::vector<SomeEvent> events;  ///< those of an account and day in reading order
  std::vector<SomeValue> values;
  std::vector<SomeContract> contracts;

  SomeAccounts() {
    facts::SourceSettings app;
    app.name = "app";
    app.start = Day{0};
    app.emits = {"login"};
    settings.sources.push_back(app);
  }
  static std::string id(uint32_t account) { return fmt::format("a{:02}", account); }

  [[nodiscard]] facts::Portfolio build(Day cut = Day::kMax) const {
    struct Columns {
      std::vector<int32_t> day;
      std::vector<int64_t> occurred, value;
      std::vector<uint32_t> name, source, user;
      std::vector<uint8_t> flags;
      std::vector<uint64_t> id_end;
      std::string ids;
      std::map<std::string, std::pair<std::vector<uint32_t>, std::vector<uint32_t>>> sparse;
    };
    auto c = std::make_shared<Columns>();
    facts::Portfolio p;
    p.settings = settings;
    for (uint32_t a = 0; a < accounts; ++a) p.accounts.push_back(id(a));
    std::vector<SomeEvent> sorted = events;
    std::erase_if(sorted, [cut](const SomeEvent& e) { return e.day > cut.number; });
    std::stable_sort(sorted.begin(), sorted.end(), [](const SomeEvent& x, const SomeEvent& y) {
      return std::tie(x.account, x.day) < std::tie(y.account, y.day);
    });
    p.events_of.resize(accounts);
    std::vector<Day> fact_days;
    for (const SomeEvent& e : sorted) {
      const auto row = static_cast<uint32_t>(c->day.size());
      c->day.push_back(e.day);
      c->occurred.push_back(e.day * kMicrosPerDay + row);
      c->name.push_back(p.texts.intern(e.name));
      c->source.push_back(p.texts.intern("app"));
      c->user.push_back(0);
      c->value.push_back(e.micros.value_or(0));
      c->flags.push_back(e.micros ? facts::ResolvedEvents::kHasValue : uint8_t{0});
      c->id_end.push_back(c->ids.size());
      for (const auto& [key, value] : e.properties) {
        c->sparse[key].first.push_back(row);
        c->sparse[key].second.push_back(p.texts.intern(value));
      }
      ++p.events_of[e.account].end;
      fact_days.emplace_back(Day{e.day});
    }
    for (uint32_t a = 1; a < accounts; ++a) {
      p.events_of[a].begin = p.events_of[a - 1].end;
      p.events_of[a].end += p.events_of[a].begin;
    }
    p.events = {c->day, c->occurred, c->name, c->source, c->user, c->value, c->flags, c->id_end, c->ids};
    for (const auto& [key, column] : c->sparse) p.properties.push_back({key, column.first, column.second});
    std::sort(fact_days.begin(), fact_days.end());
    fact_days.erase(std::unique(fact_days.begin(), fact_days.end()), fact_days.end());
    p.source_first_day.emplace_back(fact_days.empty() ? std::optional<Day>{} : fact_days.front());
    p.source_fact_days.push_back(std::move(fact_days));
    add_values(cut, p);
    add_contracts(cut, p);
    p.backing = c;
    return p;
  }

  static facts::AttributeValue text(std::string text) {
    facts::AttributeValue v;
    v.text = std::move(text);
    return v;
  }
  static facts::AttributeValue flag(bool flag) {
    facts::AttributeValue v;
    v.type = facts::AttributeType::flag;
    v.flag = flag;
    return v;
  }
  static facts::AttributeValue number(int64_t micros) {
    facts::AttributeValue v;
    v.type = facts::AttributeType::number;
    v.number = {micros};
    return v;
  }

 private:
  void add_values(Day cut, facts::Portfolio& p) const {
    std::map<std::tuple<uint32_t, uint32_t, int32_t>, const SomeValue*> last;  // the later one of a day counts
    for (const SomeValue& v : values) {
      if (v.day <= cut.number) last[{v.account, p.texts.intern(v.key), v.day}] = &v;
    }
    for (const auto& [at, v] : last) {
      facts::AttributeRow row;
      row.account = v->account;
      row.key = std::get<1>(at);
      row.day = Day{v->day};
      row.null = !v->value;
      if (v->value) row.value = *v->value;
      p.attributes.push_back(std::move(row));
    }
  }

  void add_contracts(Day cut, facts::Portfolio& p) const {
    std::map<std::pair<uint32_t, int32_t>, facts::ContractRow> rows;
    std::map<uint32_t, int32_t> start;
    for (const SomeContract& c : contracts) {
      const auto first = start.emplace(c.account, c.day).first;
      first->second = std::min(first->second, c.day);
    }
    for (const SomeContract& c : contracts) {
      if (c.day > cut.number) continue;
      facts::ContractRow& row = rows[{c.account, c.day}];
      row.account = c.account;
      row.fact.source = "app";
      row.fact.contract_id = "c";
      row.fact.start = Day{start[c.account]};
      row.fact.valid_from = Day{c.day};
      row.fact.arr = c.arr;
    }
    for (auto& [at, row] : rows) p.contracts.push_back(std::move(row));
  }
};

}  // namespace kenko::engine

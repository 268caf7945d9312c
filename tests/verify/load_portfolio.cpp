#include "verify/load_portfolio.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/peers.h"
#include "sql/inputs.h"

namespace kenko::verify {
namespace {

using facts::Portfolio;
using facts::ResolvedEvents;

constexpr int32_t kNull = INT32_MIN;

// A plan that computes nothing but what SQL is given.
plan::Plan given_plan(const sql::Inputs& inputs) {
  plan::Plan out;
  out.stages = {{plan::Stage::Kind::local, {}}, {plan::Stage::Kind::account, {}}};
  for (const sql::Inputs::Given& given : inputs.given) {
    plan::Node node;
    node.op = given.op;
    node.type = given.type;
    node.text = given.text;
    plan::Metric metric;
    metric.name = fmt::format("given_{:06}", out.metrics.size());
    metric.node = metric.points_node = static_cast<plan::NodeId>(out.nodes.size());
    out.stages[0].nodes.push_back(metric.node);
    out.nodes.push_back(std::move(node));
    out.metrics.push_back(std::move(metric));
  }
  return out;
}

// Decides whether anything rests on facts that SQL is not given.
sql::Facts facts_of(const Portfolio& portfolio) {
  sql::Facts out;
  const uint32_t set = portfolio.texts.find("override.set");
  out.overrides = set != 0 && std::find(portfolio.events.name.begin(), portfolio.events.name.end(), set) !=
                                  portfolio.events.name.end();
  for (const auto& source : portfolio.settings.sources) out.overdue = out.overdue || source.every_days.has_value();
  return out;
}

// When the sources that emit an event name observe an account.
class Observation {
 public:
  Observation(const Portfolio& portfolio, const std::string& event) : portfolio_(portfolio) {
    const auto& sources = portfolio.settings.sources;
    for (uint32_t s = 0; s < sources.size(); ++s) {
      if (!std::binary_search(sources[s].emits.begin(), sources[s].emits.end(), event)) continue;
      if (sources[s].covers == facts::Coverage::touched) {
        touched_.push_back({s, portfolio.texts.find(sources[s].name)});
      } else if (const auto start = sources[s].start ? sources[s].start : portfolio.source_first_day[s]) {
        all_from_ = std::min(all_from_.value_or(*start), *start);
      }
    }
  }

  // The earliest day in first..last on which a `touched` source spoke of the account.
  [[nodiscard]] std::optional<Day> touched_in(uint32_t account, Day first, Day last) const {
    std::optional<Day> found;
    const auto see = [&](Day d) {
      if (d >= first && d <= last) found = std::min(found.value_or(d), d);
    };
    for (const Touched& t : touched_) {
      for (uint64_t row = portfolio_.events_of[account].begin; row < portfolio_.events_of[account].end; ++row) {
        if (t.code != 0 && portfolio_.events.source[row] == t.code) see(Day{portfolio_.events.day[row]});
      }
      const auto at =
          std::lower_bound(portfolio_.touches.begin(), portfolio_.touches.end(), std::pair(account, t.position),
                           [](const facts::Touch& a, const auto& b) { return std::pair(a.account, a.source) < b; });
      for (auto it = at; it != portfolio_.touches.end() && it->account == account && it->source == t.position; ++it)
        see(it->day);
    }
    return found;
  }

  // Day::number of the first observed day as of a day on which the account's start is `account_start`.
  [[nodiscard]] int32_t as_of(int32_t day, int32_t account_start, std::optional<Day> touched) const {
    int32_t from = all_from_ ? std::max(all_from_->number, account_start) : INT32_MAX;
    if (touched) from = std::min(from, touched->number);
    return from <= day ? from : kNull;
  }

 private:
  struct Touched {
    uint32_t position = 0;
    uint32_t code = 0;  // of the source's name in the portfolio's texts
  };
  const Portfolio& portfolio_;
  std::vector<Touched> touched_;
  std::optional<Day> all_from_;
};

std::string text_of(const facts::AttributeValue& value) {
  switch (value.type) {
    case facts::AttributeType::number:
    case facts::AttributeType::money:
      return value.number.text();
    case facts::AttributeType::flag:
      return value.flag ? "true" : "false";
    case facts::AttributeType::day:
      return value.day.iso();
    case facts::AttributeType::text:
      break;
  }
  return value.text;
}

duck::Column nullable_int32(std::string name, const std::vector<int32_t>& values) {
  return {std::move(name), duck::Type::int32, [&values](uint64_t begin, size_t count, duck::Cells& cells) {
            for (size_t i = 0; i < count; ++i) {
              cells.data<int32_t>()[i] = values[begin + i];
              if (values[begin + i] == kNull) cells.set_null(i);
            }
          }};
}

duck::Column boolean(std::string name, const std::vector<uint8_t>& values) {
  return {std::move(name), duck::Type::boolean, [&values](uint64_t begin, size_t count, duck::Cells& cells) {
            for (size_t i = 0; i < count; ++i) cells.data<bool>()[i] = values[begin + i] != 0;
          }};
}

// The days of all lives, a column each.
class Spine {
 public:
  Spine(const sql::Inputs& inputs, const Portfolio& portfolio, Day until)
      : plan_(given_plan(inputs)),
        engine_(plan_, portfolio),
        peers_(engine_, until, 1),
        observed_(inputs.events.size()),
        value_(plan_.metrics.size()),
        valid_(plan_.metrics.size()) {
    for (const std::string& event : inputs.events) observations_.emplace_back(portfolio, event);
  }

  // The lives of the account, whose days it appends.
  std::vector<std::pair<Day, Day>> add(uint32_t account) {
    engine_.run(account, peers_, scratch_, lives_);
    std::vector<std::pair<Day, Day>> spans;
    for (const engine::LifeDays& life : lives_) {
      add(account, static_cast<int32_t>(spans.size()), life);
      spans.emplace_back(life.first, life.first + (static_cast<int32_t>(life.size()) - 1));
      longest_ = std::max(longest_, static_cast<int32_t>(life.size()));
    }
    return spans;
  }

  [[nodiscard]] duck::Table table() const {
    std::vector<duck::Column> columns;
    columns.push_back(duck::int32_column("account", account_));
    columns.push_back(duck::int32_column("life", life_));
    columns.push_back(duck::int32_column("day", day_));
    columns.push_back(duck::int32_column("account_start", start_));
    columns.push_back(duck::text_column("status", [this](uint64_t row) { return word(status_[row]); }));
    columns.push_back(boolean("fact_day", fact_day_));
    for (size_t i = 0; i < observed_.size(); ++i)
      columns.push_back(nullable_int32(fmt::format("observed_{}", i), observed_[i]));
    for (size_t i = 0; i < plan_.metrics.size(); ++i) columns.push_back(given(i));
    return {day_.size(), std::move(columns)};
  }

  [[nodiscard]] int32_t longest() const { return longest_; }

 private:
  void add(uint32_t account, int32_t number, const engine::LifeDays& life) {
    const Day last = life.first + (static_cast<int32_t>(life.size()) - 1);
    account_.insert(account_.end(), life.size(), static_cast<int32_t>(account));
    life_.insert(life_.end(), life.size(), number);
    for (Day d = life.first; d <= last; ++d) day_.push_back(d.number);
    start_.insert(start_.end(), life.account_start.begin(), life.account_start.end());
    status_.insert(status_.end(), life.status.begin(), life.status.end());
    fact_day_.insert(fact_day_.end(), life.fact_day.begin(), life.fact_day.end());
    for (size_t i = 0; i < observed_.size(); ++i) {
      const auto touched = observations_[i].touched_in(account, life.first, last);
      for (size_t d = 0; d < life.size(); ++d) {
        const int32_t day = life.first.number + static_cast<int32_t>(d);
        observed_[i].push_back(observations_[i].as_of(day, life.account_start[d], touched));
      }
    }
    for (size_t i = 0; i < life.metrics.size(); ++i) {
      value_[i].insert(value_[i].end(), life.metrics[i].value.begin(), life.metrics[i].value.end());
      valid_[i].insert(valid_[i].end(), life.metrics[i].valid.begin(), life.metrics[i].valid.end());
    }
  }

  [[nodiscard]] duck::Column given(size_t i) const {
    const plan::Type type = plan_.nodes[i].type;
    const duck::Type column = type == plan::Type::text   ? duck::Type::text
                              : type == plan::Type::flag ? duck::Type::boolean
                                                         : duck::Type::real;
    return {fmt::format("given_{}", i), column, [this, i, type](uint64_t begin, size_t count, duck::Cells& cells) {
              for (size_t k = 0; k < count; ++k) {
                const double value = value_[i][begin + k];
                if (valid_[i][begin + k] == 0) {
                  cells.set_null(k);
                } else if (type == plan::Type::text) {
                  cells.set_text(k, engine_.text(value));
                } else if (type == plan::Type::flag) {
                  cells.data<bool>()[k] = value != 0;
                } else {
                  cells.data<double>()[k] = value;
                }
              }
            }};
  }

  plan::Plan plan_;
  engine::Engine engine_;
  engine::Peers peers_;
  engine::Scratch scratch_;
  std::vector<engine::LifeDays> lives_;
  std::vector<Observation> observations_;
  std::vector<int32_t> account_, life_, day_, start_;
  std::vector<engine::AccountStatus> status_;
  std::vector<uint8_t> fact_day_;
  std::vector<std::vector<int32_t>> observed_;
  std::vector<std::vector<double>> value_;
  std::vector<std::vector<uint8_t>> valid_;
  int32_t longest_ = 0;
};

// The events that fall into a life.
class Events {
 public:
  explicit Events(const Portfolio& portfolio) : portfolio_(portfolio) {}

  void add(uint32_t account, const std::vector<std::pair<Day, Day>>& lives) {
    for (uint64_t row = portfolio_.events_of[account].begin; row < portfolio_.events_of[account].end; ++row) {
      for (size_t life = 0; life < lives.size(); ++life) {
        const Day day{portfolio_.events.day[row]};
        if (day < lives[life].first || day > lives[life].second) continue;
        row_.push_back(row);
        account_.push_back(static_cast<int32_t>(account));
        life_.push_back(static_cast<int32_t>(life));
        day_.push_back(day.number);
      }
    }
  }

  [[nodiscard]] duck::Table table(const sql::Inputs& inputs) const {
    std::vector<duck::Column> columns;
    columns.push_back(duck::int32_column("account", account_));
    columns.push_back(duck::int32_column("life", life_));
    columns.push_back(duck::int32_column("day", day_));
    columns.push_back({"number", duck::Type::int64, [this](uint64_t begin, size_t count, duck::Cells& cells) {
                         for (size_t i = 0; i < count; ++i)
                           cells.data<int64_t>()[i] = static_cast<int64_t>(row_[begin + i]);
                       }});
    columns.push_back({"occurred", duck::Type::int64, [this](uint64_t begin, size_t count, duck::Cells& cells) {
                         for (size_t i = 0; i < count; ++i)
                           cells.data<int64_t>()[i] = portfolio_.events.occurred[row_[begin + i]];
                       }});
    columns.push_back(duck::text_column(
        "name", [this](uint64_t i) { return portfolio_.texts.text(portfolio_.events.name[row_[i]]); }));
    columns.push_back({"person", duck::Type::int32, [this](uint64_t begin, size_t count, duck::Cells& cells) {
                         for (size_t i = 0; i < count; ++i) {
                           const uint32_t user = portfolio_.events.user[row_[begin + i]];
                           cells.data<int32_t>()[i] = static_cast<int32_t>(user);
                           if (user == 0) cells.set_null(i);
                         }
                       }});
    columns.push_back({"value", duck::Type::int64, [this](uint64_t begin, size_t count, duck::Cells& cells) {
                         for (size_t i = 0; i < count; ++i) {
                           cells.data<int64_t>()[i] = portfolio_.events.value[row_[begin + i]];
                           if (!has_amount(begin + i)) cells.set_null(i);
                         }
                       }});
    columns.push_back({"no_rate", duck::Type::boolean, [this](uint64_t begin, size_t count, duck::Cells& cells) {
                         for (size_t i = 0; i < count; ++i)
                           cells.data<bool>()[i] = (flags(begin + i) & ResolvedEvents::kNoRate) != 0;
                       }});
    for (size_t p = 0; p < inputs.properties.size(); ++p) columns.push_back(property(inputs.properties[p], p));
    for (size_t u = 0; u < inputs.user_attributes.size(); ++u)
      columns.push_back(user_attribute(inputs.user_attributes[u], u));
    return {row_.size(), std::move(columns)};
  }

  [[nodiscard]] size_t size() const { return row_.size(); }

 private:
  [[nodiscard]] uint8_t flags(uint64_t i) const { return portfolio_.events.flags[row_[i]]; }
  [[nodiscard]] bool has_amount(uint64_t i) const {
    return (flags(i) & ResolvedEvents::kHasValue) != 0 && (flags(i) & ResolvedEvents::kNoRate) == 0;
  }

  [[nodiscard]] duck::Column property(const std::string& key, size_t number) const {
    const facts::PropertyColumn* cells = portfolio_.find_property(key);
    return duck::text_column(fmt::format("property_{}", number), [this, cells](uint64_t i) -> std::string_view {
      if (cells == nullptr) return {};
      const auto at = std::lower_bound(cells->row.begin(), cells->row.end(), row_[i]);
      if (at == cells->row.end() || *at != row_[i]) return {};
      const uint32_t code = cells->value[static_cast<size_t>(at - cells->row.begin())];
      return portfolio_.texts.text(code).empty() ? std::string_view() : portfolio_.texts.text(code);
    });
  }

  // The attribute in force on the event's day, read like a property.
  [[nodiscard]] duck::Column user_attribute(const std::string& key, size_t number) const {
    const uint32_t code = portfolio_.texts.find(key);
    auto text = std::make_shared<std::string>();
    return duck::text_column(fmt::format("user_{}", number), [this, code, text](uint64_t i) -> std::string_view {
      const auto wanted = std::tuple(portfolio_.events.user[row_[i]], code, Day{portfolio_.events.day[row_[i]]});
      if (std::get<0>(wanted) == 0 || code == 0) return {};
      const auto& all = portfolio_.contact_attributes;
      const auto after = std::upper_bound(all.begin(), all.end(), wanted, [](const auto& w, const auto& row) {
        return w < std::tuple(row.user, row.key, row.day);
      });
      if (after == all.begin()) return {};
      const facts::ContactAttributeRow& row = *(after - 1);
      if (std::pair(row.user, row.key) != std::pair(std::get<0>(wanted), code) || row.null) return {};
      *text = text_of(row.value);
      return text->empty() ? std::string_view() : *text;
    });
  }

  const Portfolio& portfolio_;
  std::vector<uint64_t> row_;
  std::vector<int32_t> account_, life_, day_;
};

}  // namespace

Result<LoadedPortfolio> load_portfolio(duck::Connection& connection, const plan::Plan& plan, const Portfolio& portfolio,
                                       Day until) {
  const sql::Inputs inputs = sql::inputs_of(plan);
  Spine spine(inputs, portfolio, until);
  Events events(portfolio);
  for (uint32_t account = 0; account < portfolio.accounts.size(); ++account) events.add(account, spine.add(account));
  duck::Table spine_table = spine.table();
  const LoadedPortfolio out{events.size(), spine_table.rows, spine.longest(), facts_of(portfolio)};
  KENKO_TRY_STATUS(connection.register_table("event_source", events.table(inputs)));
  KENKO_TRY_STATUS(connection.execute("CREATE TABLE event AS SELECT * FROM event_source"));
  KENKO_TRY_STATUS(connection.register_table("spine_source", std::move(spine_table)));
  KENKO_TRY_STATUS(connection.execute("CREATE TABLE spine AS SELECT * FROM spine_source"));
  return out;
}

}  // namespace kenko::verify

// A portfolio made by hand: what the engine sees of one small company.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "facts/portfolio.h"
#include "plan/plan.h"

namespace kenko::engine {

/// One event; texts are given codes by SmallCompany::seal.
struct SmallEvent {
  int32_t day = 0;
  std::string name;
  uint32_t user = 0;
  std::vector<std::pair<std::string, std::string>> properties;
  int64_t micros = 0;
  uint8_t flags = 0;
  int64_t second = 0;  ///< of the day
};

/// One account with its events; everything else can be put into `portfolio` directly before seal().
///
/// Ownership: holds the columns that the portfolio views.
struct SmallCompany {
  facts::Portfolio portfolio;
  std::vector<SmallEvent> events;  ///< in order of time

  SmallCompany() {
    portfolio.accounts = {"a1"};
    facts::SourceSettings app;
    app.name = "app";
    app.start = Day{0};
    portfolio.settings.sources.push_back(app);
    portfolio.source_first_day.emplace_back();
    portfolio.source_fact_days.emplace_back();
  }

  void emits(const std::string& name) { portfolio.settings.sources[0].emits.push_back(name); }
  uint32_t user(const std::string& name) {
    portfolio.users.push_back(name);
    return static_cast<uint32_t>(portfolio.users.size());
  }
  void user_attribute(uint32_t user, const std::string& key, Day from, facts::AttributeValue value) {
    facts::ContactAttributeRow row;
    row.user = user;
    row.key = portfolio.texts.intern(key);
    row.day = from;
    row.value = std::move(value);
    portfolio.contact_attributes.push_back(std::move(row));
  }
  void attribute(const std::string& key, Day from, facts::AttributeValue value) {
    facts::AttributeRow row;
    row.key = portfolio.texts.intern(key);
    row.day = from;
    row.value = std::move(value);
    portfolio.attributes.push_back(std::move(row));
  }

  const facts::Portfolio& seal() {
    auto& texts = portfolio.texts;
    for (const char* word : {"true", "false"}) texts.intern(word);
    std::map<std::string, std::pair<std::vector<uint32_t>, std::vector<uint32_t>>> sparse;
    for (size_t row = 0; row < events.size(); ++row) {
      const SmallEvent& e = events[row];
      day_.push_back(e.day);
      occurred_.push_back(e.day * kMicrosPerDay + e.second * 1'000'000);
      name_.push_back(texts.intern(e.name));
      source_.push_back(texts.intern("app"));
      user_.push_back(e.user);
      value_.push_back(e.micros);
      flags_.push_back(e.flags);
      ids_ += "e";
      id_end_.push_back(ids_.size());
      for (const auto& [key, value] : e.properties) {
        sparse[key].first.push_back(static_cast<uint32_t>(row));
        sparse[key].second.push_back(texts.intern(value));
      }
    }
    for (auto& [key, column] : sparse) {
      columns_.push_back(std::move(column));
      keys_.push_back(key);
    }
    for (size_t i = 0; i < keys_.size(); ++i)
      portfolio.properties.push_back({keys_[i], columns_[i].first, columns_[i].second});
    portfolio.events_of = {{0, events.size()}};
    portfolio.events = {day_, occurred_, name_, source_, user_, value_, flags_, id_end_, ids_};
    const auto order = [](const auto& a, const auto& b) {
      return std::tuple(a.user, a.key, a.day) < std::tuple(b.user, b.key, b.day);
    };
    std::sort(portfolio.contact_attributes.begin(), portfolio.contact_attributes.end(), order);
    std::sort(portfolio.attributes.begin(), portfolio.attributes.end(),
              [](const auto& a, const auto& b) { return std::tuple(a.key, a.day) < std::tuple(b.key, b.day); });
    return portfolio;
  }

 private:
  std::vector<int32_t> day_;
  std::vector<int64_t> occurred_, value_;
  std::vector<uint32_t> name_, source_, user_;
  std::vector<uint8_t> flags_;
  std::vector<uint64_t> id_end_;
  std::string ids_;
  std::vector<std::string> keys_;
  std::vector<std::pair<std::vector<uint32_t>, std::vector<uint32_t>>> columns_;
};

inline facts::AttributeValue a_text(std::string text) {
  facts::AttributeValue v;
  v.text = std::move(text);
  return v;
}
inline facts::AttributeValue a_flag(bool flag) {
  facts::AttributeValue v;
  v.type = facts::AttributeType::flag;
  v.flag = flag;
  return v;
}
inline facts::AttributeValue a_number(facts::AttributeType type, int64_t micros) {
  facts::AttributeValue v;
  v.type = type;
  v.number = {micros};
  return v;
}
inline facts::AttributeValue a_day(Day day) {
  facts::AttributeValue v;
  v.type = facts::AttributeType::day;
  v.day = day;
  return v;
}

/// A plan of one stage with one aggregate over one event name.
inline plan::Plan plan_of(plan::Function function, const std::string& event) {
  plan::Plan p;
  p.selectors.push_back({{event}, {}});
  plan::Node n;
  n.op = plan::Op::aggregate;
  n.aggregate.function = function;
  p.nodes.push_back(n);
  p.stages = {{plan::Stage::Kind::local, {0}}, {plan::Stage::Kind::account, {}}};
  return p;
}

}  // namespace kenko::engine

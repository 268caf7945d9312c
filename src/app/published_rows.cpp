#include "app/published_rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "app/overdue.h"
#include "base/hash.h"
#include "engine/contracts.h"
#include "report/table.h"
#include "score/day_parts.h"

namespace kenko::app {
namespace {

std::string json_list(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) {
    out += out.empty() ? "[" : ",";
    out += report::json_value(std::string(name));
  }
  return out.empty() ? out : out + "]";
}

uint32_t intern(facts::Dictionary& texts, std::string_view text) { return text.empty() ? 0 : texts.intern(text); }

std::string_view kind_word(engine::Override::Kind kind) {
  switch (kind) {
    case engine::Override::Kind::value:
      return "value";
    case engine::Override::Kind::floor:
      return "floor";
    case engine::Override::Kind::ceiling:
      return "ceiling";
    case engine::Override::Kind::none:
      break;
  }
  return "";
}

}  // namespace

std::string_view word(RowKind kind) {
  switch (kind) {
    case RowKind::close:
      return "close";
    case RowKind::revision:
      return "revision";
    case RowKind::publication:
      break;
  }
  return "publication";
}

uint64_t PublishedRow::content() const {
  std::vector<int64_t> all{state,           status,    band,          segment,        stage, score,   coverage,
                           computed,        rolled_up, hierarchy,     triggers,       cap,   silence, override_line,
                           active_triggers, capped_by, override_kind, override_value, owner, arr,     renewal,
                           stale_sources};
  all.insert(all.end(), dimension.begin(), dimension.end());
  return hash64({reinterpret_cast<const char*>(all.data()), all.size() * sizeof(int64_t)});
}

struct RowMaker::State {
  const engine::Engine& engine;
  Day until;
  facts::Dictionary& texts;
  std::vector<uint32_t> states, statuses;  // codes of words, 0 = not asked for yet
  std::vector<uint32_t> segments, stages;
  std::map<int16_t, std::vector<uint32_t>> bands;      // by list
  std::map<std::vector<uint32_t>, uint32_t> triggers;  // by the positions that are active
  std::map<int32_t, uint32_t> stale;                   // by day
  bool may_be_stale = false;
  struct Attribute {
    uint32_t key = 0;
    std::span<const facts::AttributeRow> rows;  // of the account at hand
  };
  Attribute owner, name, territory, touch;
  std::map<int32_t, std::vector<uint8_t>> unknown;  // by day: watched conditions that rest on an overdue source
  // Of the account at hand.
  engine::ContractDays contracts;
  engine::ContractClock clock;
  PublishedRow row;

  void begin_account(uint32_t account) {
    for (Attribute* a : {&owner, &name, &territory, &touch}) find(*a, account);
    row.account = texts.intern(engine.portfolio().accounts[account]);
  }

  void find(Attribute& attribute, uint32_t account) const {
    if (attribute.key == 0) return;
    const auto& all = engine.portfolio().attributes;
    const auto of = [&](const facts::AttributeRow& r) { return std::pair(r.account, r.key); };
    const std::pair wanted(account, attribute.key);
    const auto first = std::partition_point(all.begin(), all.end(), [&](const auto& r) { return of(r) < wanted; });
    const auto end = std::partition_point(first, all.end(), [&](const auto& r) { return of(r) == wanted; });
    attribute.rows = std::span(first, end);
  }

  void begin_days(uint32_t account, Day first, int32_t days) {
    const facts::Portfolio& portfolio = engine.portfolio();
    const std::span<const facts::ContractRow> rows = portfolio.contracts_of(account);
    engine::contract_days(portfolio, rows, first, days, until, contracts);
    if (contracts.any) engine::contract_clock(portfolio, rows, first, days, until, clock);
  }

  uint32_t text_on(const Attribute& attribute, Day day) {
    uint32_t out = 0;
    for (const facts::AttributeRow& r : attribute.rows) {
      if (r.day > day) break;
      out = r.null || r.value.type != facts::AttributeType::text ? 0 : intern(texts, r.value.text);
    }
    return out;
  }

  uint32_t stale_on(Day day) {
    if (!may_be_stale) return 0;
    const auto [at, added] = stale.try_emplace(day.number, 0);
    if (!added) return at->second;
    std::vector<std::string_view> names;
    const auto overdue = overdue_sources(engine.portfolio(), &engine.plan(), day);
    const auto& watched = engine.plan().watched;
    std::vector<uint8_t>& rests = unknown[day.number];
    rests.assign(watched.size(), 0);
    for (const OverdueSource& s : overdue) {
      if (!s.metrics.empty()) names.push_back(s.source);
      for (size_t w = 0; w < watched.size(); ++w) {
        if (std::find(s.watched.begin(), s.watched.end(), watched[w].name) != s.watched.end()) rests[w] = 1;
      }
    }
    return at->second = intern(texts, json_list(names));
  }

  uint32_t band_of(int16_t list, int8_t band) {
    if (band < 0) return 0;
    std::vector<uint32_t>& names = bands[list];
    if (names.empty()) {
      for (const plan::Band& b : score::bands_of(engine.plan(), list)) names.push_back(texts.intern(b.name));
    }
    return names[static_cast<size_t>(band)];
  }

  void put_triggers(const std::vector<score::ActiveTrigger>& active) {
    row.active_triggers = row.capped_by = 0;
    if (active.empty()) return;
    std::vector<uint32_t> key;
    const score::ActiveTrigger* lowest = nullptr;
    for (const score::ActiveTrigger& t : active) {
      key.push_back(t.trigger);
      if (t.cap_hundredths && (lowest == nullptr || *t.cap_hundredths < *lowest->cap_hundredths)) lowest = &t;
    }
    if (lowest != nullptr) row.capped_by = texts.intern(engine.plan().triggers[lowest->trigger].name);
    const auto [at, added] = triggers.try_emplace(key, 0);
    if (added) {
      std::vector<std::string_view> names;
      for (const uint32_t t : key) names.emplace_back(engine.plan().triggers[t].name);
      at->second = texts.intern(json_list(names));
    }
    row.active_triggers = at->second;
  }

  void put_scores(const score::LifeScores& s, size_t at) {
    const auto known = [](int32_t number) { return number < 0 ? kNone : number; };
    const auto code = [this](std::vector<uint32_t>& codes, auto value) {
      const auto i = static_cast<size_t>(value);
      if (codes.size() <= i) codes.resize(i + 1, 0);
      if (codes[i] == 0) codes[i] = texts.intern(word(value));
      return codes[i];
    };
    row.state = code(states, s.state[at]);
    row.status = code(statuses, s.status[at]);
    row.band = band_of(s.band_list[at], s.band[at]);
    row.segment = s.segment[at] < 0 ? 0 : segments[static_cast<size_t>(s.segment[at])];
    row.stage = s.stage[at] < 0 ? 0 : stages[static_cast<size_t>(s.stage[at])];
    row.score = known(s.score[at]);
    row.coverage = known(s.coverage[at]);
    row.computed = known(s.computed[at]);
    row.rolled_up = known(s.rolled_up[at]);
    row.hierarchy = s.hierarchy[at];
    row.triggers = s.triggers[at];
    row.cap = s.cap[at];
    row.silence = s.silence[at];
    row.override_line = s.override_line[at];
    for (size_t d = 0; d < row.dimension.size(); ++d) row.dimension[d] = known(s.dimension[d][at]);
  }

  void put_override(const engine::LifeDays& days, size_t at) {
    row.override_kind = 0;
    row.override_value = kNone;
    if (days.overrides.empty() || days.overrides[at].kind == engine::Override::Kind::none) return;
    row.override_kind = texts.intern(kind_word(days.overrides[at].kind));
    row.override_value = days.overrides[at].hundredths;
  }

  void put_business(Day day, size_t at) {
    row.owner = text_on(owner, day);
    row.name = text_on(name, day);
    row.territory = text_on(territory, day);
    row.touch = text_on(touch, day);
    row.stale_sources = stale_on(day);
    row.arr = kNoAmount;
    row.renewal = kNone;
    if (!contracts.any) return;
    if (contracts.arr_valid[at] != 0) row.arr = std::llround(contracts.arr[at] * 1e6);
    if (clock.days_to_renewal[at] != engine::ContractClock::kNone) row.renewal = day.number + clock.days_to_renewal[at];
  }

  // A condition over a feed that stopped says nothing of the customer.
  void put_conditions(const engine::LifeDays& days, size_t at) {
    row.conditions.assign(engine.plan().watched.size(), engine::kUnknown);
    for (size_t w = 0; w < days.watched.size(); ++w) {
      const auto rests = unknown.find(row.day.number);
      const bool stopped = rests != unknown.end() && rests->second[w] != 0;
      row.conditions[w] = stopped ? engine::kUnknown : days.watched[w][at];
    }
  }

  // For overload resolution in put_scores.
  static std::string_view word(score::State s) { return score::word(s); }
  static std::string_view word(engine::AccountStatus s) { return engine::word(s); }
};

RowMaker::RowMaker(const engine::Engine& engine, Day until, facts::Dictionary& texts)
    : state_(new State{engine, until, texts, {}, {}, {}, {}, {}, {}, {}, false, {}, {}, {}, {}, {}, {}, {}, {}}) {
  const plan::Plan& plan = engine.plan();
  const facts::Portfolio& portfolio = engine.portfolio();
  for (const plan::Segment& s : plan.segments) state_->segments.push_back(texts.intern(s.name));
  for (const plan::Segment& s : plan.life_stages) state_->stages.push_back(texts.intern(s.name));
  state_->owner.key = portfolio.texts.find("owner");
  state_->name.key = portfolio.texts.find("name");
  state_->territory.key = portfolio.texts.find("territory");
  state_->touch.key = portfolio.texts.find("touch");
  state_->row.dimension.resize(plan.dimensions.size());
  state_->may_be_stale = std::any_of(portfolio.settings.sources.begin(), portfolio.settings.sources.end(),
                                     [](const auto& s) { return s.every_days.has_value(); });
}
RowMaker::~RowMaker() = default;

void RowMaker::make(const score::AccountHistory& history, Day from, Day to,
                    const std::function<void(const PublishedRow&)>& sink) {
  State& s = *state_;
  s.begin_account(history.account);
  for (size_t life = 0; life < history.days.size(); ++life) {
    const engine::LifeDays& days = history.days[life];
    const Day last = std::min(to, days.first + (static_cast<int32_t>(days.size()) - 1));
    const Day first = std::max(from, days.first);
    if (first > last) continue;
    s.begin_days(history.account, first, last - first + 1);
    score::TriggerWalk triggers(s.engine.plan(), days);
    for (Day day = days.first; day <= last; ++day) {
      const auto& active = triggers.next();
      const auto at = static_cast<size_t>(day - days.first);
      if (day < first || days.status[at] == engine::AccountStatus::none) continue;
      s.row.day = day;
      s.put_scores(history.scores[life], at);
      s.put_triggers(active);
      s.put_override(days, at);
      s.put_business(day, static_cast<size_t>(day - first));
      s.put_conditions(days, at);
      sink(s.row);
    }
  }
}

}  // namespace kenko::app

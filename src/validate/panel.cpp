#include "validate/panel.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "base/check.h"
#include "engine/contracts.h"
#include "engine/hierarchy.h"
#include "score/day_parts.h"

namespace kenko::validate {
namespace {

constexpr int32_t kChangeDays = 30;
constexpr double kMicros = 1e6;

// What is known of an account in hindsight.
struct Fate {
  std::vector<Happening> happenings;
  std::vector<Day> treatments;
  std::vector<std::pair<Day, Day>> lives;  // both included; empty = nobody told

  // It had a life before that day, and has none on it.
  [[nodiscard]] bool gone(Day day) const {
    const auto on = [day](const auto& life) { return life.first <= day && day <= life.second; };
    return !lives.empty() && lives.front().second < day && std::none_of(lives.begin(), lives.end(), on);
  }
};

// What a row's future looks like; `left` when it has none.
struct Label {
  std::optional<Exclusion> left;
  bool outcome = false;
  int32_t to_outcome = kNoDays, observed = 0;
  const Happening* happening = nullptr;
};

struct Row {
  uint32_t day = 0, account = 0;
  size_t at = 0;  // position in the order of arrival
};

template <typename T>
void reorder(std::vector<T>& column, const std::vector<Row>& order) {
  std::vector<T> out;
  out.reserve(column.size());
  for (const Row& row : order) out.push_back(std::move(column[row.at]));
  column = std::move(out);
}

void reorder_rows(std::vector<double>& matrix, size_t columns, const std::vector<Row>& order) {
  std::vector<double> out;
  out.reserve(matrix.size());
  for (const Row& row : order) {
    const auto from = matrix.begin() + static_cast<std::ptrdiff_t>(row.at * columns);
    out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(columns));
  }
  matrix = std::move(out);
}

Exclusion why_unscored(score::State state) {
  switch (state) {
    case score::State::paused:
      return Exclusion::paused;
    case score::State::too_new:
      return Exclusion::too_new;
    case score::State::insufficient:
      return Exclusion::insufficient;
    default:
      return Exclusion::unscored;
  }
}

}  // namespace

std::string_view word(Exclusion exclusion) {
  constexpr std::array<std::string_view, kExclusions> kWords{"gone",         "paused",       "unscored",
                                                             "too_new",      "insufficient", "not_at_risk",
                                                             "notice_given", "in_gap",       "left_otherwise"};
  return kWords[static_cast<size_t>(exclusion)];
}

std::string_view words(Exclusion exclusion) {
  constexpr std::array<std::string_view, kExclusions> kWords{"had left before",
                                                             "were paused",
                                                             "are not scored by this model",
                                                             "were too new",
                                                             "had too little evidence",
                                                             "were not at risk (`among`)",
                                                             "had decided before",
                                                             "decided within the gap",
                                                             "left in another way"};
  return kWords[static_cast<size_t>(exclusion)];
}

int64_t Panel::outcomes() const { return std::count(outcome_in.begin(), outcome_in.end(), uint8_t{1}); }

std::vector<Day> as_of_days(Day first, Day last_day, int32_t horizon, int32_t gap, int32_t step) {
  KENKO_CHECK(horizon > 0 && gap >= 0 && step > 0, "a horizon, gap or step of no days");
  std::vector<Day> out;
  for (Day day = last_day - (horizon + gap); day >= first; day = day - step) out.push_back(day);
  std::reverse(out.begin(), out.end());
  return out;
}

struct PanelMaker::State {
  const engine::Engine& all;
  std::optional<size_t> outcome;
  std::vector<std::string> treated_by;
  bool parts;
  Panel panel;
  engine::Hierarchy hierarchy;
  std::map<uint32_t, Fate> fates;
  std::vector<Row> order;
  std::map<std::string, size_t, std::less<>> text_codes;

  Fate& fate_of(uint32_t account) {
    const auto [at, added] = fates.try_emplace(account);
    if (!added) return at->second;
    Fate& fate = at->second;
    if (outcome) fate.happenings = happenings(all, *outcome, account, panel.last_day);
    const facts::Portfolio& p = all.portfolio();
    for (uint64_t row = p.events_of[account].begin; row < p.events_of[account].end; ++row) {
      const std::string_view name = p.texts.text(p.events.name[row]);
      if (std::find(treated_by.begin(), treated_by.end(), name) == treated_by.end()) continue;
      fate.treatments.push_back(Day{p.events.day[row]});
    }
    return fate;
  }

  uint32_t top_of(uint32_t account, Day day) const {
    for (uint32_t above = hierarchy.parent(account, day); above != engine::kNoAccount;) {
      account = above;
      above = hierarchy.parent(account, day);
    }
    return account;
  }

  // What followed `day`: the first decision after it says it, unless the outcome is that nothing followed.
  Label label(const Fate& fate, Day day) const {
    Label out;
    const Day from = day + panel.gap, to = from + panel.horizon;
    out.observed = panel.last_day - day;
    if (panel.absence) {
      out.outcome = std::none_of(fate.happenings.begin(), fate.happenings.end(),
                                 [&](const Happening& h) { return h.decision > from && h.decision <= to; });
      if (out.outcome) out.to_outcome = panel.gap + panel.horizon;
      return out;
    }
    for (const Happening& h : fate.happenings) {
      if (h.decision <= day) {
        if (h.ends_life && h.effective >= day) out.left = Exclusion::notice_given;
        continue;
      }
      if (h.decision > to && h.counts) {
        out.to_outcome = h.decision - day;
        out.observed = out.to_outcome;
      } else if (h.decision > to) {
        out.observed = h.decision - day;
      } else if (h.decision <= from) {
        if (!out.left) out.left = Exclusion::in_gap;
      } else if (!h.counts) {
        if (!out.left) out.left = Exclusion::left_otherwise;
      } else {
        out.outcome = true;
        out.to_outcome = out.observed = h.decision - day;
        out.happening = &h;
      }
      break;
    }
    return out;
  }

  // Sets the reason for which the account has no row; nullopt = it has one.
  std::optional<Exclusion> excluded(const score::DayRow& row, const Fate& fate, Label& label_out) const {
    if (outcome && fate.gone(row.day)) return Exclusion::gone;
    const score::State state = row.scores->state[row.at];
    if (state != score::State::scored) return why_unscored(state);
    if (!outcome) return std::nullopt;
    if (!row.days->among.empty()) {
      const auto& among = row.days->among[*outcome];
      if (!among.empty() && among[row.at] == 0) return Exclusion::not_at_risk;
    }
    label_out = label(fate, row.day);
    return label_out.left;
  }

  void put(const engine::Engine& engine, const score::DayRow& row, uint32_t account, size_t position, const Fate& fate,
           const Label& label) {
    const score::LifeScores& s = *row.scores;
    Panel& p = panel;
    order.push_back({static_cast<uint32_t>(position), account, p.day.size()});
    p.day.push_back(static_cast<uint32_t>(position));
    p.account.push_back(account);
    p.cluster.push_back(top_of(account, row.day));
    p.score.push_back(s.score[row.at]);
    const bool has_change = row.at >= kChangeDays && s.state[row.at - kChangeDays] == score::State::scored;
    p.change.push_back(has_change ? s.score[row.at] - s.score[row.at - kChangeDays] : kNoDays);
    p.coverage.push_back(s.coverage[row.at]);
    p.band.push_back(s.band_list[row.at] == 0 ? s.band[row.at] : named_band(engine.plan(), s, row.at));
    p.segment.push_back(s.segment[row.at]);
    put_contracts(engine.portfolio(), row);
    p.outcome_in.push_back(label.outcome ? 1 : 0);
    p.to_outcome.push_back(label.to_outcome);
    p.observed.push_back(label.observed);
    p.amount.push_back(label.happening == nullptr ? kNoAmount : label.happening->amount);
    p.reason.push_back(label.happening == nullptr ? std::string() : label.happening->reason);
    const Day until = label.outcome ? row.day + label.to_outcome : row.day + (p.gap + p.horizon);
    p.treated.push_back(
        std::any_of(fate.treatments.begin(), fate.treatments.end(), [&](Day d) { return d > row.day && d <= until; })
            ? 1
            : 0);
    put_metrics(engine, row);
    if (parts) put_parts(engine, row);
  }

  void put_parts(const engine::Engine& engine, const score::DayRow& row) {
    const score::LifeScores& s = *row.scores;
    ScoreParts& p = panel.parts;
    p.stage.push_back(s.stage[row.at]);
    p.rolled_up.push_back(s.rolled_up[row.at]);
    p.hierarchy.push_back(s.hierarchy[row.at]);
    p.silence.push_back(s.silence[row.at]);
    int32_t sum = 0, limit = INT32_MAX;
    if (!engine.plan().triggers.empty()) {
      for (const score::ActiveTrigger& t : score::active_triggers(engine.plan(), *row.days, row.at)) {
        sum += t.points_hundredths;
        limit = std::min(limit, t.cap_hundredths.value_or(INT32_MAX));
      }
    }
    p.triggers.push_back(sum);
    p.limit.push_back(limit);
    for (size_t m = 0; m < engine.plan().metrics.size(); ++m) p.input.push_back(input_on(engine, row, m));
  }

  double input_on(const engine::Engine& engine, const score::DayRow& row, size_t metric) {
    const engine::MetricDays& days = row.days->metrics[metric];
    const score::MetricPoints points = score::points_on(engine.plan().metrics[metric], days, row.days->first, row.at);
    size_t at = row.at;
    if (points.from) {
      if (*points.from < row.days->first) return kNothing;
      at = static_cast<size_t>(*points.from - row.days->first);
    }
    const bool by_curve = days.input_valid[at] != 0 && days.points[at] == points.points;
    const bool same_curve =
        row.scores->segment[at] == row.scores->segment[row.at] && row.scores->stage[at] == row.scores->stage[row.at];
    if (!by_curve || !same_curve || points.points == engine::kNoPoints) return kNothing;
    return panel.is_text[metric] != 0 ? text_code(engine.text(days.input[at])) : days.input[at];
  }

  // A list of bands of a segment or stage may name other bands; those of the same name are the same.
  int8_t named_band(const plan::Plan& plan, const score::LifeScores& s, size_t at) const {
    const plan::Band* band = score::band_on(plan, s, at);
    if (band == nullptr) return -1;
    const auto found = std::find(panel.bands.begin(), panel.bands.end(), band->name);
    return found == panel.bands.end() ? int8_t{-1} : static_cast<int8_t>(found - panel.bands.begin());
  }

  void put_contracts(const facts::Portfolio& p, const score::DayRow& row) {
    const std::span<const facts::ContractRow> contracts = p.contracts_of(row.account);
    int64_t arr = kNoAmount;
    int32_t to_renewal = kNoDays;
    if (!contracts.empty()) {
      engine::ContractDays days;
      engine::contract_days(p, contracts, row.day, 1, row.day, days);
      if (days.any && days.arr_valid[0] != 0) arr = std::llround(days.arr[0] * kMicros);
      engine::ContractClock clock;
      engine::contract_clock(p, contracts, row.day, 1, row.day, clock);
      if (!clock.days_to_renewal.empty() && clock.days_to_renewal[0] != engine::ContractClock::kNone) {
        to_renewal = clock.days_to_renewal[0];
      }
    }
    panel.arr.push_back(arr);
    panel.to_renewal.push_back(to_renewal);
  }

  // Before it nothing could be said of anybody: contracts may be years older than the first event.
  void forget_days_before_the_first_row() {
    Panel& p = panel;
    const size_t before = p.day.empty() ? p.days.size() : p.day.front();
    p.days.erase(p.days.begin(), p.days.begin() + static_cast<std::ptrdiff_t>(before));
    p.excluded.erase(p.excluded.begin(), p.excluded.begin() + static_cast<std::ptrdiff_t>(before));
    for (uint32_t& day : p.day) day -= static_cast<uint32_t>(before);
  }

  // Engines that know different facts number their texts differently.
  double text_code(std::string_view text) {
    const auto [at, added] = text_codes.try_emplace(std::string(text), panel.texts.size());
    if (added) panel.texts.emplace_back(text);
    return static_cast<double>(at->second);
  }

  void put_metrics(const engine::Engine& engine, const score::DayRow& row) {
    const plan::Plan& plan = engine.plan();
    for (size_t m = 0; m < plan.metrics.size(); ++m) {
      const engine::MetricDays& days = row.days->metrics[m];
      double value = days.valid[row.at] != 0 ? days.value[row.at] : kNothing;
      if (panel.is_text[m] != 0 && !std::isnan(value)) value = text_code(engine.text(value));
      panel.values.push_back(value);
      const score::MetricPoints points = score::points_on(plan.metrics[m], days, row.days->first, row.at);
      panel.points.push_back(points.points == engine::kNoPoints ? kNothing : points.points / kMicros);
    }
  }
};

PanelMaker::PanelMaker(const engine::Engine& all, std::optional<size_t> outcome, std::vector<Day> days, Day last_day,
                       const std::vector<std::string>& treated_by, bool parts)
    : state_(new State{all, outcome, treated_by, parts, {}, {}, {}, {}, {}}) {
  const plan::Plan& plan = all.plan();
  Panel& p = state_->panel;
  p.model = plan.model;
  if (outcome) {
    const plan::Outcome& meaning = plan.outcomes[*outcome];
    p.outcome = meaning.name;
    p.outcome_label = meaning.label;
    p.horizon = meaning.horizon_days;
    p.gap = meaning.gap_days;
    p.absence = meaning.kind == plan::Outcome::Kind::absence;
  }
  p.last_day = last_day;
  p.days = std::move(days);
  p.accounts = all.portfolio().accounts;
  for (const plan::Metric& m : plan.metrics) {
    p.metrics.push_back(m.name);
    p.metric_labels.push_back(m.label);
    p.ours.push_back(m.ours ? 1 : 0);
    p.is_text.push_back(plan.nodes[m.node].type == plan::Type::text ? 1 : 0);
  }
  const bool quantiles =
      std::any_of(plan.bands.begin(), plan.bands.end(), [](const auto& b) { return b.quantile_micros.has_value(); });
  for (const plan::Band& b : plan.bands) {
    p.bands.push_back(b.name);
    if (!quantiles) p.band_from.push_back(b.from_hundredths);
  }
  for (const plan::Segment& s : plan.segments) p.segments.push_back(s.name);
  p.excluded.assign(p.days.size(), {});
  state_->hierarchy = engine::Hierarchy(all, last_day, {}, 1, {});
}
PanelMaker::~PanelMaker() = default;

void PanelMaker::know(const score::AccountHistory& now) {
  Fate& fate = state_->fate_of(now.account);
  for (const engine::LifeDays& life : now.days) {
    const auto alive = std::find_if(life.status.begin(), life.status.end(),
                                    [](engine::AccountStatus s) { return s != engine::AccountStatus::none; });
    if (alive == life.status.end()) continue;
    fate.lives.emplace_back(life.first + static_cast<int32_t>(alive - life.status.begin()),
                            life.first + (static_cast<int32_t>(life.size()) - 1));
  }
}

void PanelMaker::add(const engine::Engine& engine, const score::AccountHistory& history, size_t from, size_t to) {
  State& s = *state_;
  if (history.days.empty()) return;
  const auto account = s.all.portfolio().find_account(engine.portfolio().accounts[history.account]);
  KENKO_CHECK(account.has_value(), "an account that only the past knew");
  const Fate& fate = s.fate_of(*account);
  for (size_t position = from; position < to; ++position) {
    const Day day = s.panel.days[position];
    const score::DayRow row = score::find_day(history, day);
    auto& excluded = s.panel.excluded[position];
    if (row.days == nullptr || row.days->status[row.at] == engine::AccountStatus::none) {
      if (history.days.front().first <= day) ++excluded[static_cast<size_t>(Exclusion::gone)];
      continue;
    }
    Label label;
    if (const auto why = s.excluded(row, fate, label)) {
      ++excluded[static_cast<size_t>(*why)];
    } else {
      s.put(engine, row, *account, position, fate, label);
    }
  }
}

Panel PanelMaker::finish() {
  State& s = *state_;
  Panel& p = s.panel;
  std::sort(s.order.begin(), s.order.end(),
            [](const Row& a, const Row& b) { return std::pair(a.day, a.account) < std::pair(b.day, b.account); });
  for (auto* column : {&p.day, &p.account, &p.cluster}) reorder(*column, s.order);
  for (auto* column : {&p.score, &p.change, &p.coverage, &p.to_renewal, &p.to_outcome, &p.observed}) {
    reorder(*column, s.order);
  }
  for (auto* column : {&p.arr, &p.amount}) reorder(*column, s.order);
  for (auto* column : {&p.outcome_in, &p.treated}) reorder(*column, s.order);
  reorder(p.band, s.order);
  reorder(p.segment, s.order);
  reorder(p.reason, s.order);
  reorder_rows(p.values, p.metrics.size(), s.order);
  reorder_rows(p.points, p.metrics.size(), s.order);
  if (s.parts) {
    ScoreParts& parts = p.parts;
    for (auto* column : {&parts.rolled_up, &parts.hierarchy, &parts.silence, &parts.triggers, &parts.limit}) {
      reorder(*column, s.order);
    }
    reorder(parts.stage, s.order);
    reorder_rows(parts.input, p.metrics.size(), s.order);
  }
  s.forget_days_before_the_first_row();
  return std::move(p);
}

}  // namespace kenko::validate

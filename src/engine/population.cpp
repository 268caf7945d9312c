#include "engine/population.h"

#include <algorithm>
#include <limits>

namespace kenko::engine {
namespace {

constexpr int32_t kUnset = std::numeric_limits<int32_t>::min();

struct Finder {
  const Engine::Bound& bound;
  const facts::Portfolio& portfolio;
  uint32_t account;
  Day until;
  Day known;  ///< facts of later days do not exist; not after `until`
  Population& out;

  [[nodiscard]] size_t index(Day d) const { return static_cast<size_t>(d - out.first); }
  [[nodiscard]] std::span<const facts::AttributeRow> attributes() const {
    return std::span(portfolio.attributes)
        .subspan(bound.attribute_begin[account], bound.attribute_begin[account + 1] - bound.attribute_begin[account]);
  }
  [[nodiscard]] std::span<const facts::ContractRow> contracts() const {
    return std::span(portfolio.contracts)
        .subspan(bound.contract_begin[account], bound.contract_begin[account + 1] - bound.contract_begin[account]);
  }

  // F: the first day of any event, attribute value or contract version that exists.
  bool find_first() {
    Day first = Day::kMax;
    const facts::RowRange rows = portfolio.events_of[account];
    if (rows.size() > 0) first = Day{portfolio.events.day[rows.begin]};
    for (const facts::AttributeRow& row : attributes()) {
      if (row.day != Day::kMin) first = std::min(first, row.day);
    }
    for (const facts::ContractRow& row : contracts()) first = std::min(first, row.fact.valid_from);
    out.first = first;
    return first <= known;
  }

  void read_events() {
    const facts::RowRange rows = portfolio.events_of[account];
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const Day day{portfolio.events.day[row]};
      if (day > known) break;
      const NameKind kind = bound.name_kind[portfolio.events.name[row]];
      if (kind != NameKind::ours) out.fact_day[index(day)] = 1;
      if (kind != NameKind::ours && kind != NameKind::plain) out.marked.push_back({row, day, kind});
    }
  }

  void read_attributes() {
    const auto rows = attributes();
    for (size_t i = 0; i < rows.size(); ++i) {
      const facts::AttributeRow& row = rows[i];
      if (row.day > known) continue;
      const bool first_of_key = i == 0 || rows[i - 1].key != row.key;
      const bool was_null = first_of_key || rows[i - 1].null;
      const bool changed = was_null ? !row.null : row.null || row.value != rows[i - 1].value;
      if (changed && row.day != Day::kMin) out.fact_day[index(row.day)] = 1;
      if (row.key != bound.started_key && row.key != bound.status_key) continue;
      const bool last_of_key = i + 1 == rows.size() || rows[i + 1].key != row.key || rows[i + 1].day > known;
      const Day end = last_of_key ? until : rows[i + 1].day - 1;
      for (Day d = std::max(row.day, out.first); d <= end; ++d) apply(row, index(d));
    }
  }

  void apply(const facts::AttributeRow& row, size_t at) {
    if (row.key == bound.started_key) {
      out.started[at] = row.null || row.value.type != facts::AttributeType::day ? kUnset : row.value.day.number;
      return;
    }
    out.by_attribute[at] = AccountStatus::none;
    if (row.null || row.value.type != facts::AttributeType::text) return;
    const auto& words = portfolio.settings.status_words;
    const auto meaning = words.find(row.value.text);
    if (!words.empty() && meaning == words.end()) return;
    const std::string& says = words.empty() ? row.value.text : meaning->second;
    for (const AccountStatus s :
         {AccountStatus::trial, AccountStatus::onboarding, AccountStatus::active, AccountStatus::paused,
          AccountStatus::notice, AccountStatus::churned, AccountStatus::internal}) {
      if (says == word(s)) out.by_attribute[at] = s;
    }
  }

  void read_contracts() {
    const auto rows = contracts();
    contract_days(portfolio, rows, out.first, until - out.first + 1, known, out.contracts);
    for (size_t i = 0; i < rows.size(); ++i) {
      const facts::ContractFact& c = rows[i].fact;
      if (c.valid_from > known) continue;
      const bool follows =
          i > 0 && rows[i - 1].fact.contract_id == c.contract_id && rows[i - 1].fact.source == c.source;
      // Of two versions of one day the later recorded one alone was ever in force.
      const bool overruled = i + 1 < rows.size() && rows[i + 1].fact.contract_id == c.contract_id &&
                             rows[i + 1].fact.source == c.source && rows[i + 1].fact.valid_from == c.valid_from;
      if (!overruled && !(follows && same_as_before(rows, i))) out.fact_day[index(c.valid_from)] = 1;
    }
  }

  // Says version i the same as the one in force before its day?
  static bool same_as_before(std::span<const facts::ContractRow> rows, size_t i) {
    const facts::ContractFact& c = rows[i].fact;
    for (size_t k = i; k-- > 0;) {
      const facts::ContractFact& before = rows[k].fact;
      if (before.contract_id != c.contract_id || before.source != c.source) return false;
      if (before.valid_from < c.valid_from) return same_terms(before, c);
    }
    return false;
  }

  [[nodiscard]] bool counts(Day d) const { return out.contracts.any && out.contracts.counting[index(d)] > 0; }

  static bool starts(NameKind kind) {
    return kind == NameKind::reactivated || kind == NameKind::subscription_started || kind == NameKind::trial_started;
  }

  [[nodiscard]] Day effective_day(const Population::Marked& churned) const {
    if (bound.effective_at < 0) return churned.day;
    const BoundProperty& p = bound.properties[static_cast<size_t>(bound.effective_at)];
    const uint32_t code = p.code.empty() ? 0 : p.code[churned.row];
    if (code == 0) return churned.day;
    const auto local = parse_local_iso(portfolio.texts.text(code));
    if (!local) return churned.day;
    const TimeZone& zone = portfolio.settings.time_zone;
    return local->has_offset ? zone.day_of(zone.instant_of(*local)) : local->day;
  }

  // The last day that a churn event leaves the life, or kMax when it is ignored.
  [[nodiscard]] Day end_by(const Population::Marked& churned) const {
    const Day effective = effective_day(churned);
    for (const Population::Marked& m : out.marked) {
      if (starts(m.kind) && m.day > effective && m.day <= churned.day) return Day::kMax;
    }
    return std::max(effective, churned.day - 1);
  }

  // The last day of the life that starts on `first`.
  Day end_of_life(Day first) {
    Day end = until;
    for (const Population::Marked& m : out.marked) {
      if (m.kind != NameKind::churned || m.day < first) continue;
      if (m.day > end) break;  // it came after the life had ended
      end = std::min(end, end_by(m));
    }
    bool counted = false;
    for (Day d = first; out.contracts.any && d <= end; ++d) {
      if (counts(d)) {
        counted = true;
      } else if (counted && out.contracts.future[index(d)] == 0) {
        return d - 1;
      }
    }
    return end;
  }

  [[nodiscard]] Day next_life_after(Day end) const {
    Day next = Day::kMax;
    for (const Population::Marked& m : out.marked) {
      if (starts(m.kind) && m.day > end) next = std::min(next, m.day);
    }
    for (Day d = end + 1; out.contracts.any && d <= until && d < next; ++d) {
      if (out.contracts.starting[index(d)] != 0) next = d;
    }
    return next;
  }

  void find_lives() {
    for (Day first = out.first; first <= until;) {
      const Day end = end_of_life(first);
      // A churn recorded for the day before its life's first day leaves no day.
      if (end >= first) out.lives.push_back({first, end});
      find_status(first, end);
      if (end >= until) break;
      first = next_life_after(std::max(end, first));
    }
  }

  void find_status(Day first, Day end) {
    size_t at = 0;
    while (at < out.marked.size() && out.marked[at].day < first) ++at;
    bool paused = false, trial = false, notice = false, counted = false;
    for (Day d = first; d <= end; ++d) {
      for (; at < out.marked.size() && out.marked[at].day <= d; ++at) {
        switch (out.marked[at].kind) {
          case NameKind::paused:
            paused = true;
            break;
          case NameKind::resumed:
            paused = false;
            break;
          case NameKind::trial_started:
            trial = true;
            break;
          case NameKind::subscription_started:
            trial = false;
            break;
          case NameKind::notice_given:
            notice = true;
            break;
          case NameKind::renewed:
            notice = false;
            break;
          case NameKind::churned:
            leaving = leaving || end_by(out.marked[at]) != Day::kMax;
            break;
          default:
            break;
        }
      }
      counted = counted || counts(d);
      const size_t i = index(d);
      const bool alive = out.started[i] == kUnset || d.number >= out.started[i];
      const bool contract_notice = out.contracts.any && out.contracts.notice[i] != 0;
      out.status[i] =
          alive ? status_of(out.by_attribute[i], paused, trial && !counted, notice || leaving || contract_notice)
                : AccountStatus::none;
    }
    leaving = false;
  }
  bool leaving = false;

  static AccountStatus status_of(AccountStatus says, bool paused, bool trial, bool notice) {
    if (says == AccountStatus::internal || says == AccountStatus::churned) return says;
    if (says == AccountStatus::paused || paused) return AccountStatus::paused;
    if (says == AccountStatus::trial || trial) return AccountStatus::trial;
    if (says == AccountStatus::notice || notice) return AccountStatus::notice;
    if (says == AccountStatus::onboarding) return AccountStatus::onboarding;
    return AccountStatus::active;
  }
};

}  // namespace

void find_population(const Engine::Bound& bound, uint32_t account, Day until, Population& out, Day facts_until) {
  Finder finder{bound, bound.portfolio, account, until, std::min(until, facts_until), out};
  out.lives.clear();
  out.marked.clear();
  out.exists = finder.find_first();
  if (!out.exists) return;
  const auto days = static_cast<size_t>(until - out.first + 1);
  out.fact_day.assign(days, 0);
  out.started.assign(days, kUnset);
  out.by_attribute.assign(days, AccountStatus::none);
  out.status.assign(days, AccountStatus::none);
  finder.read_events();
  finder.read_attributes();
  finder.read_contracts();
  finder.find_lives();
}

}  // namespace kenko::engine

#include "reference/population.h"

#include <algorithm>
#include <set>

#include "reference/contracts.h"

namespace kenko::reference {
namespace {

bool is_start_event(const Event& e) {
  return e.name == "account.reactivated" || e.name == "subscription.started" || e.name == "trial.started";
}

// The events of one day.
std::pair<size_t, size_t> events_of(const Account& account, Day d) {
  const auto& all = account.events;
  const auto begin = std::lower_bound(all.begin(), all.end(), d, [](const Event& e, Day x) { return e.day < x; });
  const auto end = std::lower_bound(begin, all.end(), d + 1, [](const Event& e, Day x) { return e.day < x; });
  return {static_cast<size_t>(begin - all.begin()), static_cast<size_t>(end - all.begin())};
}

}  // namespace

Biography::Biography(const Company& company, const Account& account, Day until) : company_(company), account_(account) {
  first_ = find_first_fact_day();
  collect_milestones();
  collect_touches();
  if (!first_) return;

  bool in_life = true;
  Day life_first = *first_;
  bool contract_counted = false;  // on an earlier day of this life
  for (Day d = *first_; d <= until; ++d) {
    if (in_life && life_is_over(d, life_first, contract_counted)) in_life = false;
    if (!in_life && life_begins(d)) {
      in_life = true;
      life_first = d;
      contract_counted = false;
      if (life_is_over(d, life_first, contract_counted)) in_life = false;  // a churn recorded late, on its first day
    }
    DayOfLife day;
    day.fact_day = is_fact_day(d);
    if (in_life) {
      contract_counted = contract_counted || any_contract_counts(company_, account_, d);
      const auto start = started(d);
      day.in_life = true;
      day.life_first = life_first;
      day.alive = !start || *start <= d;
      if (day.alive) day.status = status(d, life_first, contract_counted);
    }
    days_.push_back(day);
  }
}

const DayOfLife& Biography::on(Day d) const {
  static const DayOfLife none;
  if (!first_ || d < *first_ || d - *first_ >= std::ssize(days_)) return none;
  return days_[static_cast<size_t>(d - *first_)];
}

std::optional<Day> Biography::find_first_fact_day() const {
  std::set<Day> days;
  if (!account_.events.empty()) days.insert(account_.events.front().day);
  for (const auto& [key, values] : account_.attributes) {
    for (const DatedValue& v : values) {
      if (v.spoken) days.insert(v.from);
    }
  }
  for (const Contract* contract : account_.contracts) {
    for (const Contract::Version& v : contract->versions) {
      const bool ever_in_force = contract->in_force(v.fact.valid_from) == &v;  // not overruled on its own day
      if (v.account == account_.id && ever_in_force) days.insert(v.fact.valid_from);
    }
  }
  return days.empty() ? std::nullopt : std::optional(*days.begin());
}

std::optional<Day> Biography::started(Day d) const {
  const facts::AttributeValue* value = account_.attribute("started", d);
  return value == nullptr || value->type != facts::AttributeType::day ? std::nullopt : std::optional(value->day);
}

bool Biography::start_event_between(Day after, Day until) const {
  return std::any_of(milestones_.begin(), milestones_.end(),
                     [&](const Event* e) { return is_start_event(*e) && after < e->day && e->day <= until; });
}

// The last day of a life that `churned` ends; nullopt when the event is ignored.
std::optional<Day> Biography::last_day_by(const Event& churned) const {
  Day effective = churned.day;
  if (const std::string* text = churned.property("effective_at")) {
    if (const auto local = parse_local_iso(*text)) {
      const TimeZone& zone = company_.settings().time_zone;
      effective = local->has_offset ? zone.day_of(zone.instant_of(*local)) : local->day;
    }
  }
  if (start_event_between(effective, churned.day)) return std::nullopt;
  return std::max(effective, churned.day - 1);
}

bool Biography::life_is_over(Day d, Day life_first, bool contract_counted) const {
  for (const Event* e : milestones_) {
    if (e->name != "account.churned" || e->day < life_first || e->day > d) continue;
    const auto last = last_day_by(*e);
    if (last && *last < d) return true;
  }
  return contract_counted && !any_contract_counts(company_, account_, d) && !any_contract_to_come(account_, d);
}

bool Biography::life_begins(Day d) const {
  return start_event_between(d - 1, d) || any_contract_starts_counting(company_, account_, d);
}

const Event* Biography::last_event(const std::string& name, Day d, Day life_first) const {
  const Event* last = nullptr;
  for (const Event* e : milestones_) {
    if (e->name == name && life_first <= e->day && e->day <= d) last = e;
  }
  return last;
}

std::string Biography::status(Day d, Day life_first, bool contract_counted) const {
  const facts::Settings& settings = company_.settings();
  const std::string* word = account_.text_attribute(settings.status_attribute, d);
  if (word != nullptr && !settings.status_words.empty()) {
    const auto meaning = settings.status_words.find(*word);
    word = meaning == settings.status_words.end() ? nullptr : &meaning->second;
  }
  const auto says = [word](const char* status) { return word != nullptr && *word == status; };
  // `first` happened in this life and `second` has not followed it.
  const auto unanswered = [&](const char* first, const char* second) {
    const Event* a = last_event(first, d, life_first);
    const Event* b = last_event(second, d, life_first);
    return a != nullptr && (b == nullptr || later(*a, *b));
  };
  if (says("internal")) return "internal";
  if (says("churned")) return "churned";
  if (says("paused") || unanswered("account.paused", "account.resumed")) return "paused";
  if (says("trial") || (unanswered("trial.started", "subscription.started") && !contract_counted)) return "trial";
  if (says("notice") || unanswered("notice.given", "account.renewed")) return "notice";
  if (any_contract_under_notice(company_, account_, d)) return "notice";
  for (const Event* e : milestones_) {
    if (e->name == "account.churned" && life_first <= e->day && e->day <= d && last_day_by(*e)) return "notice";
  }
  return says("onboarding") ? "onboarding" : "active";
}

bool Biography::is_fact_day(Day d) const {
  const auto& ours = company_.settings().ours;
  const auto [begin, end] = events_of(account_, d);
  for (size_t i = begin; i < end; ++i) {
    const std::string& name = account_.events[i].name;
    if (name == "note.added" || name == "override.set" || name == "override.cleared") continue;
    if (std::find(ours.begin(), ours.end(), name) == ours.end()) return true;
  }
  for (const auto& [key, values] : account_.attributes) {
    const facts::AttributeValue* today = account_.attribute(key, d);
    const facts::AttributeValue* before = account_.attribute(key, d - 1);
    if ((today == nullptr) != (before == nullptr)) return true;
    if (today != nullptr && *today != *before) return true;
  }
  return any_contract_changed(account_, d);
}

void Biography::collect_milestones() {
  static const std::set<std::string> names = {"account.churned", "account.paused",      "account.reactivated",
                                              "account.renewed", "account.resumed",     "notice.given",
                                              "trial.started",   "subscription.started"};
  for (const Event& e : account_.events) {
    if (names.contains(e.name)) milestones_.push_back(&e);
  }
}

void Biography::collect_touches() {
  for (const Event& e : account_.events) touches_[e.source].push_back(e.day);
  for (const auto& [key, values] : account_.attributes) {
    for (const DatedValue& v : values) {
      if (v.spoken) touches_[v.source].push_back(v.from);
    }
  }
  for (const Contract* contract : account_.contracts) {
    for (const Contract::Version& v : contract->versions) {
      if (v.account == account_.id) touches_[v.fact.source].push_back(v.fact.valid_from);
    }
  }
  for (auto& [source, days] : touches_) std::sort(days.begin(), days.end());
}

Day Biography::account_start(Day d, Day life_first) const {
  if (life_first != *first_) return life_first;
  return started(d).value_or(*first_);
}

std::optional<Day> Biography::observed_from(const std::string& name, Day d, Day life_first) const {
  std::optional<Day> earliest;
  for (const facts::SourceSettings& s : company_.settings().sources) {
    if (std::find(s.emits.begin(), s.emits.end(), name) == s.emits.end()) continue;
    std::optional<Day> from;
    if (s.covers == facts::Coverage::all) {
      if (const auto start = company_.source_start(s)) from = std::max(*start, account_start(d, life_first));
    } else if (const auto touched = touches_.find(s.name); touched != touches_.end()) {
      const auto first = std::lower_bound(touched->second.begin(), touched->second.end(), life_first);
      if (first != touched->second.end()) from = *first;
    }
    if (from && *from <= d && (!earliest || *from < *earliest)) earliest = from;
  }
  return earliest;
}

}  // namespace kenko::reference

#include "reference/interpret.h"

#include <algorithm>
#include <set>

#include "reference/walk.h"

namespace kenko::reference {
namespace {

using language::Expression;
using Kind = Expression::Kind;

bool calls(const Expression& e, const std::set<std::string>& functions) {
  if (e.kind == Kind::call && functions.contains(e.text)) return true;
  return std::any_of(e.items.begin(), e.items.end(), [&](const Expression& x) { return calls(x, functions); });
}

bool calls(const model::Condition& c, const std::set<std::string>& functions) { return calls(*c.value, functions); }

bool by_quantile(const std::vector<model::Band>& bands) { return !bands.empty() && bands.front().quantile; }

// The events and attributes that a metric reads, through other metrics too.
void collect_reads(const model::Model& model, const model::Metric& m, std::set<std::string>& events,
                   std::set<std::string>& attributes) {
  events.insert(m.reads.events.begin(), m.reads.events.end());
  attributes.insert(m.reads.attributes.begin(), m.reads.attributes.end());
  for (const std::string& name : m.reads.metrics) {
    for (const model::Metric& other : model.metrics) {
      if (other.name == name) collect_reads(model, other, events, attributes);
    }
  }
}

}  // namespace

World::World(const model::Model& model, const Company& company, const std::vector<std::string>& only, Day until)
    : model_(model), company_(company), until_(until) {
  for (const auto& [id, account] : company.accounts()) {
    if (!only.empty() && std::find(only.begin(), only.end(), id) == only.end()) continue;
    walks_.emplace(id, std::make_unique<Walk>(*this, account, until));
  }
  for (const facts::SourceSettings& s : company.settings().sources) {
    if (!s.every_days) continue;
    fact_days_[s.name] = company.fact_days(s.name);
    for (const model::Metric& m : model.metrics) {
      std::set<std::string> events, attributes;
      collect_reads(model, m, events, attributes);
      const bool emits = std::any_of(s.emits.begin(), s.emits.end(), [&](const auto& e) { return events.contains(e); });
      const bool gives = std::any_of(attributes.begin(), attributes.end(),
                                     [&](const std::string& key) { return s.attributes.contains(key); });
      if (emits || gives) sources_of_metric_[m.name].insert(s.name);
    }
  }
}
World::~World() = default;

Walk* World::named_parent(const Walk& account, Day d) {
  const Account* named = company_.parent(account.account(), d);
  if (named == nullptr || named->id == account.id()) return nullptr;
  const auto found = walks_.find(named->id);
  return found == walks_.end() || !found->second->life(d).alive ? nullptr : found->second.get();
}

Walk* World::parent(const Walk& account, Day d) {
  Walk* first = named_parent(account, d);
  std::set<const Walk*> seen;
  for (Walk* at = first; at != nullptr && seen.insert(at).second; at = named_parent(*at, d)) {
    if (at == &account) return nullptr;  // on a cycle
  }
  return first;
}

const std::vector<Walk*>& World::children(const Walk& account, Day d) {
  if (children_day_ != d) {
    children_day_ = d;
    children_.clear();
    for (const auto& [id, walk] : walks_) {
      if (!walk->life(d).alive) continue;
      if (Walk* of = parent(*walk, d)) children_[of].push_back(walk.get());
    }
  }
  return children_[&account];
}

const std::vector<World::Peer>& World::peers(size_t owner, const Expression& e, Day d) {
  const auto [at, fresh] = peers_.try_emplace({owner, &e, d});
  for (const auto& [id, walk] : walks_) {
    if (!fresh || !walk->life(d).alive || !walk->scored_status(d)) continue;
    at->second.push_back({walk.get(), walk->segment(d), walk->value(owner, e, d)});
  }
  return at->second;
}

const Expression* World::curve_value(const model::Metric& metric, const model::Curve& curve) {
  const bool percentile = curve.kind == model::Curve::Kind::percentile;
  if (!percentile && curve.kind != model::Curve::Kind::baseline) return nullptr;
  const auto [at, fresh] = curve_values_.try_emplace(&curve);
  Expression& call = at->second;
  if (fresh) {
    call.kind = Kind::call;
    call.text = percentile ? "percentile" : "vs_own_baseline";
    call.items.push_back(*metric.value);
    if (!percentile) {
      Expression over;
      over.kind = Kind::duration;
      over.days = curve.over_days;
      call.items.push_back(over);
    }
  }
  return &call;
}

std::optional<Day> World::kept_day(const model::Metric& metric, Day d) const {
  const auto sources = sources_of_metric_.find(metric.name);
  if (sources == sources_of_metric_.end()) return std::nullopt;
  std::optional<Day> earliest;
  for (const std::string& name : sources->second) {
    const std::set<Day>& days = fact_days_.at(name);
    const auto after = days.upper_bound(d);
    if (after == days.begin()) continue;
    const Day last = *std::prev(after);
    if (last > d - *company_.settings().find_source(name)->every_days) continue;
    if (!earliest || last < *earliest) earliest = last;
  }
  return earliest;
}

std::vector<int64_t> World::scores_of(Day d, const std::string* segment) const {
  std::vector<int64_t> out;
  for (const auto& [id, walk] : walks_) {
    const DayResult* day = walk->result(d);
    if (day == nullptr || day->state != "scored" || (segment != nullptr && day->segment != *segment)) continue;
    out.push_back(*day->computed);
  }
  return out;
}

void World::score_children_first(Walk& account, Day d, std::set<const Walk*>& done) {
  if (!done.insert(&account).second) return;
  const std::vector<Walk*> mine = children(account, d);
  for (Walk* child : mine) {
    score_children_first(*child, d, done);
    account.sign_of_life = account.sign_of_life || child->sign_of_life;
  }
  account.score(d);
}

std::map<std::string, std::vector<DayResult>> World::run(Day from, const std::set<std::string>& keep) {
  std::optional<Day> first;
  for (const auto& [id, walk] : walks_) {
    const auto begins = walk->biography().first_fact_day();
    if (begins && (!first || *begins < *first)) first = begins;
  }
  for (Day d = std::min(first.value_or(from), from); d <= until_; ++d) {
    std::vector<Walk*> begun;
    for (const auto& [id, walk] : walks_) {
      const auto begins = walk->biography().first_fact_day();
      if (begins && *begins <= d) begun.push_back(walk.get());
    }
    for (Walk* walk : begun) walk->measure(d);
    std::set<const Walk*> done;
    for (Walk* walk : begun) score_children_first(*walk, d, done);
    for (Walk* walk : begun) walk->give_band(d);
    for (Walk* walk : begun) {
      if (d < from || (!keep.empty() && !keep.contains(walk->id()))) walk->forget_metrics();
    }
  }
  std::map<std::string, std::vector<DayResult>> out;
  for (const auto& [id, walk] : walks_) {
    std::vector<DayResult>& days = out[id];
    const Day begins = walk->biography().first_fact_day().value_or(until_ + 1);
    for (Day d = from; d <= until_ && d < begins; ++d) {
      days.emplace_back();
      days.back().day = d;
      days.back().state = "none";
    }
    for (DayResult& day : walk->take_days()) {
      if (day.day >= from) days.push_back(std::move(day));
    }
  }
  return out;
}

std::vector<std::string> accounts(const Company& company) {
  std::vector<std::string> out;
  for (const auto& [id, account] : company.accounts()) out.push_back(id);
  return out;
}

bool looks_at_others(const model::Model& model, const Company& company) {
  static const std::set<std::string> kPeers{"children", "percentile"};
  for (const auto& [id, account] : company.accounts()) {
    if (account.attributes.contains("parent")) return true;  // a child's facts are signs of life
  }
  const auto over = [](const model::Curve& c) { return c.kind == model::Curve::Kind::percentile; };
  for (const model::Metric& m : model.metrics) {
    if (calls(*m.value, kPeers) || over(m.curve)) return true;
  }
  for (const model::Trigger& t : model.triggers) {
    if (calls(t.when, kPeers) || (t.until && calls(*t.until, kPeers))) return true;
  }
  for (const auto* list : {&model.segments, &model.stages}) {
    for (const model::Segment& s : *list) {
      if (calls(s.when, kPeers) || by_quantile(s.bands)) return true;
      if (std::any_of(s.curves.begin(), s.curves.end(), [&](const auto& c) { return over(c.second); })) return true;
    }
  }
  for (const model::Outcome& o : model.outcomes) {
    if (o.among && calls(*o.among, kPeers)) return true;
  }
  return by_quantile(model.bands) || (model.accounts.when && calls(*model.accounts.when, kPeers));
}

std::vector<DayResult> interpret(const model::Model& model, const Company& company, const std::string& account,
                                 Day from, Day to) {
  std::vector<std::string> only;
  if (!looks_at_others(model, company)) only.push_back(account);
  if (company.find(account) == nullptr) {
    std::vector<DayResult> nobody;
    for (Day d = from; d <= to; ++d) {
      nobody.emplace_back();
      nobody.back().day = d;
      nobody.back().state = "none";
    }
    return nobody;
  }
  return World(model, company, only, to).run(from).at(account);
}

std::map<std::string, std::vector<DayResult>> interpret_all(const model::Model& model, const Company& company, Day from,
                                                            Day to, const std::set<std::string>& keep) {
  return World(model, company, {}, to).run(from, keep);
}

std::vector<DayResult> interpret(const model::Model& model, const facts::FactSet& facts,
                                 const facts::Settings& settings, const facts::Cut& cut, const std::string& account,
                                 Day from, Day to) {
  return interpret(model, Company(facts, settings, cut), account, from, to);
}

}  // namespace kenko::reference

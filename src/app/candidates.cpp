#include "app/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "app/event_survey.h"
#include "language/expression.h"
#include "model/load.h"

namespace kenko::app {
namespace {

constexpr int kObservedDays = 28;   // enough for windows that are longer
constexpr int kNamesOfOneStep = 5;  // so many event names further down, a family of metrics gives way to a simpler one
constexpr double kMostly = 0.8;     // share of the events that must have a property
constexpr size_t kProperties = 3;   // of each kind, for one event
constexpr int64_t kFewDifferent = 50;  // a property with no more values may be looked at value by value

// A candidate and how early it is to be looked at.
struct Ranked {
  int order = 0;
  MetricCandidate candidate;
};

// Two kinds of events of which one answers the other.
struct PairWords {
  std::string_view first, second;
};
constexpr std::array<PairWords, 12> kPairs{{{"opened", "solved"},
                                            {"opened", "closed"},
                                            {"opened", "resolved"},
                                            {"issued", "paid"},
                                            {"due", "done"},
                                            {"due", "paid"},
                                            {"started", "completed"},
                                            {"started", "finished"},
                                            {"set", "reached"},
                                            {"sent", "answered"},
                                            {"sent", "replied"},
                                            {"requested", "delivered"}}};

// What happens to the customer relationship itself: that is what is to be foretold, or says that it was decided.
bool is_fate(std::string_view name) {
  return name.starts_with("account.") || name.starts_with("override.") || name == "notice.given" ||
         name == "note.added" || name == "subscription.cancelled" || name == "trial.started";
}

// Letters, digits and single underscores.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (letter || capital) {
      out += capital ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

class Maker {
 public:
  Maker(const facts::Portfolio& portfolio, const model::Model& model, Day until, const CandidateOptions& options)
      : portfolio_(portfolio), model_(model), until_(until), options_(options) {
    for (const model::Metric& m : model.metrics) taken_.insert(m.name);
    for (const model::Constant& c : model.constants) taken_.insert(c.name);
    for (const model::Outcome& o : model.outcomes) {
      if (o.kind != model::Outcome::Kind::absence) forbidden_.insert(o.reads.events.begin(), o.reads.events.end());
    }
  }

  std::vector<MetricCandidate> make() {
    const std::vector<SurveyedEvent> all = survey_events(portfolio_, until_);
    std::vector<const SurveyedEvent*> usable;
    for (const SurveyedEvent& event : all) {
      if (event.accounts >= options_.fewest_accounts && allowed(event.name)) usable.push_back(&event);
    }
    rank_ = 0;
    add_model_metrics();
    add_contracts();
    add_attributes();
    for (const SurveyedEvent* event : usable) {
      add_event(*event);
      ++rank_;
    }
    add_pairs(all);
    std::stable_sort(out_.begin(), out_.end(), [](const Ranked& a, const Ranked& b) { return a.order < b.order; });
    if (out_.size() > options_.most) out_.resize(options_.most);
    std::vector<MetricCandidate> out;
    for (Ranked& r : out_) out.push_back(std::move(r.candidate));
    return out;
  }

 private:
  bool allowed(const std::string& name) const {
    const auto& ours = portfolio_.settings.ours;
    return !forbidden_.contains(name) && !is_fate(name) &&
           (options_.ours || (name != "pulse.set" && std::find(ours.begin(), ours.end(), name) == ours.end()));
  }

  void add(int step, const std::string& name, std::string label, std::string expression, int window,
           std::vector<std::string> events) {
    std::string unique = name.empty() || (name[0] >= '0' && name[0] <= '9') ? "found_" + name : name;
    for (int i = 2; !taken_.insert(unique).second; ++i) unique = fmt::format("{}_{}", name, i);
    std::sort(events.begin(), events.end());
    out_.push_back({step * kNamesOfOneStep + rank_,
                    {std::move(unique), std::move(label), std::move(expression),
                     window > kObservedDays ? kObservedDays : 0, std::move(events)}});
  }

  void add_event(const SurveyedEvent& event) {
    const std::string e = language::quoted_name(event.name);
    const std::string n = plain(event.name);
    const std::string& shown = event.name;
    const std::vector<std::string> reads{event.name};
    const auto put = [&](int step, const std::string& suffix, const std::string& words, std::string expression,
                         int window = 0) {
      add(step, n + "_" + suffix, fmt::format("{}: {}", shown, words), std::move(expression), window, reads);
    };
    for (const auto& [step, days] : {std::pair{2, 7}, {3, 14}, {0, 28}, {2, 56}, {1, 91}}) {
      put(step, fmt::format("{}d", days), fmt::format("how often in {} days", days),
          fmt::format("count({}[{}d])", e, days), days);
    }
    for (const auto& [step, days] : {std::pair{3, 14}, {0, 28}, {2, 56}, {1, 91}}) {
      put(step, fmt::format("days_{}d", days), fmt::format("active days of {}", days),
          fmt::format("active_days({}[{}d])", e, days), days);
    }
    put(0, "since", "days since the last", fmt::format("days_since({})", e));
    for (const auto& [step, days] : {std::pair{3, 7}, {2, 14}, {1, 30}, {3, 60}}) {
      put(step, fmt::format("lately_{}d", days), fmt::format("recent ones (half-life {} days)", days),
          fmt::format("decayed_count({}, half_life: {}d)", e, days));
    }
    put(2, "change", "against the 28 days before", fmt::format("change(count({}[28d]), 28d)", e));
    put(2, "share_28d", "part of a quarter's that is of the last 28 days",
        fmt::format("count({}[28d]) / count({}[91d])", e, e), 91);
    put(2, "slope_8w", "weekly trend over 8 weeks", fmt::format("slope({}[8w])", e), 56);
    put(3, "slope_13w", "weekly trend over 13 weeks", fmt::format("slope({}[13w])", e), 91);
    put(3, "streak", "weeks in a row", fmt::format("streak({}, 7d)", e));
    put(2, "gap_91d", "longest gap in 91 days", fmt::format("longest_gap({}[91d])", e), 91);
    put(2, "against_rhythm", "days since the last, in usual gaps",
        fmt::format("days_since({}) * max(1, active_days({}[91d])) / 91", e, e), 91);
    put(3, "own_past", "this week against its own past", fmt::format("vs_own_baseline(count({}[7d]), 12w)", e));
    put(4, "among_peers", "place among peers", fmt::format("percentile(count({}[28d]))", e));
    if (event.values) add_amounts(event, e, n, "value", "their amount");
    if (event.users > event.accounts) add_people(event, e, n);
    add_properties(event, e, n);
  }

  void add_people(const SurveyedEvent& event, const std::string& e, const std::string& n) {
    const std::vector<std::string> reads{event.name};
    for (const auto& [step, days] : {std::pair{1, 28}, {2, 91}}) {
      add(step, fmt::format("{}_people_{}d", n, days), fmt::format("{}: people in {} days", event.name, days),
          fmt::format("distinct({}[{}d], user)", e, days), days, reads);
    }
    add(3, n + "_regulars", fmt::format("{}: people with 4 active days of 28", event.name),
        fmt::format("users_with({}[28d], days: 4)", e), 28, reads);
    add(2, n + "_people_change", fmt::format("{}: people, against the 28 days before", event.name),
        fmt::format("change(distinct({}[28d], user), 28d)", e), 28, reads);
    if (portfolio_.contracts.empty()) return;
    add(2, n + "_people_per_seat", fmt::format("{}: people for each seat, 28 days", event.name),
        fmt::format("distinct({}[28d], user) / seats()", e), 28, reads);
    add(3, n + "_per_seat", fmt::format("{}: how often for each seat, 28 days", event.name),
        fmt::format("count({}[28d]) / seats()", e), 28, reads);
  }

  void add_amounts(const SurveyedEvent& event, const std::string& e, const std::string& n, const std::string& field,
                   const std::string& words) {
    const std::vector<std::string> reads{event.name};
    const std::string f = field == "value" ? field : language::quoted_name(field);
    const std::string m = n + "_" + plain(field);
    for (const auto& [step, days] : {std::pair{2, 28}, {1, 91}}) {
      add(step, fmt::format("{}_{}d", m, days), fmt::format("{}: sum of {} in {} days", event.name, words, days),
          fmt::format("sum({}[{}d], {})", e, days, f), days, reads);
    }
    add(1, m + "_mean", fmt::format("{}: mean of {} in 91 days", event.name, words),
        fmt::format("mean({}[91d], {})", e, f), 91, reads);
    add(2, m + "_last", fmt::format("{}: {}, the last one", event.name, words), fmt::format("last({}[91d], {})", e, f),
        91, reads);
    for (const auto& [step, days] : {std::pair{3, 14}, {2, 30}, {3, 60}}) {
      add(step, fmt::format("{}_lately_{}d", m, days),
          fmt::format("{}: recent {} (half-life {} days)", event.name, words, days),
          fmt::format("decayed_sum({}, {}, half_life: {}d)", e, f, days), 0, reads);
    }
  }

  void add_properties(const SurveyedEvent& event, const std::string& e, const std::string& n) {
    const std::vector<std::string> reads{event.name};
    size_t numbers = 0, texts = 0;
    std::vector<const SurveyedProperty*> properties;
    for (const SurveyedProperty& p : event.properties) {
      if (p.different > 1) properties.push_back(&p);
    }
    std::stable_sort(properties.begin(), properties.end(),
                     [](const auto* a, const auto* b) { return a->present > b->present; });
    for (const SurveyedProperty* p : properties) {
      if (p->key.find('(') != std::string::npos) continue;
      const std::string f = language::quoted_name(p->key);
      // Numbers of orders, articles and people measure nothing.
      const bool measure = p->numbers > kMostly && p->private_to_one < kMostly && p->codes < kMostly;
      if (measure && p->different > 2) {
        if (++numbers <= kProperties) add_amounts(event, e, n, p->key, p->key);
        continue;
      }
      if (p->days > kMostly || ++texts > kProperties) continue;
      for (const auto& [step, days] : {std::pair{2, 28}, {2, 91}}) {
        add(step, fmt::format("{}_{}_{}d", n, plain(p->key), days),
            fmt::format("{}: different {} in {} days", event.name, p->key, days),
            fmt::format("distinct({}[{}d], {})", e, days, f), days, reads);
      }
      if (p->different > kFewDifferent) continue;
      for (const std::string& value : p->most_used) {
        if (value.find_first_of("\"\\\n") != std::string::npos) continue;
        add(4, fmt::format("{}_{}_{}", n, plain(p->key), plain(value)),
            fmt::format("{} with {} {}: how often in 56 days", event.name, p->key, value),
            fmt::format("count({}{{{} = \"{}\"}}[56d])", e, f, value), 56, reads);
      }
    }
    for (const SurveyedProperty& p : event.properties) {
      if (p.key != "sentiment(text)") continue;
      add(2, n + "_mood", fmt::format("{}: mood of its texts in 91 days", event.name),
          fmt::format("mean({}[91d], sentiment(text))", e), 91, reads);
    }
  }

  // The property by which the events of one name answer those of the other.
  static const SurveyedProperty* shared(const SurveyedEvent& a, const SurveyedEvent& b) {
    const SurveyedProperty* best = nullptr;
    for (const SurveyedProperty& p : a.properties) {
      const auto other =
          std::find_if(b.properties.begin(), b.properties.end(), [&](const auto& q) { return q.key == p.key; });
      if (other == b.properties.end() || p.present < kMostly || other->present < kMostly || p.days > kMostly) continue;
      if (p.different > kFewDifferent && (best == nullptr || p.different > best->different)) best = &p;
    }
    return best;
  }

  void add_pair(const SurveyedEvent& a, const SurveyedEvent& b, const std::string& by) {
    rank_ = 0;
    const std::string n = plain(a.name);
    const std::string pair =
        fmt::format("{}, {}, by: {}", language::quoted_name(a.name), language::quoted_name(b.name), by);
    const std::string windowed =
        fmt::format("{}[91d], {}, by: {}", language::quoted_name(a.name), language::quoted_name(b.name), by);
    const std::string what = fmt::format("{} without {}", a.name, b.name);
    const std::vector<std::string> reads{a.name, b.name};
    add(1, n + "_open", what + ": how many", fmt::format("open({})", pair), 0, reads);
    add(1, n + "_open_age", what + ": days of the oldest", fmt::format("open_age({})", pair), 0, reads);
    add(2, n + "_completion", fmt::format("{}: share with {}, 91 days", a.name, b.name),
        fmt::format("completion({})", windowed), 91, reads);
    add(2, n + "_hours", fmt::format("{}: hours until {}, 91 days", a.name, b.name),
        fmt::format("time_between({})", windowed), 91, reads);
    for (const SurveyedProperty& p : a.properties) {
      if (p.days < kMostly || p.present < kMostly) continue;
      const std::string due = ", due: " + language::quoted_name(p.key);
      add(1, n + "_missed", fmt::format("{}: past {} and not done", a.name, p.key),
          fmt::format("missed({}{})", pair, due), 0, reads);
      add(1, n + "_overdue", fmt::format("{}: days overdue, the longest", a.name),
          fmt::format("overdue_days({}{})", pair, due), 0, reads);
      add(1, n + "_late", fmt::format("{}: days late, mean of 91 days", a.name),
          fmt::format("days_late({}{})", windowed, due), 91, reads);
      if (a.values) {
        add(1, n + "_owed", fmt::format("{}: amount overdue", a.name), fmt::format("overdue_amount({}{})", pair, due),
            0, reads);
      }
      break;
    }
  }

  void add_pairs(const std::vector<SurveyedEvent>& all) {
    for (const SurveyedEvent& a : all) {
      for (const SurveyedEvent& b : all) {
        const size_t dot = a.name.rfind('.');
        if (dot == std::string::npos || b.name.substr(0, dot + 1) != a.name.substr(0, dot + 1)) continue;
        const std::string_view first = std::string_view(a.name).substr(dot + 1);
        const std::string_view second = std::string_view(b.name).substr(dot + 1);
        const bool pair = std::any_of(kPairs.begin(), kPairs.end(),
                                      [&](const PairWords& w) { return w.first == first && w.second == second; });
        if (!pair || a.accounts < options_.fewest_accounts || forbidden_.contains(a.name) || is_fate(a.name)) continue;
        if (forbidden_.contains(b.name) || is_fate(b.name)) continue;
        if (!options_.ours && !allowed(a.name) && !allowed(b.name)) continue;
        if (const SurveyedProperty* by = shared(a, b)) add_pair(a, b, language::quoted_name(by->key));
      }
    }
  }

  void add_contracts() {
    if (portfolio_.contracts.empty()) return;
    add(0, "contract_arr", "ARR", "arr()", 0, {});
    add(0, "contract_seats", "Seats", "seats()", 0, {});
    add(0, "contract_months", "Months of the contract", "term_months()", 0, {});
    add(0, "contract_renewal", "Days until the renewal", "days_to_renewal()", 0, {});
    add(0, "contract_into_term", "Days since the term began", "days_into_term()", 0, {});
    add(1, "contract_arr_change", "ARR against half a year before", "change(arr(), 182d)", 0, {});
    add(1, "contract_seats_change", "Seats against half a year before", "change(seats(), 182d)", 0, {});
  }

  void add_attributes() {
    add(0, "days_as_customer", "Days as a customer", "tenure()", 0, {});
    struct Seen {
      std::set<uint32_t> accounts;
      std::set<facts::AttributeType> types;
    };
    std::map<std::string, Seen> keys;
    for (const facts::AttributeRow& row : portfolio_.attributes) {
      if (row.null || row.day > until_) continue;
      Seen& seen = keys[std::string(portfolio_.texts.text(row.key))];
      seen.accounts.insert(row.account);
      seen.types.insert(row.value.type);
    }
    for (const auto& [key, seen] : keys) {
      if (std::ssize(seen.accounts) < options_.fewest_accounts || seen.types.size() != 1 || key == "started") continue;
      const std::string k = language::quoted_name(key);
      const facts::AttributeType type = *seen.types.begin();
      if (type == facts::AttributeType::number || type == facts::AttributeType::money) {
        add(0, "attribute_" + plain(key), "Attribute " + key, fmt::format("attr({})", k), 0, {});
        add(1, "attribute_" + plain(key) + "_change", fmt::format("{} against half a year before", key),
            fmt::format("change(attr({}), 182d)", k), 0, {});
      } else if (type == facts::AttributeType::day) {
        add(1, "attribute_" + plain(key) + "_in", "Days until " + key, fmt::format("days_until({})", k), 0, {});
      }
    }
  }

  // What the model shows and does not score may be worth scoring.
  void add_model_metrics() {
    for (const model::Metric& m : model_.metrics) {
      if (m.dimension || m.type != model::Type::number || (m.ours.value_or(false) && !options_.ours)) continue;
      add(0, m.name + "_scored", m.label.empty() ? m.name : m.label, language::quoted_name(m.name), 0, m.reads.events);
    }
  }

  const facts::Portfolio& portfolio_;
  const model::Model& model_;
  const Day until_;
  const CandidateOptions& options_;
  std::set<std::string> taken_, forbidden_;
  int rank_ = 0;
  std::vector<Ranked> out_;
};

// Where further metrics can be written: before the first one, as far to the right.
struct Gap {
  size_t offset = 0;
  int64_t lines_before = 0;
  std::string indent;
};

Result<Gap> gap_for_metrics(const std::string& text, const model::Model& model, const std::string& file) {
  const tree::Node& first = model.metrics.front().at;
  const size_t newline = first.offset == 0 ? std::string::npos : text.rfind('\n', first.offset - 1);
  const size_t line = newline == std::string::npos ? 0 : newline + 1;
  Gap out{line, first.line - 1, text.substr(line, first.offset - line)};
  if (out.indent.find_first_not_of(' ') == std::string::npos) return out;
  return Problem{"search-flow-style",
                 {file, first.line, first.column, "metrics"},
                 "further metrics cannot be written into this file: its metrics do not stand on lines of their own",
                 "write each metric on lines of its own below `metrics:`",
                 "",
                 Severity::error};
}

}  // namespace

std::string yaml_quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::vector<MetricCandidate> candidates_for(const facts::Portfolio& portfolio, const model::Model& model, Day until,
                                            const CandidateOptions& options) {
  return Maker(portfolio, model, until, options).make();
}

Result<model::Model> with_candidates(const std::string& model_text, const std::string& file,
                                     const facts::Settings& settings, std::vector<MetricCandidate>& candidates) {
  KENKO_TRY(const model::Model own, model::load(model_text, file, settings));
  const std::string& source = own.document.source();
  KENKO_TRY(const Gap gap, gap_for_metrics(source, own, file));
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    std::string text = source.substr(0, gap.offset);
    for (const MetricCandidate& c : candidates) {
      // One line each, so that the line of a problem tells whose it is.
      text += fmt::format("{}{}: {{value: {}{}}}\n", gap.indent, c.name, yaml_quoted(c.expression),
                          c.min_observed > 0 ? fmt::format(", min_observed: {}d", c.min_observed) : "");
    }
    text += source.substr(gap.offset);
    Result<model::Model> loaded = model::load(text, file, settings);
    if (loaded) return loaded;
    std::set<int64_t> refused;
    for (const Problem& problem : loaded.problems()) {
      const int64_t at = problem.place.line - gap.lines_before - 1;
      if (problem.severity == Severity::error && at >= 0 && at < std::ssize(candidates)) refused.insert(at);
    }
    if (refused.empty() || attempt == kAttempts) return loaded;
    for (auto at = refused.rbegin(); at != refused.rend(); ++at) candidates.erase(candidates.begin() + *at);
  }
}

}  // namespace kenko::app

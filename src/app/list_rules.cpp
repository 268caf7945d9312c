#include "app/list_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "app/account_arr.h"
#include "base/text.h"
#include "engine/contracts.h"
#include "score/day_parts.h"

namespace kenko::app {
namespace {

using explain::Summary;
using M = ListMeasure;

constexpr int32_t kFellHundredths = 500;      // a fall that takes a customer off the happy lists
constexpr int32_t kSteepHundredths = 2'000;   // a fall that needs attention whatever the level
constexpr int32_t kAtRiskHundredths = 6'000;  // below it a customer is at risk
constexpr int32_t kFewestDays = 180;          // of a customer whose story is told
constexpr double kPromoter = 9, kDetractor = 6, kSatisfied = 4.5, kBestPulse = 5, kPoorPulse = 2;
constexpr double kStrongReturn = 3, kSeatsUsed = 0.8, kReached = 0.8;
constexpr double kLongOverdueDays = 30;
constexpr size_t kPains = 3;
constexpr int32_t kTopicDays = 91;

std::string points(int32_t hundredths) { return fmt::format("{:.1f}", hundredths / 100.0); }
std::string number(double value) { return explain::number_text(value); }
std::string money(double amount) { return text::grouped(std::llround(amount)); }
std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

class Rules {
 public:
  explicit Rules(const ListInput& input) : in_(input), portfolio_(input.scoring.portfolio()) {}

  std::optional<ListRow> row(ListName list, const Summary& s) const {
    ListRow out;
    out.summary = &s;
    out.arr = arr_of_account(s.account);
    bool on = false;
    switch (list) {
      case ListName::advocates:
        on = advocate(s, out);
        break;
      case ListName::case_studies:
        on = case_study(s, out);
        break;
      case ListName::upsell:
        on = upsell(s, out);
        break;
      case ListName::collections:
        on = collection(s, out);
        break;
      case ListName::pain_points:
        on = pain(s, out);
        break;
      case ListName::renewals:
        break;  // rows of their own
    }
    return on ? std::optional(std::move(out)) : std::nullopt;
  }

  std::vector<ListRow> renewals(const Summary& s) const {
    std::vector<ListRow> out;
    if (s.now.status == engine::AccountStatus::churned || s.now.status == engine::AccountStatus::internal) return out;
    for (revenue::Due& due : revenue::due_renewals(portfolio_, s.account, day(), in_.within_days)) {
      ListRow row;
      row.summary = &s;
      row.arr = due.arr;
      row.order = {static_cast<double>(-due.renewal.number)};
      row.why = renewal_reason(s, due);
      const validate::Prospect* prospect = in_.prospects.of(s.account);
      if (prospect != nullptr && prospect->renewal_day == due.renewal) row.renews = prospect->renewal;
      row.due = std::move(due);
      out.push_back(std::move(row));
    }
    return out;
  }

 private:
  [[nodiscard]] Day day() const { return in_.scoring.as_of(); }
  [[nodiscard]] std::optional<double> value(M measure, const Summary& s) const {
    return in_.measures.value(measure, s.account);
  }
  [[nodiscard]] double value_or(M measure, const Summary& s, double otherwise) const {
    return value(measure, s).value_or(otherwise);
  }

  [[nodiscard]] int64_t arr_of_account(uint32_t account) const {
    if (portfolio_.contracts_of(account).empty()) return 0;
    return revenue::arr_on(portfolio_, account, day(), {day(), day()}).micros;
  }

  // The score less that of 30 days ago; 0 where either is missing.
  static int32_t change(const Summary& s) {
    return s.now.score < 0 || s.before.score < 0 ? 0 : s.now.score - s.before.score;
  }

  // How many bands stand above that of the account; nullopt without a band.
  [[nodiscard]] std::optional<size_t> below_best(const Summary& s) const {
    if (s.now.state != score::State::scored || s.now.band < 0) return std::nullopt;
    return score::bands_of(in_.scoring.plan(), s.now.band_list).size() - 1 - static_cast<size_t>(s.now.band);
  }

  // A customer in good standing whose score does not fall.
  [[nodiscard]] bool steady(const Summary& s) const {
    return s.now.status == engine::AccountStatus::active && change(s) > -kFellHundredths;
  }

  [[nodiscard]] Sentence score_clause(const Summary& s) const {
    const plan::Band* band = explain::band_of(in_.scoring.plan(), s.now);
    return say("score {}, {}", points(s.now.score), band == nullptr ? "" : band->name);
  }

  // Signs that a customer likes us; appended to `why`.
  size_t likings(const Summary& s, std::vector<Sentence>& why) const {
    const size_t before = why.size();
    if (const double n = value_or(M::references, s, 0); n > 0)
      why.push_back(say("references in a year: {}", number(n)));
    if (const auto v = value(M::nps, s); v && *v >= kPromoter) why.push_back(say("last NPS answer {}", number(*v)));
    if (const auto v = value(M::csat, s); v && *v >= kSatisfied) {
      why.push_back(say("satisfaction {} of 5", number(*v)));
    }
    if (const auto v = value(M::pulse, s); v && *v >= kBestPulse) why.push_back(say("pulse {} of 5", number(*v)));
    return why.size() - before;
  }

  [[nodiscard]] bool annoyed(const Summary& s) const {
    return value_or(M::nps, s, kPromoter) <= kDetractor || value_or(M::pulse, s, kBestPulse) <= kPoorPulse ||
           value_or(M::overdue_days, s, 0) > kLongOverdueDays;
  }

  bool advocate(const Summary& s, ListRow& out) const {
    const auto below = below_best(s);
    if (below != size_t{0} || !steady(s) || annoyed(s)) return false;
    out.why.push_back(score_clause(s));
    const size_t signs = likings(s, out.why);
    const bool asked = in_.measures.has(M::nps) || in_.measures.has(M::csat) || in_.measures.has(M::references) ||
                       in_.measures.has(M::pulse);
    out.order = {static_cast<double>(signs), static_cast<double>(s.now.score)};
    return signs > 0 || !asked;
  }

  // Mean of the weeks of the trend that have a score.
  static double quarter_mean(const Summary& s) {
    double sum = 0;
    int weeks = 0;
    for (const int32_t score : s.trend) {
      if (score < 0) continue;
      sum += score;
      ++weeks;
    }
    return weeks == 0 ? 0 : sum / weeks;
  }

  bool case_study(const Summary& s, ListRow& out) const {
    const auto below = below_best(s);
    if (below != size_t{0} || !steady(s) || annoyed(s) || day() - s.life_first < kFewestDays) return false;
    const plan::Band* band = explain::band_of(in_.scoring.plan(), s.now);
    const double mean = quarter_mean(s);
    if (mean < band->from_hundredths) return false;
    out.why.push_back(say("score {}, {} on average over 13 weeks", points(s.now.score),
                          points(static_cast<int32_t>(std::lround(mean)))));
    size_t signs = 0;
    const double reached = value_or(M::goals_reached, s, 0), missed = value_or(M::goals_missed, s, 0);
    if (reached > 0 && reached / (reached + missed) >= kReached) {
      ++signs;
      out.why.push_back(say("goals reached in a year: {} of {}", number(reached), number(reached + missed)));
    }
    const auto roi = value(M::roi, s);
    if (roi && *roi >= kStrongReturn) {
      ++signs;
      out.why.push_back(say("it has brought them {} times its cost", number(*roi)));
    }
    out.why.push_back(say("seen for {} days", day() - s.life_first));
    out.order = {static_cast<double>(signs), roi.value_or(0), mean};
    return signs > 0 || !(in_.measures.has(M::goals_reached) || in_.measures.has(M::roi));
  }

  [[nodiscard]] double seats(const Summary& s) const {
    double sum = 0;
    for (const auto& c : engine::counting_on(portfolio_, portfolio_.contracts_of(s.account), day())) {
      if (c.fact->seats) sum += c.fact->seats->as_double();
    }
    return sum;
  }

  bool upsell(const Summary& s, ListRow& out) const {
    const auto below = below_best(s);
    const size_t bands = score::bands_of(in_.scoring.plan(), s.now.band_list).size();
    // The upper half of the bands: of four the best two, of three the best.
    if (!below || *below * 2 >= bands - bands % 2 || !steady(s)) return false;
    out.why.push_back(score_clause(s));
    size_t signs = 0;
    if (const auto used = value(M::seats_used, s); used && *used >= kSeatsUsed) {
      ++signs;
      out.why.push_back(say("{} of {} seats in use", percent(*used), number(seats(s))));
    }
    if (const double talks = value_or(M::talks, s, 0); talks > 0) {
      ++signs;
      out.why.push_back(say("talks about more in half a year: {}", number(talks)));
    }
    if (change(s) >= kFellHundredths) {
      ++signs;
      out.why.push_back(say("score up {} in {} days", points(change(s)), explain::kChangeDays));
    }
    out.order = {static_cast<double>(signs), out.arr == revenue::kUnknown ? 0 : static_cast<double>(out.arr),
                 static_cast<double>(s.now.score)};
    return signs > 0;
  }

  [[nodiscard]] std::string due_day(double days_overdue) const {
    return (day() - static_cast<int32_t>(std::lround(days_overdue))).iso();
  }

  bool collection(const Summary& s, ListRow& out) const {
    if (s.now.status == engine::AccountStatus::internal) return false;
    const double days = value_or(M::overdue_days, s, 0), failed = value_or(M::payment_failures, s, 0);
    const auto amount = value(M::overdue_amount, s);
    if (days <= 0 && failed <= 0) return false;
    if (days > 0 && amount) {
      out.owed = amount;
      out.why.push_back(say("{} overdue, the oldest invoice since {}", money(*amount), due_day(days)));
    } else if (days > 0) {
      out.why.push_back(say("the oldest invoice is overdue since {}", due_day(days)));
    }
    if (failed > 0) out.why.push_back(say("failed payments in a quarter: {}", number(failed)));
    if (const double n = value_or(M::reminders, s, 0); n > 0) {
      out.why.push_back(say("reminders in half a year: {}", number(n)));
    }
    if (const auto late = value(M::days_late, s); late && *late > 0) {
      out.why.push_back(say("usually pays {} days late", number(*late)));
    }
    out.order = {out.owed.value_or(0), days, failed};
    return true;
  }

  bool pain(const Summary& s, ListRow& out) const {
    if (s.now.state != score::State::scored) return false;
    if (!in_.at_risk.empty() && in_.at_risk[s.account] == 0) return false;
    const int32_t fall = std::max(0, -change(s));
    if (s.now.score >= kAtRiskHundredths && fall < kSteepHundredths) return false;
    if (fall >= kSteepHundredths) out.why.push_back(say("fell {} in {} days", points(fall), explain::kChangeDays));
    for (const explain::Part* part : worst_parts(s)) {
      out.why.push_back(say("{} {}: −{}", in_.scoring.plan().metrics[part->metric].label,
                            explain::value_text(in_.scoring.engine(), part->metric, part->value),
                            fmt::format("{:.1f}", static_cast<double>(part->lost) / 1e6)));
    }
    tickets(s, out.why);
    const double urgency = 100 - (s.now.score - fall) / 100.0;
    const bool has_arr = out.arr != revenue::kUnknown && out.arr > 0;
    const double weight = portfolio_.contracts.empty() ? 1 : has_arr ? static_cast<double>(out.arr) / 1e6 : 0;
    out.priority = weight * urgency;
    out.order = {*out.priority, urgency};
    return true;
  }

  // What they ask about most.
  void tickets(const Summary& s, std::vector<Sentence>& why) const {
    const double opened = value_or(M::tickets, s, 0);
    if (opened <= 0) return;
    const uint32_t name = portfolio_.texts.find("ticket.opened");
    const facts::PropertyColumn* topics = portfolio_.find_property("topic");
    std::map<std::string_view, int64_t> count;
    const facts::RowRange rows = portfolio_.events_of[s.account];
    for (uint64_t row = rows.begin; row < rows.end && topics != nullptr; ++row) {
      const int32_t at = portfolio_.events.day[row];
      if (portfolio_.events.name[row] != name || at > day().number || at <= day().number - kTopicDays) continue;
      if (const std::string_view topic = portfolio_.property(topics, row); !topic.empty()) ++count[topic];
    }
    const auto most =
        std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == count.end()) {
      why.push_back(say("tickets in a quarter: {}", number(opened)));
    } else {
      why.push_back(
          say("tickets in a quarter: {}, {} of them about {}", number(opened), most->second, std::string(most->first)));
    }
  }

  std::vector<Sentence> renewal_reason(const Summary& s, const revenue::Due& due) const {
    std::vector<Sentence> why;
    const int32_t days = due.renewal - day();
    if (days <= 0) {
      why.push_back(say("its day was {} days ago and nobody has signed or refused", -days));
    } else if (due.auto_renew && due.notice_deadline) {
      why.push_back(say("renews by itself unless they give notice until {}", due.notice_deadline->iso()));
    } else if (due.auto_renew) {
      why.emplace_back("renews by itself");
    } else {
      why.emplace_back("has to be signed");
    }
    if (s.now.state != score::State::scored) {
      why.emplace_back("no score");
      return why;
    }
    why.push_back(score_clause(s));
    if (change(s) <= -kFellHundredths) {
      why.push_back(say("fell {} in {} days", points(-change(s)), explain::kChangeDays));
    }
    if (below_best(s) != size_t{0}) why.insert(why.end(), s.reason.begin(), s.reason.end());
    return why;
  }

 public:
  // The parts that cost the most points, those of our own doing left out.
  [[nodiscard]] std::vector<const explain::Part*> worst_parts(const Summary& s) const {
    std::vector<const explain::Part*> out;
    for (const explain::Part& p : s.now.parts) {
      if (p.lost > 0 && p.evidence && !in_.scoring.plan().metrics[p.metric].ours) out.push_back(&p);
    }
    std::stable_sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->lost > b->lost; });
    if (out.size() > kPains) out.resize(kPains);
    return out;
  }

 private:
  const ListInput& in_;
  const facts::Portfolio& portfolio_;
};

}  // namespace

std::vector<ListMeasure> measures_of(ListName list) {
  switch (list) {
    case ListName::advocates:
      return {M::nps, M::csat, M::references, M::pulse, M::overdue_days};
    case ListName::case_studies:
      return {M::goals_reached, M::goals_missed, M::roi, M::nps, M::pulse, M::overdue_days};
    case ListName::upsell:
      return {M::seats_used, M::talks};
    case ListName::collections:
      return {M::overdue_days, M::overdue_amount, M::payment_failures, M::reminders, M::days_late};
    case ListName::pain_points:
      return {M::tickets};
    case ListName::renewals:
      break;
  }
  return {};
}

Sentence title_of(ListName list) {
  switch (list) {
    case ListName::advocates:
      return "Advocates: whom to ask for a review or a reference";
    case ListName::case_studies:
      return "Case studies: whose success can be told";
    case ListName::renewals:
      return "Renewals: what is due, and how they stand";
    case ListName::upsell:
      return "Upsell: who may want more";
    case ListName::collections:
      return "Collections: who owes money";
    case ListName::pain_points:
      return "Pain points: what hurts those at risk";
  }
  return "";
}

Sentence rule_of(ListName list, int32_t within_days) {
  switch (list) {
    case ListName::advocates:
      return "in the best band, not falling, and with a sign that they like us: a reference in a year, an NPS answer "
             "of 9 "
             "or 10, satisfaction of 4.5, a pulse of 5; nobody who is annoyed or long overdue";
    case ListName::case_studies:
      return "in the best band today and on average over 13 weeks, a customer for 180 days, and 8 of 10 goals of a "
             "year "
             "reached or three times its cost brought back";
    case ListName::renewals:
      return say("contracts that renew within {} days, the first first; those past their day above them", within_days);
    case ListName::upsell:
      return "in the upper half of the bands, not falling, and with a sign: 80 % of the seats in use, talks about more "
             "in "
             "half a year, or a score that rose by 5 in 30 days";
    case ListName::collections:
      return "an invoice is overdue, or a payment failed in the last quarter; the greatest amount first";
    case ListName::pain_points:
      return "score below 60, or 20 points lost in 30 days, of those at risk of the model's outcome; sorted by ARR x "
             "urgency (urgency alone without contracts), "
             "urgency = 100 - (score - points lost in 30 days)";
  }
  return "";
}

std::vector<ListRow> rows_of(ListName list, const ListInput& input) {
  const Rules rules(input);
  std::vector<ListRow> out;
  for (const Summary& s : input.summaries) {
    if (list == ListName::renewals) {
      for (ListRow& row : rules.renewals(s)) out.push_back(std::move(row));
    } else if (auto row = rules.row(list, s)) {
      out.push_back(std::move(*row));
    }
  }
  // Accounts are in the order of their ids: that order stays among equals.
  std::stable_sort(out.begin(), out.end(), [](const ListRow& a, const ListRow& b) { return a.order > b.order; });
  return out;
}

std::vector<Pain> pains_of(const ListInput& input, const std::vector<ListRow>& rows) {
  const Rules rules(input);
  std::map<uint32_t, Pain> pains;
  for (const ListRow& row : rows) {
    for (const explain::Part* part : rules.worst_parts(*row.summary)) {
      Pain& pain = pains[part->metric];
      pain.metric = part->metric;
      ++pain.accounts;
      pain.arr += row.arr == revenue::kUnknown ? 0 : row.arr;
      pain.lost += part->lost;
    }
  }
  std::vector<Pain> out;
  for (const auto& [metric, pain] : pains) out.push_back(pain);
  std::stable_sort(out.begin(), out.end(), [](const Pain& a, const Pain& b) {
    return std::tie(a.accounts, a.lost) > std::tie(b.accounts, b.lost);
  });
  return out;
}

}  // namespace kenko::app

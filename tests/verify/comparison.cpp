#include "verify/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "sql/history.h"

namespace kenko::verify {
namespace {

constexpr int64_t kListed = 20;
constexpr int64_t kListedOfSubject = 3;
constexpr double kNear = 1e-9;

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

const std::vector<int32_t> kNone;

std::string shown(bool valid, double value) { return valid ? fmt::format("{:.17g}", value) : "null"; }

}  // namespace

// One pass over the rows of two tables.
class Comparison::Rows {
 public:
  Rows(Comparison& all, std::string_view oracle, const HistoryTable& native, const HistoryTable& other,
       const HistoryTable* scales)
      : all_(all),
        oracle_(oracle),
        a_(native),
        b_(other),
        scales_(scales),
        tally_(all.tallies_[std::string(oracle)]),
        decays_(all.plan_->metrics.size(), false) {}

  void allow_decays() {
    const std::vector<bool> nodes = sql::rests_on_decay(*all_.plan_);
    for (size_t m = 0; m < decays_.size(); ++m) decays_[m] = sql::rests_on_decay(all_.plan_->metrics[m], nodes);
  }

  void run() {
    list_columns();
    size_t i = 0, j = 0;
    while (i < a_.size() || j < b_.size()) {
      const int order = compare_keys(i, j);
      if (order != 0) {
        missing(order < 0, order < 0 ? i : j);
        (order < 0 ? i : j) += 1;
        continue;
      }
      row(i++, j++);
    }
  }

 private:
  // Negative: only the native table has the row; positive: only the other.
  [[nodiscard]] int compare_keys(size_t i, size_t j) const {
    if (i == a_.size()) return 1;
    if (j == b_.size()) return -1;
    const auto a = std::pair(a_.account[i], a_.day[i]);
    const auto b = std::pair(b_.account[j], b_.day[j]);
    return a < b ? -1 : a == b ? 0 : 1;
  }

  void missing(bool native_has, size_t row) {
    ++tally_.cells;
    const HistoryTable& t = native_has ? a_ : b_;
    all_.differ(false, oracle_, t.account[row], t.day[row], "row", native_has ? "there" : "none",
                native_has ? "none" : "there");
  }

  // A column of integers that both have.
  struct Numbers {
    std::string name;
    const std::vector<int32_t>*a, *b;
  };

  // What both have, and how much of the rest there is.
  void list_columns() {
    const plan::Plan& plan = *all_.plan_;
    for (size_t m = 0; m < plan.metrics.size(); ++m) {
      const HistoryTable::Metric &a = a_.metrics[m], &b = b_.metrics[m];
      const bool both = a.value.empty() == b.value.empty();
      if (both) {
        metrics_.push_back(m);
      } else {
        leave_out("metrics", 2);
        ++tally_.metrics_left_out;
      }
      if (plan.metrics[m].dimension && a.worth.empty() != b.worth.empty())
        leave_out("points after missing and stale", 2);
    }
    for (size_t m = 0; m < plan.metrics.size(); ++m) {
      explained("contribution of " + plan.metrics[m].name, a_.metrics[m].contribution, b_.metrics[m].contribution);
      explained("points lost by " + plan.metrics[m].name, a_.metrics[m].lost, b_.metrics[m].lost);
    }
    const auto at = [](const auto& list, size_t k) { return k < list.size() ? &list[k] : &kNone; };
    for (size_t t = 0; t < plan.triggers.size(); ++t)
      explained("trigger " + plan.triggers[t].name, *at(a_.trigger, t), *at(b_.trigger, t));
    for (size_t k = 0; k < plan.dimensions.size(); ++k)
      explained("start of " + plan.dimensions[k].name, *at(a_.start, k), *at(b_.start, k));
    explained("days in stage", a_.days_in_stage, b_.days_in_stage);
    for (size_t k = 0; k < a_.dimension.size(); ++k)
      add("dimension " + plan.dimensions[k].name, "dimensions", a_.dimension[k], b_.dimension[k]);
    using Column = std::vector<int32_t> HistoryTable::*;
    for (const auto& [name, column] : {std::pair<const char*, Column>{"rolled-up score", &HistoryTable::rolled_up},
                                       {"score", &HistoryTable::score},
                                       {"silence", &HistoryTable::silence},
                                       {"coverage", &HistoryTable::coverage},
                                       {"band", &HistoryTable::band},
                                       {"hierarchy", &HistoryTable::hierarchy},
                                       {"triggers", &HistoryTable::triggers},
                                       {"cap", &HistoryTable::cap},
                                       {"override", &HistoryTable::override_line},
                                       {"segment", &HistoryTable::segment},
                                       {"stage", &HistoryTable::stage}}) {
      if (is_asked(column)) add(name, name, a_.*column, b_.*column);
    }
    states_ = a_.state.empty() == b_.state.empty();
    statuses_ = a_.status.empty() == b_.status.empty();
    if (!states_) leave_out("state", 1);
    if (!statuses_) leave_out("status", 1);
  }

  // A plan without segments, triggers ... has nothing to leave out.
  [[nodiscard]] bool is_asked(std::vector<int32_t> HistoryTable::* column) const {
    if (!(a_.*column).empty() && !(b_.*column).empty()) return true;
    const plan::Plan& plan = *all_.plan_;
    if (column == &HistoryTable::segment) return !plan.segments.empty();
    if (column == &HistoryTable::stage) return !plan.life_stages.empty();
    if (column == &HistoryTable::hierarchy) return plan.hierarchy.uses_children();
    if (column == &HistoryTable::triggers || column == &HistoryTable::cap) return !plan.triggers.empty();
    return true;
  }

  void add(const std::string& name, const char* kind, const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
    if (a.empty() != b.empty()) return leave_out(kind, 1);
    if (!a.empty()) numbers_.push_back({name, &a, &b});
  }

  // What is made on request only: compared where both have it.
  void explained(const std::string& name, const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
    if (!a.empty() && !b.empty()) numbers_.push_back({name, &a, &b});
  }

  void leave_out(const char* kind, uint64_t cells) {
    if (a_.size() == 0 || b_.size() == 0) return;  // no rows is no column either; the rows are compared
    tally_.left_out += cells * a_.size();
    all_.left_out_[fmt::format("{}: {}", oracle_, kind)] += cells * a_.size();
  }

  void row(size_t i, size_t j) {
    if (tainted_account_ != a_.account[i]) {
      tainted_account_ = a_.account[i];
      points_moved_ = edge_crossed_ = false;
    }
    for (const size_t m : metrics_) metric(m, i, j);
    for (const Numbers& n : numbers_) number(n.name, (*n.a)[i], (*n.b)[j], i);
    if (states_) number("state", a_.state[i], b_.state[j], i);
    if (statuses_) number("status", a_.status[i], b_.status[j], i);
  }

  // What follows from points: a moved point moves it by one, a crossed edge by anything.  Silence carries that on to
  // later days of the account.
  void number(const std::string& cell, int32_t a, int32_t b, size_t i) {
    ++tally_.cells;
    if (a == b) return;
    const bool edge = edge_crossed_ || (points_moved_ && std::abs(int64_t{a} - b) <= 1);
    all_.differ(edge, oracle_, a_.account[i], a_.day[i], cell, fmt::format("{}", a), fmt::format("{}", b));
  }

  void metric(size_t m, size_t i, size_t j) {
    const HistoryTable::Metric& a = a_.metrics[m];
    const HistoryTable::Metric& b = b_.metrics[m];
    const bool same = value(m, i, j);
    if (!a.points.empty() && !b.points.empty()) points(m, same, "points", a.points[i], b.points[j], i);
    if (a.worth.empty() || b.worth.empty()) return;
    points(m, same, "points after missing", a.worth[i], b.worth[j], i);
    number(name_of(m) + " evidence", a.evidence[i], b.evidence[j], i);
  }

  [[nodiscard]] std::string name_of(size_t m) const {
    return fmt::format("{} = {}", all_.plan_->metrics[m].name, all_.plan_->metrics[m].expression);
  }

  [[nodiscard]] bool near_edge(size_t m, size_t i) const {
    const auto at = scale_row(i);
    return at >= 0 && !scales_->metrics[m].edge.empty() && scales_->metrics[m].edge[static_cast<size_t>(at)] != 0;
  }

  // Compares the value; true where it is the same, or as near as a decay may be.
  bool value(size_t m, size_t i, size_t j) {
    ++tally_.cells;
    const HistoryTable::Metric& a = a_.metrics[m];
    const HistoryTable::Metric& b = b_.metrics[m];
    const bool both = a.valid[i] != 0 && b.valid[j] != 0;
    bool same = a.valid[i] == b.valid[j] && (!both || same_number(a.value[i], b.value[j]));
    bool edge = false;
    if (decays_[m] && !same) {
      const auto at = scale_row(i);
      const bool scaled = at >= 0 && !scales_->metrics[m].scale.empty();
      const double scale =
          scaled ? scales_->metrics[m].scale[static_cast<size_t>(at)] : std::abs(a.value[i]) + std::abs(b.value[j]);
      edge = near_edge(m, i);
      same = both && std::abs(a.value[i] - b.value[j]) <= kNear * scale;
    }
    if (!same) {
      edge_crossed_ = edge_crossed_ || edge;
      all_.differ(edge, oracle_, a_.account[i], a_.day[i], name_of(m), shown(a.valid[i] != 0, a.value[i]),
                  shown(b.valid[j] != 0, b.value[j]));
    }
    return same;
  }

  // Points of a metric whose values are the `same` (or not).
  void points(size_t m, bool same, const char* what, int32_t a, int32_t b, size_t i) {
    ++tally_.cells;
    if (a == b) return;
    const bool edge = decays_[m] && near_edge(m, i);
    const bool by_one = decays_[m] && same && std::abs(int64_t{a} - b) <= 1;
    points_moved_ = points_moved_ || by_one;
    edge_crossed_ = edge_crossed_ || edge;
    all_.differ(by_one || edge, oracle_, a_.account[i], a_.day[i], fmt::format("{} {}", name_of(m), what),
                fmt::format("{}", a), fmt::format("{}", b));
  }

  // The row of `scales_` for native row i, -1 without one.
  [[nodiscard]] int64_t scale_row(size_t i) const {
    if (scales_ == nullptr) return -1;
    if (i < scales_->size() && scales_->account[i] == a_.account[i] && scales_->day[i] == a_.day[i])
      return static_cast<int64_t>(i);
    return -1;
  }

  Comparison& all_;
  std::string_view oracle_;
  const HistoryTable& a_;
  const HistoryTable& b_;
  const HistoryTable* scales_;
  Tally& tally_;
  std::vector<bool> decays_;     // by metric
  std::vector<size_t> metrics_;  // that both have
  std::vector<Numbers> numbers_;
  bool states_ = false, statuses_ = false;
  uint32_t tainted_account_ = UINT32_MAX;
  bool points_moved_ = false;
  bool edge_crossed_ = false;
};

void Comparison::subject(std::string name, const plan::Plan& plan, const facts::Portfolio& portfolio) {
  subject_ = std::move(name);
  plan_ = &plan;
  portfolio_ = &portfolio;
}

void Comparison::compare(std::string_view oracle, const HistoryTable& native, const HistoryTable& other,
                         const HistoryTable* scales) {
  Rows rows(*this, oracle, native, other, scales);
  rows.allow_decays();
  rows.run();
}

void Comparison::compare_exactly(std::string_view oracle, const HistoryTable& native, const HistoryTable& other) {
  Rows(*this, oracle, native, other, nullptr).run();
}

void Comparison::claim(std::string_view oracle, bool holds, uint32_t account, Day day, std::string_view cell,
                       const std::string& native, const std::string& other) {
  ++tallies_[std::string(oracle)].cells;
  if (!holds) differ(false, oracle, account, day.number, std::string(cell), native, other);
}

void Comparison::differ(bool edge, std::string_view oracle, uint32_t account, int32_t day, std::string cell,
                        std::string native, std::string other) {
  Tally& tally = tallies_[std::string(oracle)];
  ++(edge ? tally.edges : tally.mismatches);
  auto& list = edge ? edge_list_ : differences_;
  // Those of one oracle, and a few of each subject, so that one mistake does not hide another.
  const auto listed = [&](bool same_subject) {
    return std::count_if(list.begin(), list.end(), [&](const Difference& d) {
      return d.oracle == oracle && (!same_subject || d.subject == subject_);
    });
  };
  if (listed(false) >= kListed || listed(true) >= kListedOfSubject) return;
  const std::string id =
      account < portfolio_->accounts.size() ? portfolio_->accounts[account] : fmt::format("#{}", account);
  list.push_back({std::string(oracle), subject_, id, std::move(cell), std::move(native), std::move(other), Day{day}});
}

void Comparison::count_nulls(const HistoryTable& native) {
  for (size_t m = 0; m < native.metrics.size(); ++m) {
    NullShare& share = nulls_[plan_->metrics[m].name];
    share.days += native.size();
    share.nulls += static_cast<uint64_t>(std::count(native.metrics[m].valid.begin(), native.metrics[m].valid.end(), 0));
  }
}

uint64_t Comparison::cells() const {
  uint64_t sum = 0;
  for (const auto& [name, t] : tallies_) sum += t.cells;
  return sum;
}
uint64_t Comparison::mismatches() const {
  uint64_t sum = 0;
  for (const auto& [name, t] : tallies_) sum += t.mismatches;
  return sum;
}
uint64_t Comparison::edges() const {
  uint64_t sum = 0;
  for (const auto& [name, t] : tallies_) sum += t.edges;
  return sum;
}

uint64_t Comparison::left_out() const {
  uint64_t sum = 0;
  for (const auto& [name, t] : tallies_) sum += t.left_out;
  return sum;
}

bool Comparison::good() const {
  constexpr uint64_t kCellsPerEdge = 1'000'000;
  return mismatches() == 0 && edges() <= std::max<uint64_t>(1, cells() / kCellsPerEdge);
}

void Comparison::print(bool by_metric) const {
  fmt::print("\n{:<28} {:>14} {:>11} {:>6} {:>13} {:>9}\n", "compared with native", "cells", "mismatches", "edges",
             "not compared", "seconds");
  for (const auto& [name, t] : tallies_) {
    fmt::print("{:<28} {:>14} {:>11} {:>6} {:>13} {:>9.2f}\n", name, t.cells, t.mismatches, t.edges, t.left_out,
               t.seconds);
  }
  for (const auto& [name, t] : tallies_) {
    if (t.metrics_left_out > 0) fmt::print("{}: {} metrics not compared\n", name, t.metrics_left_out);
  }
  if (!left_out_.empty()) fmt::print("\nnot compared, because one of the two does not compute it:\n");
  for (const auto& [what, cells] : left_out_) fmt::print("  {:<56} {:>14} cells\n", what, cells);
  if (by_metric) {
    fmt::print("\n{:<32} {:>12} {:>9}\n", "metric", "days", "null");
    for (const auto& [name, n] : nulls_) {
      fmt::print("{:<32} {:>12} {:>8.2f}%\n", name, n.days,
                 n.days == 0 ? 0.0 : 100.0 * static_cast<double>(n.nulls) / static_cast<double>(n.days));
    }
  }
  for (const auto* list : {&edge_list_, &differences_}) {
    if (list->empty()) continue;
    fmt::print("\n{}\n", list == &edge_list_ ? "within 1e-9 of an edge:" : "first mismatches:");
    for (const Difference& d : *list) {
      fmt::print("  {} {} account {} day {} {}: native {}, other {}\n", d.subject, d.oracle, d.account, d.day.iso(),
                 d.cell, d.native, d.other);
    }
  }
}

}  // namespace kenko::verify

// docs/SEMANTICS.md from segments to bands, as written, for one account and day at a time and without any state.  Slow.
// Lives, statuses and what metrics read of their own account alone come from the engine; other tests are about those.
#pragma once

#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/decimal.h"
#include "engine/engine.h"
#include "engine/peers.h"
#include "score/some_model.h"

namespace kenko::score {

using engine::AccountStatus;
using Value = std::optional<double>;

struct DefinedDay {
  bool alive = false;
  std::string state = "none";
  std::optional<int32_t> score, computed, rolled_up;
  int32_t hierarchy = 0, triggers = 0, cap = 0, silence = 0, override_line = 0, coverage = 0;
  std::optional<int32_t> before_silence;
  std::optional<std::string> band;
  int segment = -1, stage = -1;
  std::vector<int32_t> dimension;
};

class Definition {
 public:
  Definition(const SomeModel& model, const facts::Portfolio& portfolio, engine::RunOptions options = {})
      : model_(model), plan_(model.plan), portfolio_(portfolio), options_(options) {
    for (const facts::AttributeRow& row : portfolio_.attributes)
      rows_[{row.account, std::string(portfolio_.texts.text(row.key))}].push_back(&row);
    // The engine, told nothing of other accounts: no node here reads them.
    plan::Plan alone = plan_;
    alone.nodes.resize(Nodes::below);
    alone.metrics.clear();
    alone.segments.clear();
    alone.life_stages.clear();
    alone.triggers.clear();
    alone.accounts.when.reset();
    for (plan::NodeId i = 0; i < Nodes::below; ++i) {
      plan::Metric m;
      m.node = m.points_node = i;
      alone.metrics.push_back(m);
    }
    const engine::Engine engine(alone, portfolio_);
    engine::Scratch scratch;
    std::vector<engine::LifeDays> lives;
    for (uint32_t a = 0; a < kAccounts; ++a) {
      engine.run(a, engine::Peers(engine, Day{kDays - 1}, 1, {}, options_), scratch, lives);
      for (const engine::LifeDays& life : lives) {
        for (int32_t i = 0; i < std::ssize(life.status); ++i) {
          Cell& c = cells_[a][life.first.number + i];
          c.in_life = true;
          c.life_first = life.first.number;
          c.status = life.status[static_cast<size_t>(i)];
          for (size_t m = 0; m < Nodes::below; ++m) {
            if (life.metrics[m].valid[static_cast<size_t>(i)] != 0)
              c.own[m] = life.metrics[m].value[static_cast<size_t>(i)];
          }
        }
      }
    }
  }

  [[nodiscard]] uint32_t parent(uint32_t a, int32_t d) {
    const auto [known_parent, fresh] = parents_.try_emplace({a, d}, engine::kNoAccount);
    if (!fresh) return known_parent->second;
    const uint32_t p = named_parent(a, d);
    std::set<uint32_t> seen;
    for (uint32_t up = p; up != engine::kNoAccount && seen.insert(up).second; up = named_parent(up, d)) {
      if (up == a) return engine::kNoAccount;
    }
    return known_parent->second = p;
  }

  [[nodiscard]] const DefinedDay& day(uint32_t a, int32_t d) {
    const auto [it, fresh] = days_.try_emplace({a, d});
    if (fresh) {
      DefinedDay out = define(a, d);
      it->second = out;
    }
    return days_.at({a, d});
  }

  [[nodiscard]] Value node(plan::NodeId id, uint32_t a, int32_t d) {
    const Cell* c = cell(a, d);
    if (c == nullptr || !c->in_life) return {};
    if (id < Nodes::below) return c->own[id];
    const auto found = values_.find({id, a, d});
    if (found != values_.end()) return found->second;
    const Value v = id == Nodes::below         ? children(Nodes::x, plan_.nodes[id].fold, a, d)
                    : id == Nodes::place       ? percentile(Nodes::x, a, d)
                    : id == Nodes::place_below ? children(Nodes::place, plan_.nodes[id].fold, a, d)
                                               : percentile(Nodes::below, a, d);
    values_[{id, a, d}] = v;
    return v;
  }

  [[nodiscard]] int segment(uint32_t a, int32_t d) {
    d = frozen(a, d);
    const auto holds = [&](const plan::Segment& s) {
      return (!s.from || *s.from <= Day{d}) && (!s.until || Day{d} <= *s.until);
    };
    if (holds(plan_.segments[0]) && text(a, "seg", d) == "A") return 0;
    const Value sum = node(Nodes::below, a, d);
    return sum && *sum > plan_.nodes[18].number ? 1 : -1;
  }
  [[nodiscard]] int stage(uint32_t a, int32_t d) { return text(a, "stage", frozen(a, d)) == "S" ? 0 : -1; }

 private:
  struct Cell {
    bool in_life = false;
    int32_t life_first = 0;
    AccountStatus status = AccountStatus::none;
    Value own[Nodes::below];
  };
  const Cell* cell(uint32_t a, int32_t d) {
    const auto it = cells_[a].find(d);
    return it == cells_[a].end() ? nullptr : &it->second;
  }
  bool alive(uint32_t a, int32_t d) { return cell(a, d) != nullptr && cell(a, d)->status != AccountStatus::none; }
  int32_t known(int32_t d) const { return std::min(d, options_.facts_until.value_or(Day{d}).number); }
  // The day whose segment, stage and parent hold.
  int32_t frozen(uint32_t a, int32_t d) {
    if (!options_.freeze_after || d <= options_.freeze_after->number) return d;
    const int32_t f = options_.freeze_after->number;
    return cell(a, f) == nullptr ? d : f;
  }

  const facts::AttributeValue* attribute(uint32_t a, const std::string& key, int32_t d) {
    const facts::AttributeValue* out = nullptr;
    for (const facts::AttributeRow* row : rows_[{a, key}]) {
      if (row->day.number <= known(d)) out = row->null ? nullptr : &row->value;
    }
    return out;
  }
  std::string text(uint32_t a, const std::string& key, int32_t d) {
    const auto* v = attribute(a, key, d);
    return v == nullptr ? "" : v->text;
  }
  bool flag(uint32_t a, const std::string& key, int32_t d) {
    const auto* v = attribute(a, key, d);
    return v != nullptr && v->flag;
  }

  uint32_t named_parent(uint32_t a, int32_t d) {
    if (cell(a, d) == nullptr) return engine::kNoAccount;
    const int32_t at = frozen(a, d);
    const auto p = portfolio_.find_account(text(a, "parent", at));
    return !p || *p == a || !alive(*p, at) || !alive(*p, d) ? engine::kNoAccount : *p;
  }

  Value children(plan::NodeId x, plan::Fold fold, uint32_t a, int32_t d) {
    double out = 0;
    int n = 0;
    for (uint32_t c = 0; c < kAccounts; ++c) {
      if (!alive(c, d) || parent(c, d) != a) continue;
      if (cell(c, d)->status == AccountStatus::churned || cell(c, d)->status == AccountStatus::internal) continue;
      const Value v = node(x, c, d);
      if (!v) continue;
      const bool adds = fold == plan::Fold::sum || fold == plan::Fold::mean;
      out = n == 0 ? *v : adds ? out + *v : fold == plan::Fold::min ? std::min(out, *v) : std::max(out, *v);
      ++n;
    }
    if (fold == plan::Fold::count) return n;
    if (n == 0) return {};
    return fold == plan::Fold::mean ? out / n : out;
  }

  Value percentile(plan::NodeId x, uint32_t a, int32_t d) {
    const Value own = node(x, a, d);
    if (!own) return {};
    int less = 0, equal = 0, n = 0;
    for (uint32_t o = 0; o < kAccounts; ++o) {
      if (o == a || !alive(o, d - 1) || !is_scored(plan_.accounts, cell(o, d - 1)->status)) continue;
      const Value y = node(x, o, d - 1);
      if (!y || segment(o, d - 1) != segment(a, d)) continue;
      ++n;
      less += *y < *own ? 1 : 0;
      equal += *y == *own ? 1 : 0;
    }
    if (n < 10) return {};
    return static_cast<double>(2 * less + equal) / (2.0 * n);
  }

  DefinedDay define(uint32_t a, int32_t d);
  struct Points {
    std::optional<int64_t> points;
    bool evidence = false;
  };
  std::optional<int64_t> by_curve(size_t m, uint32_t a, int32_t d);
  Points after_missing(size_t m, uint32_t a, int32_t d);
  Points points(size_t m, uint32_t a, int32_t d);
  struct Group {
    std::optional<int64_t> value;
    int64_t coverage = 0;
    bool evidence = false;
  };
  Group dimension(size_t i, uint32_t a, int32_t d);
  int64_t metric_weight(size_t m, uint32_t a, int32_t d);
  int64_t dimension_weight(size_t i, uint32_t a, int32_t d);
  bool active(size_t t, uint32_t a, int32_t d);
  bool fact(uint32_t a, int32_t d) {
    const auto found = facts_.find({a, d});
    if (found != facts_.end()) return found->second;
    const bool out = find_fact(a, d);
    facts_[{a, d}] = out;
    return out;
  }
  bool find_fact(uint32_t a, int32_t d);
  std::optional<int32_t> with_children(std::optional<int32_t> own, uint32_t a, int32_t d);
  void set_override(uint32_t a, int32_t d, DefinedDay& out);
  std::optional<std::string> band(uint32_t a, int32_t d, bool all_evidence);
  std::vector<int64_t> cutoffs(uint32_t a, int32_t d, const std::vector<plan::Band>& list);
  const std::vector<plan::Band>& bands_of_day(uint32_t a, int32_t d);

  const SomeModel& model_;
  const plan::Plan& plan_;
  const facts::Portfolio& portfolio_;
  engine::RunOptions options_;
  std::map<int32_t, Cell> cells_[kAccounts];
  std::map<std::pair<uint32_t, std::string>, std::vector<const facts::AttributeRow*>> rows_;
  std::map<std::pair<uint32_t, int32_t>, uint32_t> parents_;
  std::map<std::tuple<plan::NodeId, uint32_t, int32_t>, Value> values_;
  std::map<std::pair<uint32_t, int32_t>, bool> facts_;
  std::map<std::pair<uint32_t, int32_t>, DefinedDay> days_;
};

}  // namespace kenko::score

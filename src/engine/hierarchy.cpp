#include "engine/hierarchy.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/bound.h"
#include "engine/components.h"
#include "engine/in_order.h"
#include "engine/population.h"

namespace kenko::engine {
namespace {

struct Span {
  Day first, last;
};

// What the hierarchy needs to know of one account.
struct Known {
  Day first = Day::kMax;  // its first fact day
  std::vector<LifeSpan> lives;
  std::vector<Span> alive;  // days with a row
  std::vector<Day> facts;   // fact days
};

// The days of a and b both, for ascending lists.
template <typename A, typename B>
std::vector<Span> common(const A& a, const B& b) {
  std::vector<Span> out;
  for (const auto& x : a) {
    for (const auto& y : b) {
      const Day first = std::max(x.first, y.first), last = std::min(x.last, y.last);
      if (first <= last) out.push_back({first, last});
    }
  }
  return out;
}

// What a value of the attribute `parent` says.
struct Said {
  uint32_t account = 0;
  Day first, last;
  uint32_t parent = kNoAccount;  // there is no such account
  std::string_view text;
};

Known look_at(const Engine::Bound& bound, uint32_t account, Day until, const RunOptions& options, Population& p) {
  Known out;
  find_population(bound, account, until, p, options.facts_until.value_or(Day::kMax));
  if (!p.exists) return out;
  out.first = p.first;
  out.lives = p.lives;
  for (const LifeSpan& life : p.lives) {
    for (Day d = life.first; d <= life.last; ++d) {
      const auto at = static_cast<size_t>(d - p.first);
      const bool there = p.status[at] != AccountStatus::none && p.status[at] != AccountStatus::paused;
      if (p.fact_day[at] != 0 && there) out.facts.push_back(d);
      if (p.status[at] == AccountStatus::none) continue;
      if (out.alive.empty() || out.alive.back().last + 1 != d) out.alive.push_back({d, d});
      out.alive.back().last = d;
    }
  }
  return out;
}

}  // namespace

class Hierarchy::Maker {
 public:
  Maker(const Engine& engine, Day until, const RunOptions& options, Hierarchy& out)
      : bound_(engine.bound()), until_(until), options_(options), out_(out) {}

  void run(int threads, std::span<const uint32_t> accounts) {
    read_attributes();
    keep_what_matters(accounts);
    if (said_.empty()) return;
    look_at_accounts(threads);
    for (const Said& s : said_) add_spans(s);
    cut_cycles();
    if (options_.freeze_after) {
      freeze(*options_.freeze_after);
      cut_cycles();
    }
    finish();
  }

 private:
  void read_attributes() {
    const facts::Portfolio& p = bound_.portfolio;
    const uint32_t key = p.texts.find("parent");
    if (key == 0) return;
    const Day known = std::min(until_, options_.facts_until.value_or(until_));
    for (size_t i = 0; i < p.attributes.size(); ++i) {
      const facts::AttributeRow& row = p.attributes[i];
      if (row.key != key || row.null || row.day > known || row.value.type != facts::AttributeType::text) continue;
      const bool next = i + 1 < p.attributes.size() && p.attributes[i + 1].account == row.account &&
                        p.attributes[i + 1].key == key && p.attributes[i + 1].day <= known;
      const auto parent = p.find_account(row.value.text);
      said_.push_back({row.account, row.day, next ? p.attributes[i + 1].day - 1 : until_, parent.value_or(kNoAccount),
                       row.value.text});
    }
  }

  // Leaves out what is neither among the accounts nor ever below them.
  void keep_what_matters(std::span<const uint32_t> accounts) {
    if (accounts.empty()) return;
    std::multimap<uint32_t, uint32_t> below;
    for (const Said& s : said_) below.emplace(s.parent, s.account);
    std::set<uint32_t> matter(accounts.begin(), accounts.end());
    std::vector<uint32_t> open(accounts.begin(), accounts.end());
    while (!open.empty()) {
      const uint32_t account = open.back();
      open.pop_back();
      for (auto [it, end] = below.equal_range(account); it != end; ++it) {
        if (matter.insert(it->second).second) open.push_back(it->second);
      }
    }
    std::erase_if(said_, [&](const Said& s) { return !matter.contains(s.account); });
  }

  void look_at_accounts(int threads) {
    for (const Said& s : said_) {
      known_[s.account];
      if (s.parent != kNoAccount) known_[s.parent];
    }
    std::vector<std::pair<uint32_t, Known*>> all;
    for (auto& [account, known] : known_) all.emplace_back(account, &known);
    at_once(
        all.size(), threads, [] { return Population{}; },
        [&](Population& p, size_t i) { *all[i].second = look_at(bound_, all[i].first, until_, options_, p); });
    out_.base_ = Day::kMax;
    for (const auto& [account, known] : known_) out_.base_ = std::min(out_.base_, known.first);
  }

  void add_spans(const Said& s) {
    if (s.parent == s.account) return;
    const std::vector<Span> said{{s.first, s.last}};
    const std::vector<Span> here = common(said, known_[s.account].lives);
    const Day exists = s.parent == kNoAccount ? Day::kMax : known_[s.parent].first;
    for (const Span& span : here) {
      const Day last = exists > span.last ? span.last : exists - 1;
      if (span.first <= last) out_.orphans_.push_back({s.account, std::string(s.text), false, span.first, last});
    }
    if (s.parent == kNoAccount) return;
    for (const Span& span : common(here, known_[s.parent].alive))
      spans_[s.account].push_back({span.first, span.last, s.parent});
  }

  [[nodiscard]] uint32_t parent_on(uint32_t account, Day day) const {
    const auto found = spans_.find(account);
    if (found == spans_.end()) return kNoAccount;
    for (const ParentSpan& s : found->second) {
      if (s.first <= day && day <= s.last) return s.parent;
    }
    return kNoAccount;
  }

  // Groups of accounts that are above each other on any days.
  [[nodiscard]] std::vector<std::vector<uint32_t>> components() const {
    std::vector<std::pair<uint32_t, uint32_t>> edges;
    for (const auto& [account, spans] : spans_) {
      for (const ParentSpan& s : spans) edges.emplace_back(account, s.parent);
    }
    return strong_components(edges);
  }

  void cut_cycles() {
    for (const auto& group : components()) {
      if (group.size() < 2) continue;
      std::set<Day> edges;  // days on which a parent may change
      for (const uint32_t account : group) {
        for (const ParentSpan& s : spans_[account]) {
          edges.insert(s.first);
          edges.insert(s.last + 1);
        }
      }
      for (auto it = edges.begin(); it != edges.end() && std::next(it) != edges.end(); ++it)
        cut_cycles(group, *it, *std::next(it) - 1);
    }
  }

  // On the days first..last no parent changes.
  void cut_cycles(const std::vector<uint32_t>& group, Day first, Day last) {
    std::map<uint32_t, uint32_t> seen_from;  // account -> the account that the walk that saw it began with
    std::vector<uint32_t> on_cycle;
    for (const uint32_t start : group) {
      uint32_t at = start;
      const auto inside = [&group](uint32_t account) { return std::ranges::binary_search(group, account); };
      while (inside(at) && seen_from.emplace(at, start).second) at = parent_on(at, first);
      if (!inside(at) || seen_from[at] != start) continue;
      for (uint32_t x = parent_on(at, first);; x = parent_on(x, first)) {
        on_cycle.push_back(x);
        if (x == at) break;
      }
    }
    for (const uint32_t account : on_cycle) {
      const uint32_t parent = parent_on(account, first);
      out_.orphans_.push_back({account, bound_.portfolio.accounts[parent], true, first, last});
      cut(spans_[account], first, last);
    }
  }

  static void cut(std::vector<ParentSpan>& spans, Day first, Day last) {
    std::vector<ParentSpan> out;
    for (const ParentSpan& s : spans) {
      if (s.last < first || s.first > last) {
        out.push_back(s);
        continue;
      }
      if (s.first < first) out.push_back({s.first, first - 1, s.parent});
      if (s.last > last) out.push_back({last + 1, s.last, s.parent});
    }
    spans = std::move(out);
  }

  // The accounts that are in a life on the day keep its parent.
  void freeze(Day day) {
    for (const auto& [account, known] : known_) {
      const bool here =
          std::ranges::any_of(known.lives, [day](const LifeSpan& l) { return l.first <= day && day <= l.last; });
      if (!here) continue;
      const uint32_t parent = parent_on(account, day);
      std::vector<ParentSpan>& spans = spans_[account];
      std::erase_if(spans, [day](const ParentSpan& s) { return s.first > day; });
      if (parent == kNoAccount) continue;
      spans.back().last = day;
      if (day < until_) add_later(spans, known, known_[parent], parent, day + 1);
    }
  }

  void add_later(std::vector<ParentSpan>& spans, const Known& child, const Known& above, uint32_t parent, Day from) {
    const std::vector<Span> later{{from, until_}};
    for (const Span& s : common(common(later, child.lives), above.alive)) {
      if (s.first == spans.back().last + 1) {
        spans.back().last = s.last;
      } else {
        spans.push_back({s.first, s.last, parent});
      }
    }
  }

  void finish() {
    std::map<uint32_t, Member> members;
    for (auto& [account, spans] : spans_) {
      if (spans.empty()) continue;
      for (const ParentSpan& s : spans) members[s.parent].children.push_back(account);
      members[account].parents = spans;
    }
    for (auto& [account, member] : members) {
      member.account = account;
      std::sort(member.children.begin(), member.children.end());
      member.children.erase(std::unique(member.children.begin(), member.children.end()), member.children.end());
      out_.members_.push_back(std::move(member));
    }
    out_.groups_ = in_levels(components(), [this](uint32_t account) { return out_.children(account); });
    add_facts();
    std::ranges::sort(out_.orphans_, [](const Orphan& a, const Orphan& b) {
      return std::tie(a.account, a.first) < std::tie(b.account, b.first);
    });
  }

  void add_facts() {
    for (Member& m : out_.members_) {
      if (!m.children.empty()) m.facts_below.assign(static_cast<size_t>(until_ - out_.base_ + 1), 0);
    }
    for (const Member& m : out_.members_) {
      for (const Day day : known_[m.account].facts) {
        for (uint32_t up = out_.parent(m.account, day); up != kNoAccount; up = out_.parent(up, day)) {
          const auto above = static_cast<size_t>(out_.find(up) - out_.members_.data());
          uint8_t& mark = out_.members_[above].facts_below[static_cast<size_t>(day - out_.base_)];
          if (mark != 0) break;  // and so is everything above
          mark = 1;
        }
      }
    }
  }

  const Engine::Bound& bound_;
  Day until_;
  const RunOptions& options_;
  Hierarchy& out_;
  std::vector<Said> said_;
  std::map<uint32_t, Known> known_;
  std::map<uint32_t, std::vector<ParentSpan>> spans_;
};

Hierarchy::Hierarchy(const Engine& engine, Day until, const RunOptions& options, int threads,
                     std::span<const uint32_t> accounts) {
  Maker(engine, until, options, *this).run(threads, accounts);
}

const Hierarchy::Member* Hierarchy::find(uint32_t account) const {
  const auto it = std::lower_bound(members_.begin(), members_.end(), account,
                                   [](const Member& m, uint32_t a) { return m.account < a; });
  return it == members_.end() || it->account != account ? nullptr : &*it;
}

uint32_t Hierarchy::parent(uint32_t account, Day day) const {
  for (const ParentSpan& s : parents(account)) {
    if (s.first <= day && day <= s.last) return s.parent;
  }
  return kNoAccount;
}

std::span<const ParentSpan> Hierarchy::parents(uint32_t account) const {
  const Member* m = find(account);
  return m == nullptr ? std::span<const ParentSpan>{} : std::span<const ParentSpan>{m->parents};
}

std::span<const uint32_t> Hierarchy::children(uint32_t account) const {
  const Member* m = find(account);
  return m == nullptr ? std::span<const uint32_t>{} : std::span<const uint32_t>{m->children};
}

std::vector<uint32_t> Hierarchy::children(uint32_t account, Day day) const {
  std::vector<uint32_t> out;
  for (const uint32_t child : children(account)) {
    if (parent(child, day) == account) out.push_back(child);
  }
  return out;
}

std::span<const uint8_t> Hierarchy::facts_below(uint32_t account) const {
  const Member* m = find(account);
  return m == nullptr ? std::span<const uint8_t>{} : std::span<const uint8_t>{m->facts_below};
}

}  // namespace kenko::engine

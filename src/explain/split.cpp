#include "explain/split.h"

#include <algorithm>

namespace kenko::explain {
namespace {

constexpr int64_t kAll = 100'000'000;  // 100 points in millionths
constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kMicrosPerHundredth = 10'000;

// What is split.
enum class What { share, contribution, lost };

// A member that has points, with what a split needs of it.
struct Worth {
  Member member;
  Int128 weight = 0;
  int64_t points = 0;
  int64_t room = 0;  // in `rollup: points`: what it could still add
};

class Splitter {
 public:
  Splitter(const plan::Plan& plan, Explanation& e) : plan_(plan), e_(e), members_(members_by_dimension(plan, e)) {}

  void run(What what, int64_t total) {
    what_ = what;
    divide(total, plan_.dimensions.size());
  }

 private:
  // Those of a dimension (or of the top) that have points, without those that the day leaves out.
  [[nodiscard]] std::vector<Worth> worths(size_t dimension) const {
    std::vector<Worth> out;
    for (const Member& m : members_[dimension]) {
      Worth w{m, 0, 0, 0};
      if (m.nested) {
        w.weight = e_.groups[m.position].weight_micros;
        w.points = e_.dimension[m.position];
        w.room = kAll - w.points;
        if (w.points < 0) continue;
      } else {
        const Part& p = e_.parts[m.position];
        if (!p.points) continue;
        const plan::Curve& curve = plan_.metrics[p.metric].curve;
        w.weight = p.weight_micros;
        w.points = *p.points;
        const int64_t most = curve.each_micros > 0 ? curve.at_most_micros : 0;
        w.room = std::max<int64_t>(0, most - w.points);
      }
      if (w.weight > 0) out.push_back(w);
    }
    return out;
  }

  void give(const Member& m, int64_t amount) {
    if (m.nested) {
      Group& g = e_.groups[m.position];
      (what_ == What::share ? g.share_micros : what_ == What::contribution ? g.contribution : g.lost) = amount;
      divide(amount, m.position);
    } else {
      Part& p = e_.parts[m.position];
      (what_ == What::share ? p.share_micros : what_ == What::contribution ? p.contribution : p.lost) = amount;
    }
  }

  void divide(int64_t total, size_t dimension) {
    const bool top = dimension == plan_.dimensions.size();
    const plan::Rollup rollup = top ? plan_.rollup : plan_.dimensions[dimension].rollup;
    const std::vector<Worth> all = worths(dimension);
    if (all.empty()) return;
    if (rollup == plan::Rollup::points) return divide_points(total, dimension, all);
    const auto by_points = [](const Worth& a, const Worth& b) { return a.points < b.points; };
    if (rollup == plan::Rollup::min) return give(std::min_element(all.begin(), all.end(), by_points)->member, total);
    if (rollup == plan::Rollup::max) return give(std::max_element(all.begin(), all.end(), by_points)->member, total);
    std::vector<Int128> weights;
    for (const Worth& w : all) {
      weights.push_back(w.weight * (what_ == What::share          ? 1
                                    : what_ == What::contribution ? w.points
                                                                  : kAll - w.points));
    }
    const std::vector<int64_t> amounts = apportion(total, weights);
    for (size_t i = 0; i < all.size(); ++i) give(all[i].member, amounts[i]);
  }

  // The start stands first: it wins ties.
  void divide_points(int64_t total, size_t dimension, const std::vector<Worth>& all) {
    if (what_ == What::share) return;
    const bool lost = what_ == What::lost;
    std::vector<Int128> weights{lost ? 0 : plan_.dimensions[dimension].start_micros};
    Int128 room = 0;
    for (const Worth& w : all) {
      weights.push_back(lost ? w.room : w.points);
      room += w.room;
    }
    if (lost && room == 0) weights.front() = 1;
    const std::vector<int64_t> amounts = apportion(total, weights);
    Group& group = e_.groups[dimension];
    if (lost) {
      group.start_lost = amounts.front();
    } else {
      group.start = amounts.front();
    }
    for (size_t i = 0; i < all.size(); ++i) give(all[i].member, amounts[i + 1]);
  }

  const plan::Plan& plan_;
  Explanation& e_;
  std::vector<std::vector<Member>> members_;
  What what_ = What::share;
};

}  // namespace

std::vector<std::vector<Member>> members_by_dimension(const plan::Plan& plan, const Explanation& e) {
  std::vector<std::vector<Member>> out(plan.dimensions.size() + 1);
  for (uint32_t i = 0; i < e.parts.size(); ++i) {
    const plan::Metric& m = plan.metrics[e.parts[i].metric];
    out[*m.dimension].push_back({m.name, false, i});
  }
  for (uint32_t d = 0; d < plan.dimensions.size(); ++d) {
    const size_t above = plan.dimensions[d].parent ? *plan.dimensions[d].parent : plan.dimensions.size();
    out[above].push_back({plan.dimensions[d].name, true, d});
  }
  for (auto& members : out) {
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
  }
  return out;
}

void split_score(const plan::Plan& plan, Explanation& e) {
  Splitter split(plan, e);
  split.run(What::share, kMicros);
  if (e.rolled_up < 0) return;
  const int64_t total = e.rolled_up * kMicrosPerHundredth;
  split.run(What::contribution, total);
  split.run(What::lost, kAll - total);
}

}  // namespace kenko::explain

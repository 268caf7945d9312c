#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "property/generate_expression.h"
#include "property/generate_parts.h"

namespace kenko::property {
namespace {

using Type = ExpressionMaker::Type;

// Writes one model file.
class ModelMaker {
 public:
  ModelMaker(Random& random, const facts::Settings& settings, const ModelSize& size)
      : random_(random), make_(random, settings), size_(size) {
    if (size.crowd) make_.favourite = vocabulary::FunctionId::percentile;
    if (size.years) make_.favourite = vocabulary::FunctionId::same_period_last_year;
  }

  std::string make() {
    std::string out = fmt::format("kenko: 1\nmodel: random\nmin_coverage: {}%\ntoo_new: {}d\n",
                                  random_.between(0, 6) * 10, random_.between(1, 40));
    out += fmt::format("let: {{month: {}, many: {}, top_plan: {}}}\n", pick({"28d", "3w", "10d"}),
                       pick({"4", "0.75", "20"}), pick({"pro", "enterprise"}));
    if (random_.chance(0.25)) out += fmt::format("rollup: {}\n", pick({"min", "max"}));
    quantiles_ = random_.chance(size_.crowd ? 0.5 : 0.05);
    if (random_.chance(0.35)) out += fmt::format("band_margin: {}\n", pick({"1", "2.5", "10", "0.01"}));
    if (random_.chance(0.35)) out += fmt::format("band_dwell: {}d\n", random_.between(2, 9));
    if (random_.chance(0.3)) out += "quantiles_within: segment\n";
    std::string dimensions = make_dimensions();
    out += dimensions;
    out += make_metrics();
    out += make_triggers();
    out += make_groups("segments", size_.crowd ? 0.25 : 0.55, true);
    out += make_groups("stages", 0.45, false);
    out += make_accounts();
    out += make_hierarchy();
    if (random_.chance(0.3)) out += "inputs:\n  pulse: {event: pulse.set, every: 91d, rubric: {1: bad, 5: good}}\n";
    out += fmt::format("bands: {}\n", random_bands(random_, quantiles_));
    return out;
  }

 private:
  struct Dimension {
    std::string name;
    std::string rollup;
    bool leaf = true;
  };
  struct Metric {
    std::string name;
    bool curve = false;  // has one that a segment may change
    CurveLike like;
  };

  const std::string& pick(const std::vector<std::string>& all) { return pick_of(random_, all); }

  std::string rollup_of_dimension() {
    if (!random_.chance(0.45)) return "mean";
    return pick({"min", "max", "points", "points"});
  }

  // One dimension with what is nested in it, `depth` levels from the top.
  std::string dimension(size_t depth) {
    const size_t own = dimensions_.size();
    dimensions_.push_back({fmt::format("d{}", own), rollup_of_dimension(), true});
    const std::string indent(2 + depth * 4, ' ');
    std::string out =
        fmt::format("{}{}:\n{}  weight: {}\n", indent, dimensions_[own].name, indent, random_weight(random_));
    if (dimensions_[own].rollup != "mean") out += fmt::format("{}  rollup: {}\n", indent, dimensions_[own].rollup);
    if (dimensions_[own].rollup == "points") out += fmt::format("{}  start: {}\n", indent, random_.between(0, 100));
    if (depth < 2 && random_.chance(0.25)) {
      dimensions_[own].leaf = false;
      out += fmt::format("{}  dimensions:\n", indent);
      for (int64_t n = random_.between(1, 2); n > 0; --n) out += dimension(depth + 1);
    }
    return out;
  }

  std::string make_dimensions() {
    std::string out = "dimensions:\n";
    for (int64_t n = random_.between(1, 3); n > 0; --n) out += dimension(0);
    return out;
  }

  // Which dimension the m-th metric counts in: the first ones fill every dimension that nothing is nested in.
  const Dimension* dimension_of(size_t m) {
    std::vector<const Dimension*> leaves;
    for (const Dimension& d : dimensions_) {
      if (d.leaf) leaves.push_back(&d);
    }
    if (m < leaves.size()) return leaves[m];
    if (random_.chance(0.15)) return nullptr;
    return &dimensions_[static_cast<size_t>(random_.between(0, std::ssize(dimensions_) - 1))];
  }

  std::string make_metrics() {
    std::string out = "metrics:\n";
    const size_t leaves = static_cast<size_t>(
        std::count_if(dimensions_.begin(), dimensions_.end(), [](const Dimension& d) { return d.leaf; }));
    for (size_t m = 0; m < std::max(leaves, static_cast<size_t>(size_.metrics)); ++m) out += metric(m, dimension_of(m));
    return out;
  }

  // The value of a metric; half of them one function of the vocabulary, the other half anything.
  std::pair<std::string, Type> value(bool with_text, bool& money) {
    const int64_t what = random_.between(0, 9);
    const int depth = static_cast<int>(random_.between(1, 3));
    if (what == 0) return {make_.flag(depth), Type::flag};
    if (what == 1 && with_text) return {make_.text(depth - 1), Type::text};
    if (what <= 6) {
      const auto made = make_.any_function(static_cast<int>(random_.between(-1, 2)));
      money = made.money;
      return {made.text, Type::number};
    }
    return {make_.number(depth), Type::number};
  }

  std::string metric(size_t m, const Dimension* dimension) {
    // Names do not sort in the order of the file.
    Metric made{fmt::format("{}{}", m % 2 == 0 ? "m" : "a", m), false, {}};
    const bool points = dimension != nullptr && dimension->rollup == "points";
    std::string curve;
    std::string text;
    Type type = Type::number;
    bool money = false;
    if (!points && random_.chance(0.08)) {
      made.like.kind = CurveLike::Kind::words;
      text = make_.how_often();
    } else {
      std::tie(text, type) = value(!points, money);
    }
    if (!reads_facts(text)) {
      text = type == Type::flag   ? fmt::format("{} or count(login[7d]) > 1", text)
             : type == Type::text ? "attr(plan)"
                                  : fmt::format("{} + count(login[7d])", text);
    }
    const bool percentile = reads_percentile(text);
    std::string out = fmt::format("  {}:\n    value: {}\n", made.name, quoted(text));
    if (dimension != nullptr) out += scored(made, *dimension, type, percentile);
    if (random_.chance(0.6))
      out += fmt::format("    min_observed: {}d\n", random_.between(1, 10));
    else if (random_.chance(0.3))
      out += "    young: partial\n";
    if (!money) make_.add_known({made.name, type, percentile});
    if (percentile) percentile_metrics_.insert(made.name);
    metrics_.push_back(made);
    return out;
  }

  std::string scored(Metric& m, const Dimension& dimension, Type type, bool percentile) {
    std::string out = fmt::format("    dimension: {}\n    weight: {}\n", dimension.name, random_weight(random_));
    if (dimension.rollup == "points") {
      out += fmt::format("    each: {}\n", pick({"1", "-1", "5.5", "-0.333333", "20", "-12"}));
      if (random_.chance(0.6)) out += fmt::format("    at_most: {}\n", pick({"10", "33.3", "100", "0.5"}));
    } else {
      m.curve = true;
      if (type == Type::flag) m.like.kind = CurveLike::Kind::flag;
      if (type == Type::text) m.like.kind = CurveLike::Kind::text;
      if (type == Type::number && m.like.kind == CurveLike::Kind::number) {
        if (!percentile && random_.chance(size_.crowd ? 0.25 : 0.03))
          m.like.kind = CurveLike::Kind::percentile;
        else if (random_.chance(0.08))
          m.like = {CurveLike::Kind::baseline, static_cast<int>(random_.between(4, 7))};
      }
      out += fmt::format("    curve: {}\n", random_curve(random_, m.like));
    }
    const std::string missing[] = {"exclude", "exclude", "zero", fmt::format("{{score: {}}}", random_points(random_)),
                                   fmt::format("{{hold: {}d}}", random_.between(1, 60))};
    return out + fmt::format("    missing: {}\n", missing[random_.between(0, 4)]);
  }

  // Whether an expression reads any fact; the check refuses constants.
  [[nodiscard]] bool reads_facts(const std::string& value) const {
    for (const char* word : {"attr(", "seats()", "arr(", "seats(", "[", "days_", "decayed_", "current(", "streak(",
                             "open", "missed(", "overdue", "tenure(", "term_", "children("}) {
      if (value.find(word) != std::string::npos) return true;
    }
    return false;
  }

  [[nodiscard]] bool reads_percentile(const std::string& value) const {
    if (value.find("percentile(") != std::string::npos) return true;
    return std::any_of(percentile_metrics_.begin(), percentile_metrics_.end(), [&](const std::string& name) {
      size_t at = 0;
      while ((at = value.find(name, at)) != std::string::npos) {
        const auto is_word = [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '"';
        };
        const bool begins = at == 0 || !is_word(value[at - 1]);
        at += name.size();
        if (begins && (at == value.size() || !is_word(value[at]))) return true;
      }
      return false;
    });
  }

  // A condition that is neither always nor never true, most of the time.
  std::string condition(bool percentiles) {
    make_.percentiles = percentiles;
    std::string out;
    switch (random_.between(0, 5)) {
      case 0:
        out = fmt::format("count({}[{}d]) > {}", pick({"login", "ticket.opened", "feature.used"}),
                          random_.between(1, 20), random_.between(0, 2));
        break;
      case 1:
        out = fmt::format("attr(plan) = {}", pick({"top_plan", "\"pro\"", "\"free\""}));
        break;
      case 2:
        out = fmt::format("tenure() < {}", random_.between(5, 90));
        break;
      case 3:
        out = fmt::format("attr(size) > {} or attr(vip)", random_.between(0, 18));
        break;
      default:
        out = make_.flag(static_cast<int>(random_.between(0, 2)));
    }
    make_.percentiles = true;
    return quoted(out);
  }

  std::string make_triggers() {
    if (random_.chance(0.35)) return "";
    std::string out = "triggers:\n";
    for (int64_t n = random_.between(1, 3); n > 0; --n) {
      const std::string name = fmt::format("{}{}", pick({"t", "b"}), n);
      triggers_.push_back(name);
      out += fmt::format("  {}:\n    when: {}\n", name, condition(true));
      const int64_t what = random_.between(0, 4);
      if (what != 0)
        out += fmt::format("    points: {}\n", pick({"-20", "-5.25", "10", "-100", "33.33", "0.01", "-60"}));
      if (what <= 1) out += fmt::format("    cap: {}\n", pick({"0", "35", "70.5", "20"}));
      if (random_.chance(0.3)) {
        out += fmt::format("    until: {}\n", condition(true));
      } else if (random_.chance(0.7)) {
        out += fmt::format("    for: {}d\n", random_.between(1, 40));
        if (what != 0 && random_.chance(0.4)) out += fmt::format("    stack: {}\n", random_.between(2, 4));
      }
      if (random_.chance(0.25)) out += "    once: true\n";
    }
    return out;
  }

  std::string make_groups(const std::string& what, double probability, bool dated) {
    if (!random_.chance(probability)) return "";
    std::string out = what + ":\n";
    for (int64_t n = random_.between(1, 3), i = 0; i < n; ++i) {
      out += fmt::format("  {}{}:\n    when: {}\n", what.substr(0, 2), i, condition(false));
      if (dated && random_.chance(0.25)) out += fmt::format("    from: {}\n", (size_.first + day()).iso());
      if (dated && random_.chance(0.25)) out += fmt::format("    until: {}\n", (size_.first + 200 + day()).iso());
      out += changes();
    }
    return out;
  }
  int32_t day() { return static_cast<int32_t>(random_.between(0, 100)); }

  // What a segment or a stage changes.
  std::string changes() {
    std::string weights;
    const auto add = [&](const std::string& name, double nothing) {
      weights += fmt::format("{}{}: {}", weights.empty() ? "" : ", ", name,
                             random_.chance(nothing) ? "0" : random_weight(random_));
    };
    for (const Dimension& d : dimensions_) {
      if (random_.chance(0.25)) add(d.name, 0.1);
    }
    std::string curves;
    for (const Metric& m : metrics_) {
      if (!m.curve) continue;
      if (random_.chance(0.15)) add(m.name, 0.3);
      if (!random_.chance(0.2)) continue;
      curves += fmt::format("{}{}: {}", curves.empty() ? "" : ", ", m.name, random_curve(random_, m.like));
    }
    std::string out;
    if (!weights.empty()) out += fmt::format("    weights: {{{}}}\n", weights);
    if (!curves.empty()) out += fmt::format("    curves: {{{}}}\n", curves);
    if (random_.chance(0.2)) out += fmt::format("    bands: {}\n", random_bands(random_, random_.chance(0.2)));
    std::string triggers;
    for (const std::string& t : triggers_) {
      if (!random_.chance(0.3)) continue;
      triggers += fmt::format("{}{}: {}", triggers.empty() ? "" : ", ", t,
                              pick({"off", "{points: -3}", "{cap: 44}", "{points: 7.5, cap: 90}"}));
    }
    if (!triggers.empty()) out += fmt::format("    triggers: {{{}}}\n", triggers);
    return out;
  }

  std::string make_accounts() {
    if (random_.chance(0.6)) return "";
    std::string out;
    if (random_.chance(0.7))
      out += fmt::format("  status: [{}]\n",
                         pick({"active, trial", "trial, onboarding, active, notice", "active", "active, notice"}));
    if (random_.chance(0.4) || out.empty()) out += fmt::format("  when: {}\n", condition(false));
    return "accounts:\n" + out;
  }

  std::string make_hierarchy() {
    if (random_.chance(0.55)) return "";
    std::string out = fmt::format("hierarchy: {{own: {}", pick({"1", "2", "0", "0.5"}));
    std::string parts;
    for (const char* part : {"worst", "mean", "value_weighted", "poor_by_count", "poor_by_value"}) {
      if (random_.chance(0.4)) parts += fmt::format(", {}: {}", part, random_weight(random_));
    }
    if (parts.empty()) parts = ", worst: 1";
    if (parts.find("poor") != std::string::npos && random_.chance(0.7))
      parts += fmt::format(", poor_below: {}", pick({"60", "33.33", "80", "50"}));
    return out + parts + "}\n";
  }

  Random& random_;
  ExpressionMaker make_;
  ModelSize size_;
  bool quantiles_ = false;
  std::vector<Dimension> dimensions_;
  std::vector<Metric> metrics_;
  std::vector<std::string> triggers_;
  std::set<std::string> percentile_metrics_;
};

}  // namespace

std::string generate_model(uint64_t seed, const facts::Settings& settings, const ModelSize& size) {
  Random random(seed);
  return ModelMaker(random, settings, size).make();
}

}  // namespace kenko::property

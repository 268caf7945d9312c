#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "validate/paired.h"

namespace kenko::validate {
namespace {

std::string fixed(double value, int places) { return fmt::format("{:.{}f}", value, places); }
std::string number(int64_t n) { return text::grouped(n); }
std::string money(int64_t micros) { return text::grouped(std::llround(static_cast<double>(micros) / 1e6)); }

class Finder {
 public:
  explicit Finder(const Comparison& c) : c_(c) {}

  std::vector<Finding> find() {
    if (c_.same_meaning) {
      add(false, "same-meaning", say("{} and {} mean the same: no score differs", c_.before, c_.after));
    } else {
      if (c_.effect) today(*c_.effect);
      if (c_.paired) history(*c_.paired);
    }
    if (!c_.paired) {
      add(true, "no-days-to-compare", "there is too little history to say which of the two foretells better",
          "import older facts, or wait for outcomes");
    }
    return std::move(out_);
  }

 private:
  void add(bool warning, std::string code, Sentence text, Sentence hint = {}) {
    out_.push_back({warning, std::move(code), std::move(text), std::move(hint)});
  }

  struct Moved {
    int64_t accounts = 0, arr = 0;
    void add(const BandMove& m) {
      accounts += m.accounts;
      arr += m.arr;
    }
  };
  struct Moves {
    Moved all, better, worse;
  };

  [[nodiscard]] Sentence in_words(const ModelEffect& e, const Moves& m, bool ordered) const {
    const std::string all = number(m.all.accounts), scored = number(c_.scored), day = e.as_of.iso();
    const bool paying = std::any_of(e.movers.begin(), e.movers.end(), [](const auto& a) { return a.arr != kNoAmount; });
    if (!ordered)
      return say("{} of {} accounts change their band on {}; the two have different bands", all, scored, day);
    if (!paying) {
      return say("{} of {} accounts change their band on {}: {} to a better one, {} to a worse one", all, scored, day,
                 number(m.better.accounts), number(m.worse.accounts));
    }
    return say("{} of {} accounts change their band on {}: {} to a better one (ARR {}), {} to a worse one (ARR {})",
               all, scored, day, number(m.better.accounts), money(m.better.arr), number(m.worse.accounts),
               money(m.worse.arr));
  }

  void today(const ModelEffect& e) {
    Moves moves;
    const bool ordered = c_.bands_before == c_.bands_after;
    const auto position = [&](const std::string& band) {
      return std::find(c_.bands_after.begin(), c_.bands_after.end(), band) - c_.bands_after.begin();
    };
    for (const BandMove& m : e.bands) {
      moves.all.add(m);
      if (m.before.empty() || m.after.empty()) continue;
      (position(m.after) > position(m.before) ? moves.better : moves.worse).add(m);
    }
    if (moves.all.accounts == 0) {
      add(false, "no-band-moves", say("no account changes its band on {}", e.as_of.iso()));
    } else {
      add(false, "bands-move", in_words(e, moves, ordered));
    }
    if (e.lost > 0) {
      add(true, "scores-fewer", say("{} accounts with a score now would have none", number(e.lost)),
          "look at `min_coverage`, `accounts:` and the metrics that left");
    }
  }

  void history(const Paired& p) {
    if (p.accounts_with < kFewestOutcomes) {
      add(true, "too-few-outcomes",
          say("too few accounts had the outcome ({}): with fewer than {} nobody can say which of the two foretells "
              "better",
              p.accounts_with, kFewestOutcomes));
    } else {
      verdict(p);
    }
    lone(p.only_before, c_.before);
    lone(p.only_after, c_.after);
    if (p.other_outcome > 0) {
      add(true, "other-outcome",
          say("{} account-days have the outcome `{}` by one of the two alone and are left out", number(p.other_outcome),
              p.outcome),
          "give both the same `outcomes:`");
    }
  }

  void verdict(const Paired& p) {
    const PairedMeasure& auc = p.measures.front();
    const stats::Estimate& d = auc.difference;
    if (!d.value || !d.low || !d.high || !auc.before.value || !auc.after.value) return;
    const std::string values = fmt::format("{} / {}", fixed(*auc.before.value, 3), fixed(*auc.after.value, 3));
    const std::string low = fixed(*d.low, 3), high = fixed(*d.high, 3);
    if (*d.low > 0) {
      add(false, "foretells-better",
          say("model {} foretells `{}` better than model {}: area within a day {} (95 % interval of the difference {} "
              "to {})",
              c_.after, p.outcome, c_.before, values, low, high),
          "if it was fitted on these days it looks better than it is: --from leaves them out");
    } else if (*d.high < 0) {
      add(true, "foretells-worse",
          say("model {} foretells `{}` worse than model {}: area within a day {} (95 % interval of the difference {} "
              "to {})",
              c_.after, p.outcome, c_.before, values, low, high),
          "keep the other one");
    } else {
      add(false, "no-difference-proven",
          say("no proof that one of the two foretells `{}` better: area within a day {}, the interval of the "
              "difference, {} to {}, includes 0",
              p.outcome, values, low, high),
          "take the one that people understand better");
    }
  }

  void lone(const Alone& alone, const std::string& model) {
    if (alone.rows == 0) return;
    add(true, "scored-by-one",
        say("{} account-days of {} accounts have a score by {} alone, {} of them with the outcome: the comparison "
            "leaves them out",
            number(alone.rows), number(alone.accounts), model, number(alone.outcomes)),
        "the table of exclusions says why");
  }

  const Comparison& c_;
  std::vector<Finding> out_;
};

}  // namespace

std::vector<Finding> findings_of(const Comparison& comparison) { return Finder(comparison).find(); }

}  // namespace kenko::validate

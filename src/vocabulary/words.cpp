#include "vocabulary/vocabulary.h"

namespace kenko::vocabulary {
namespace {

constexpr Word kCurves[] = {
    {"linear", "{0: 0, 4: 70, 28: 100}",
     "straight lines between the points; flat before the first and behind the last"},
    {"steps", "{steps: {0: 10, 5: 50}}", "the points of the greatest number that the value reaches"},
    {"category", "{category: {enterprise: 100, free: 20}, other: 50}",
     "points for texts and flags; `other` for all others"},
    {"words", "{none: 0, monthly: 30, weekly: 70}", "words for a frequency", false},
    {"hill", "{hill: ...}", "a smooth saturation", false},
    {"percentile", "{percentile: ...}", "the place within a peer group", false},
    {"baseline", "{baseline: ...}", "the deviation from the account's own past", false},
};

constexpr Word kMissing[] = {
    {"exclude", "exclude", "the metric's weight goes to its siblings (default)"},
    {"zero", "zero", "0 points, and no evidence"},
    {"score", "{score: 50}", "fixed points, and no evidence"},
    {"hold", "{hold: 60d}", "the last points for a while", false},
};

constexpr Key kKeys[] = {
    {"", "kenko", "1", "required", "version of the model format", "1"},
    {"", "model", "name", "required", "the model's name", "1"},
    {"", "purpose", "text", "", "what the score is for", "1"},
    {"", "healthy_means", "text", "", "what a healthy customer looks like, in words", "1"},
    {"", "outcome", "event name", "account.churned", "the event that the score should foretell", "1"},
    {"", "min_coverage", "per cent", "60%", "share of the weight that must have evidence; below it there is no score",
     "1"},
    {"", "too_new", "days", "28d", "an account younger than this without a score is called too new", "1"},
    {"", "dimensions", "map", "required", "groups of metrics", "1"},
    {"", "metrics", "map", "required", "what is measured", "1"},
    {"", "bands", "map", "required", "ranges of the score, from the lowest up", "1"},
    {"", "segments", "map", "", "other weights and curves for some accounts", "", false},
    {"", "triggers", "map", "", "rules that change the rolled-up score", "", false},
    {"", "accounts", "map", "", "which accounts are scored", "", false},
    {"", "hierarchy", "map", "", "how a parent's score uses its children's", "", false},
    {"", "stages", "map", "", "lifecycle stages", "", false},
    {"", "rollup", "word", "", "another way to roll up: min, max, points", "", false},
    {"", "override", "map", "", "scores that a person sets", "", false},
    {"dimensions", "weight", "number", "required", "relative weight, more than 0", "1"},
    {"dimensions", "label", "text", "the name", "what readers see", "1"},
    {"dimensions", "dimensions", "map", "", "nested dimensions", "", false},
    {"dimensions", "rollup", "word", "", "another way to roll up: min, max, points", "", false},
    {"metrics", "label", "text", "the name", "what readers see", "1"},
    {"metrics", "why", "text", "", "why it matters", "1"},
    {"metrics", "dimension", "name", "none: shown, not scored", "the dimension it counts in", "1"},
    {"metrics", "weight", "number", "1", "relative weight within its dimension, more than 0", "1"},
    {"metrics", "value", "expression", "required", "how it is computed", "1"},
    {"metrics", "curve", "curve", "required with a dimension", "turns the value into 0 to 100 points", "1"},
    {"metrics", "missing", "policy", "exclude", "what an account without a value gets", "1"},
    {"metrics", "min_observed", "days", "the window, else 28d", "how long it must be observed before it has a value",
     "1"},
    {"metrics", "ours", "true or false", "true when all its events are `ours` in kenko.yaml",
     "it rests on what our own team does", "1"},
    {"metrics", "hold", "days", "", "keep the last points for a while", "", false},
    {"metrics", "young", "word", "", "how young accounts are measured", "", false},
    {"metrics", "rollup", "word", "", "another way to roll up: min, max, points", "", false},
    {"bands", "from", "number", "required", "the lowest score of the band; the first band is from 0", "1"},
    {"bands", "color", "text", "by rank", "kept for readers of the file; colours come by rank", "1"},
    {"bands", "quantile", "per cent", "", "cut-offs from the portfolio", "", false},
    {"bands", "margin", "number", "", "how far a score must pass a cut-off", "", false},
    {"bands", "dwell", "days", "", "how long a score must stay", "", false},
};

}  // namespace

std::span<const Word> curves() { return kCurves; }
std::span<const Word> missing_policies() { return kMissing; }
std::span<const Key> model_keys() { return kKeys; }

}  // namespace kenko::vocabulary

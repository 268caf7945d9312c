#include "vocabulary/vocabulary.h"

namespace kenko::vocabulary {
namespace {

constexpr Word kCurves[] = {
    {"linear", "{0: 0, 4: 70, 28: 100}",
     "straight lines between the points; flat before the first and behind the last, or going on with "
     "`{points: {0: 0, 4: 70}, ends: open}` (`below`, `above`)"},
    {"steps", "{steps: {0: 10, 5: 50}}", "the points of the greatest number that the value reaches"},
    {"category", "{category: {enterprise: 100, free: 20}, other: 50}",
     "points for texts and flags; `other` for all others"},
    {"words", "{none: 0, monthly: 30, weekly: 70, daily: 90}",
     "words for times in 28 days: none 0, yearly 1/13, quarterly 4/13, monthly 1, fortnightly 2, weekly 4, daily 20; "
     "straight lines between"},
    {"hill", "{hill: {half: 10, power: 2}}", "rises ever more slowly: `half` gives 50 points; power 1 to 8, default 1"},
    {"percentile", "{percentile: {0%: 0, 50%: 60, 100%: 100}}",
     "straight lines over the place among the accounts of the segment"},
    {"baseline", "{baseline: {-2: 0, 0: 70, 2: 100}, over: 12w}",
     "straight lines over the deviation from the account's own past"},
};

constexpr Word kMissing[] = {
    {"exclude", "exclude", "the metric's weight goes to its siblings (default)"},
    {"zero", "zero", "0 points, and no evidence"},
    {"score", "{score: 50}", "fixed points, and no evidence"},
    {"hold", "{hold: 60d}", "the points of the last day with a value, at most so many days back; they are evidence"},
};

constexpr Word kFilterWords[] = {
    {"starts_with", "starts_with(f, \"x\")", "the text of f begins with x, byte by byte"},
    {"ends_with", "ends_with(f, \"x\")", "it ends with x"},
    {"contains", "contains(f, \"x\")", "x is somewhere in it"},
    {"one_of", "one_of(f, \"a\", \"b\", ...)", "f equals one of these texts or numbers"},
    {"between", "between(f, 1, 9)", "f is a number from 1 to 9, both included"},
    {"is_empty", "is_empty(f)", "the event has no f"},
    {"about", "about(\"billing\")", "the event's text is about this topic"},
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
    {"", "let", "map", "", "names for numbers, texts, flags and windows", "1"},
    {"", "rollup", "word", "mean", "how the dimensions become the score: mean, min or max", "1"},
    {"", "segments", "map", "",
     "other weights, curves, bands and triggers for some accounts; the first that holds counts", "1"},
    {"", "stages", "map", "", "lifecycle stages, the first that holds counts; they may change what segments may", "1"},
    {"", "triggers", "map", "", "rules that change the rolled-up score", "1"},
    {"", "accounts", "map", "", "which accounts are scored", "1"},
    {"", "hierarchy", "map", "", "how a parent's score uses its children's", "1"},
    {"", "inputs", "map", "", "what the model needs from people, and how often", "1"},
    {"", "band_margin", "number", "0", "how many points a score must pass a cut-off to change its band", "1"},
    {"", "band_dwell", "days", "1d", "how many scored days in a row it must do so", "1"},
    {"", "quantiles_within", "word", "portfolio", "bands by quantile: of the portfolio or of the segment", "1"},
    {"dimensions", "weight", "number", "required", "relative weight, more than 0", "1"},
    {"dimensions", "label", "text", "the name", "what readers see", "1"},
    {"dimensions", "dimensions", "map", "", "nested dimensions", "1"},
    {"dimensions", "rollup", "word", "mean", "how its members become one: mean, min, max or points", "1"},
    {"dimensions", "start", "number", "0", "with `rollup: points`: where the points start", "1"},
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
    {"metrics", "young", "word", "full", "`partial`: observed for 14 days is enough", "1"},
    {"metrics", "each", "number", "", "in a dimension with `rollup: points`: points for one, may be negative", "1"},
    {"metrics", "at_most", "number", "100", "with `each`: the most points it may add or take", "1"},
    {"bands", "from", "number", "required", "the lowest score of the band; the first band is from 0", "1"},
    {"bands", "color", "text", "by rank", "kept for readers of the file; colours come by rank", "1"},
    {"bands", "quantile", "per cent", "", "instead of `from`: from this quantile of the scores of the day before", "1"},
    {"segments", "when", "expression", "required", "the condition", "1"},
    {"segments", "label", "text", "the name", "what readers see", "1"},
    {"segments", "from", "day", "", "the first day on which it applies", "1"},
    {"segments", "until", "day", "", "the last day on which it applies", "1"},
    {"segments", "weights", "map", "", "other weights of dimensions and metrics; 0 leaves one out", "1"},
    {"segments", "curves", "map", "", "other curves of metrics", "1"},
    {"segments", "bands", "map", "", "other bands", "1"},
    {"segments", "triggers", "map", "", "other points or cap of a trigger, or `off`", "1"},
    {"stages", "when", "expression", "required", "the condition", "1"},
    {"stages", "label", "text", "the name", "what readers see", "1"},
    {"stages", "weights", "map", "", "as in segments; a stage counts before the segment", "1"},
    {"stages", "curves", "map", "", "as in segments", "1"},
    {"stages", "bands", "map", "", "as in segments", "1"},
    {"stages", "triggers", "map", "", "as in segments", "1"},
    {"triggers", "when", "expression", "required", "the condition", "1"},
    {"triggers", "label", "text", "the name", "what readers see", "1"},
    {"triggers", "why", "text", "", "why it matters", "1"},
    {"triggers", "points", "number", "", "added to the score while it is active, -100 to 100", "1"},
    {"triggers", "cap", "number", "", "the score is at most this while it is active", "1"},
    {"triggers", "for", "days", "1d", "active for so many days from the last day on which the condition held", "1"},
    {"triggers", "until", "expression", "", "active until this holds, instead of `for`", "1"},
    {"triggers", "stack", "number", "1", "with `for` and `points`: counts up to so many starts", "1"},
    {"triggers", "once", "true or false", "false", "only the first time in a life", "1"},
    {"accounts", "status", "list", "[onboarding, active, notice]",
     "the statuses that are scored; trial is possible too", "1"},
    {"accounts", "when", "expression", "", "only accounts for which it holds are scored", "1"},
    {"hierarchy", "own", "number", "1", "weight of the account's own score", "1"},
    {"hierarchy", "worst", "number", "0", "weight of the worst child's score", "1"},
    {"hierarchy", "mean", "number", "0", "weight of the mean of the children's scores", "1"},
    {"hierarchy", "value_weighted", "number", "0", "weight of their mean weighted by ARR", "1"},
    {"hierarchy", "poor_by_count", "number", "0", "weight of the share of children that are not poor, by count", "1"},
    {"hierarchy", "poor_by_value", "number", "0", "the same by ARR", "1"},
    {"hierarchy", "poor_below", "number", "40", "a child with a lower score is poor", "1"},
    {"inputs", "event", "event name", "required", "what is to be entered", "1"},
    {"inputs", "every", "days", "required", "how often", "1"},
    {"inputs", "label", "text", "the name", "what readers see", "1"},
    {"inputs", "from", "text", "", "who knows it", "1"},
    {"inputs", "rubric", "map", "", "what each number means", "1"},
};

}  // namespace

std::span<const Word> curves() { return kCurves; }
std::span<const Word> missing_policies() { return kMissing; }
std::span<const Word> filter_words() { return kFilterWords; }
std::span<const Key> model_keys() { return kKeys; }

}  // namespace kenko::vocabulary

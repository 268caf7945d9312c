#include "app/calibration_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/hash.h"
#include "ports/files.h"
#include "report/table.h"
#include "tree/reader.h"
#include "validate/cases.h"

namespace kenko::app {
namespace {

using validate::Calibration;
using validate::Curve;
using validate::Judgement;
using validate::Question;
using validate::Verdict;

constexpr Question kQuestions[] = {Question::churn, Question::renewal, Question::expansion};
constexpr Verdict kVerdicts[] = {Verdict::calibrated, Verdict::no_data,   Verdict::too_few,
                                 Verdict::wrong_way,  Verdict::slope_off, Verdict::no_better};

std::string list_text(std::span<const double> values) {
  std::string out = "[";
  for (const double v : values) out += (out.size() > 1 ? ", " : "") + report::exact_text(v);
  return out + "]";
}

std::string number_text(const std::optional<double>& value) { return value ? report::exact_text(*value) : ""; }

void add_estimate(const char* key, const stats::Estimate& e, std::string& out) {
  if (e.value && e.low && e.high) {
    const double all[] = {*e.value, *e.low, *e.high};
    out += fmt::format("      {}: {}\n", key, list_text(all));
  }
}

void add_judgement(const char* key, const Judgement& j, std::string& out) {
  out += fmt::format("    {}:\n      cases: {}\n      outcomes: {}\n      accounts: {}\n      accounts_with: {}\n", key,
                     j.cases, j.outcomes, j.accounts, j.accounts_with);
  if (j.brier) out += fmt::format("      brier: {}\n", number_text(j.brier));
  if (j.brier_base) out += fmt::format("      brier_base: {}\n", number_text(j.brier_base));
  if (j.log_loss) out += fmt::format("      log_loss: {}\n", number_text(j.log_loss));
  add_estimate("slope", j.slope, out);
  add_estimate("intercept", j.intercept, out);
  if (j.bins.empty()) return;
  out +=
      "      bins:                       # cases, outcomes, mean of what was stated, share that happened, its "
      "interval\n";
  for (const stats::ReliabilityBin& b : j.bins) {
    const double all[] = {
        static_cast<double>(b.cases), static_cast<double>(b.outcomes), b.mean_p, b.rate, b.low, b.high};
    out += fmt::format("        - {}\n", list_text(all));
  }
}

void add_curve(const Curve& curve, std::string& out) {
  if (curve.coefficient.empty()) return;
  out += fmt::format("    with_renewal: {}\n    coefficient: {}\n    covariance: {}\n", curve.with_renewal,
                     list_text(curve.coefficient), list_text(curve.covariance));
  if (!curve.isotonic()) return;
  out += fmt::format("    x: {}\n    y: {}\n    low: {}\n    high: {}\n", list_text(curve.x), list_text(curve.y),
                     list_text(curve.low), list_text(curve.high));
}

void add_question(const Calibration& c, std::string& out) {
  out += fmt::format("  {}:\n    outcome: {}\n    label: {}\n    horizon: {}\n    gap: {}\n    grace: {}\n",
                     validate::word(c.question), report::json_value(c.outcome), report::json_value(c.label), c.horizon,
                     c.gap, c.grace);
  out += fmt::format("    verdict: {}\n", validate::word(c.verdict));
  if (c.cases == 0) return;
  out += fmt::format(
      "    first: {}\n    last: {}\n    until: {}\n    cases: {}\n    outcomes: {}\n    accounts: {}\n"
      "    accounts_with: {}\n",
      c.first.iso(), c.last.iso(), c.until.iso(), c.cases, c.outcomes, c.accounts, c.accounts_with);
  add_curve(c.curve, out);
  add_judgement("judged", c.judged, out);
  if (c.since) add_judgement("since", *c.since, out);
  if (!c.remap.from) return;
  const double map[] = {c.remap.intercept, c.remap.slope};
  out += fmt::format(
      "    remap:\n      from: {}\n      until: {}\n      cases: {}\n      outcomes: {}\n      accounts_with: {}\n"
      "      numbers: {}\n      covariance: {}\n",
      c.remap.from->iso(), c.remap.until->iso(), c.remap.cases, c.remap.outcomes, c.remap.accounts_with, list_text(map),
      list_text(c.remap.covariance));
}

// Reads the numbers of one file.
class Numbers {
 public:
  explicit Numbers(tree::Reader& reader) : reader_(reader) {}

  [[nodiscard]] int64_t whole(const char* key) { return reader_.integer(key, 0).value_or(0); }
  [[nodiscard]] int32_t days(const char* key) {
    return static_cast<int32_t>(reader_.integer(key, 0, 36'500).value_or(0));
  }
  [[nodiscard]] std::optional<double> real(const char* key) {
    const auto text = reader_.text(key);
    return text ? parsed(key, *text) : std::nullopt;
  }
  [[nodiscard]] std::vector<double> reals(const char* key) {
    const tree::Node* node = reader_.find(key);
    return node == nullptr ? std::vector<double>() : items(key, *node);
  }
  [[nodiscard]] std::vector<double> items(const char* key, const tree::Node& node) {
    std::vector<double> out;
    for (const tree::Node& item : node.items) {
      if (const auto value = parsed(key, item.text)) out.push_back(*value);
    }
    return out;
  }
  [[nodiscard]] stats::Estimate estimate(const char* key) {
    const std::vector<double> all = reals(key);
    if (all.size() != 3) return {};
    return {all[0], all[1], all[2]};
  }
  void refuse(const char* key, std::string message) {
    reader_.add(key, "bad-calibration", std::move(message), "run `kenko calibrate --refit`");
  }

 private:
  std::optional<double> parsed(const char* key, const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(value)) return value;
    refuse(key, fmt::format("`{}` is no number", text));
    return std::nullopt;
  }
  tree::Reader& reader_;
};

Judgement read_judgement(tree::Reader& r) {
  Numbers n(r);
  Judgement j;
  j.cases = n.whole("cases");
  j.outcomes = n.whole("outcomes");
  j.accounts = n.whole("accounts");
  j.accounts_with = n.whole("accounts_with");
  j.brier = n.real("brier");
  j.brier_base = n.real("brier_base");
  j.log_loss = n.real("log_loss");
  j.slope = n.estimate("slope");
  j.intercept = n.estimate("intercept");
  if (const tree::Node* bins = r.find("bins")) {
    for (const tree::Node& item : bins->items) {
      const std::vector<double> b = n.items("bins", item);
      if (b.size() != 6) {
        n.refuse("bins", "a line of the table has six numbers");
        continue;
      }
      j.bins.push_back({static_cast<int64_t>(b[0]), static_cast<int64_t>(b[1]), b[2], b[3], b[4], b[5]});
    }
  }
  r.finish();
  return j;
}

// What chance_of() relies on.
void check_curve(Question question, const Curve& c, Numbers& n) {
  const size_t columns = question == Question::renewal ? 4 : c.with_renewal ? 3 : 2;
  if (c.coefficient.size() != columns + 1) n.refuse("coefficient", "the curve has another number of coefficients");
  if (c.covariance.size() != (columns + 1) * (columns + 1)) n.refuse("covariance", "it is not square");
  const bool same = c.y.size() == c.x.size() && c.low.size() == c.x.size() && c.high.size() == c.x.size();
  if (!same || !std::is_sorted(c.x.begin(), c.x.end())) n.refuse("x", "the steps of the curve do not fit together");
}

Calibration read_question(Question question, tree::Reader& r) {
  Numbers n(r);
  Calibration c;
  c.question = question;
  c.outcome = r.text("outcome").value_or("");
  c.label = r.text("label").value_or("");
  c.horizon = n.days("horizon");
  c.gap = n.days("gap");
  c.grace = n.days("grace");
  std::vector<std::pair<std::string, Verdict>> words;
  for (const Verdict v : kVerdicts) words.emplace_back(validate::word(v), v);
  c.verdict = r.choice<Verdict>("verdict", words, tree::Need::required).value_or(Verdict::no_data);
  c.first = r.day("first").value_or(Day{});
  c.last = r.day("last").value_or(Day{});
  c.until = r.day("until").value_or(Day{});
  c.cases = n.whole("cases");
  c.outcomes = n.whole("outcomes");
  c.accounts = n.whole("accounts");
  c.accounts_with = n.whole("accounts_with");
  c.curve.with_renewal = r.flag("with_renewal").value_or(false);
  c.curve.coefficient = n.reals("coefficient");
  c.curve.covariance = n.reals("covariance");
  c.curve.x = n.reals("x");
  c.curve.y = n.reals("y");
  c.curve.low = n.reals("low");
  c.curve.high = n.reals("high");
  if (c.usable() || !c.curve.coefficient.empty()) check_curve(question, c.curve, n);
  if (auto judged = r.map("judged")) c.judged = read_judgement(*judged);
  if (auto since = r.map("since")) c.since = read_judgement(*since);
  if (auto map = r.map("remap")) {
    Numbers m(*map);
    c.remap.from = map->day("from");
    c.remap.until = map->day("until");
    c.remap.cases = m.whole("cases");
    c.remap.outcomes = m.whole("outcomes");
    c.remap.accounts_with = m.whole("accounts_with");
    const std::vector<double> numbers = m.reals("numbers"), covariance = m.reals("covariance");
    if (numbers.size() == 2 && covariance.size() == 3) {
      c.remap.intercept = numbers[0];
      c.remap.slope = numbers[1];
      std::copy(covariance.begin(), covariance.end(), c.remap.covariance.begin());
    } else {
      m.refuse("numbers", "a re-map has two numbers and three of their covariance");
    }
    map->finish();
  }
  r.finish();
  return c;
}

std::string meaning(const model::Outcome& o) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", o.name, static_cast<int>(o.kind), o.expression, o.horizon_days,
                     o.gap_days, o.renewed_within_days, o.among ? o.among->expression : "");
}

Problem note(std::string code, const std::string& path, std::string message, std::string hint) {
  Problem p;
  p.code = std::move(code);
  p.place.file = path;
  p.message = std::move(message);
  p.hint = std::move(hint);
  p.severity = Severity::warning;
  return p;
}

}  // namespace

std::string calibration_text(const CalibrationFile& file) {
  std::string out =
      "# What `kenko calibrate` learnt: probabilities from scores.  Not to be changed by hand; run it again instead.\n"
      "kenko: 1\n";
  out += fmt::format("model: {}\nfingerprint: \"{}\"\noutcomes: \"{}\"\nmade: \"{}\"\nquestions:\n",
                     report::json_value(file.model), file.fingerprint, file.outcomes, file.made.iso());
  for (const Calibration& c : file.questions) add_question(c, out);
  return out + "complete: true                      # nothing was cut off\n";
}

Result<CalibrationFile> read_calibration(std::string_view text, const std::string& name) {
  Problems problems;
  const auto tree = tree::Tree::parse(text, name, problems);
  if (!tree) return problems;
  tree::Reader r(*tree, tree->root(), problems);
  CalibrationFile file;
  if (r.integer("kenko", 1, 1, tree::Need::required) && problems.empty()) {
    file.model = r.text("model", tree::Need::required).value_or("");
    file.fingerprint = r.text("fingerprint", tree::Need::required).value_or("");
    file.outcomes = r.text("outcomes", tree::Need::required).value_or("");
    file.made = Instant::parse(r.text("made", tree::Need::required).value_or("")).value_or(Instant{});
    if (auto questions = r.map("questions")) {
      for (const Question q : kQuestions) {
        if (auto entry = questions->map(validate::word(q))) file.questions.push_back(read_question(q, *entry));
      }
      questions->finish();
    }
    if (!r.flag("complete").value_or(false)) {
      r.add("complete", "bad-calibration", "the file was cut off", "run `kenko calibrate --refit`");
    }
    r.finish();
  }
  if (!problems.empty()) return problems;
  return file;
}

std::string calibration_path(const Workspace& workspace, const std::string& model) {
  std::string name = model;
  std::replace(name.begin(), name.end(), '/', '_');
  if (name.starts_with('.')) name[0] = '_';
  return workspace.path("calibrations/" + name + ".yaml");
}

std::string outcomes_fingerprint(const model::Model& model, const plan::Plan& plan, size_t outcome) {
  std::string text;
  const auto& outcomes = model.outcomes;
  if (outcome < outcomes.size()) text = meaning(outcomes[outcome]);
  if (const auto expansion = validate::expansion_outcome(plan); expansion && *expansion < outcomes.size()) {
    text += "\n" + meaning(outcomes[*expansion]);
  }
  return hash128(text).hex();
}

CalibrationInForce calibration_of(const Workspace& workspace, const model::Model& model, const plan::Plan& plan) {
  CalibrationInForce out;
  const std::string path = calibration_path(workspace, plan.model);
  if (!ports::file_exists(path)) return out;
  const auto text = ports::read_file(path);
  auto read = text ? read_calibration(*text, path) : Result<CalibrationFile>(text.problems());
  if (!read) {
    const Problem& first = read.problems().front();
    out.notes.push_back(note("bad-calibration", path,
                             "no probabilities: the calibration cannot be read: " + first.message,
                             "run `kenko calibrate --refit`"));
    return out;
  }
  CalibrationFile& file = *read;
  std::string outcome;
  for (const Calibration& c : file.questions) {
    if (c.question == Question::churn) outcome = c.outcome;
  }
  const auto& outcomes = plan.outcomes;
  const auto found = std::find_if(outcomes.begin(), outcomes.end(), [&](const auto& o) { return o.name == outcome; });
  out.outcome = static_cast<size_t>(found - outcomes.begin());
  const bool same = file.fingerprint == plan.fingerprint.hex() && found != outcomes.end() &&
                    file.outcomes == outcomes_fingerprint(model, plan, out.outcome);
  if (!same) {
    out.notes.push_back(note("stale-calibration", path,
                             "no probabilities: the model means something else than when it was calibrated",
                             "run `kenko calibrate` again"));
  } else {
    out.file = std::move(file);
  }
  if (!out.file) out.outcome = 0;
  return out;
}

Day CalibrationInForce::until() const {
  Day out = Day::kMin;
  for (const Calibration& c : questions()) out = std::max({out, c.until, c.remap.until.value_or(Day::kMin)});
  return out;
}

CalibrationInForce calibration_in_force(const Workspace& workspace, const Scoring& scoring) {
  CalibrationInForce out = calibration_of(workspace, scoring.model(), scoring.plan());
  if (!out.file || scoring.as_of() >= out.until()) return out;
  out.notes.push_back(
      note("later-calibration", calibration_path(workspace, scoring.plan().model),
           fmt::format("no probabilities: the calibration learnt from days up to {}", out.until().iso()),
           "they are stated from that day on"));
  out.file.reset();
  out.outcome = 0;
  return out;
}

}  // namespace kenko::app

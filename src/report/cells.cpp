#include "report/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "validate/backtest.h"

namespace kenko::report {
namespace {

constexpr double kMicros = 1e6;

// No number that rounds to zero has a sign.
std::string fixed(double value, int places) {
  std::string out = fmt::format("{:.{}f}", value, places);
  if (out.front() == '-' && out.find_first_not_of("-0.") == std::string::npos) out.erase(0, 1);
  return out;
}

}  // namespace

Sentence value_words(std::optional<double> value, int places, bool share) {
  if (!value) return "–";
  return share ? fixed(100 * *value, places) + " %" : fixed(*value, places);
}
Sentence interval_words(const stats::Estimate& e, int places, bool share) {
  const double scale = share ? 100 : 1;
  return say("{} to {}{}", fixed(scale * e.low.value_or(0), places), fixed(scale * e.high.value_or(0), places),
             share ? " %" : "");
}

Cell measure(std::string_view name) {
  static const std::pair<std::string_view, Sentence> kNames[] = {
      {"auc_within", Sentence("AUC within a day")},
      {"auc", Sentence("AUC of all days")},
      {"average_precision", Sentence("average precision")},
      {"concordance", Sentence("concordance")},
      {"precision", Sentence("precision")},
      {"recall", Sentence("recall")},
      {"lift", Sentence("lift")},
      {"arr_recall", Sentence("recall of ARR")},
      {"auc_untreated", Sentence("AUC, not worked on")},
      {"auc_without_ours", Sentence("AUC without what is ours")},
      {"auc_with_ours", Sentence("AUC with it")},
      {"brier", Sentence("Brier score")},
      {"brier_gain", Sentence("Brier score saved")},
      {"log_loss", Sentence("log loss")},
      {"calibration_slope", Sentence("calibration slope")},
      {"calibration_intercept", Sentence("calibration intercept")},
  };
  Cell out{std::string(name)};
  const auto* found =
      std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& known) { return known.first == name; });
  if (found == std::end(kNames)) return out;
  out.text = found->second.english();
  out.said = found->second;
  return out;
}

void add_highlight(std::vector<Highlight>& to, const stats::Estimate& e, int places, bool share, Sentence meaning) {
  if (!e.value) return;
  to.push_back({value_words(e.value, places, share), std::move(meaning),
                e.low && e.high ? interval_words(e, places, share) : Sentence()});
}

bool add_too_few(std::vector<Highlight>& to, int64_t accounts_with) {
  if (accounts_with >= validate::kFewestOutcomes) return false;
  to.push_back({say("{} more", validate::kFewestOutcomes - accounts_with),
                "accounts with the outcome are needed before anything can be claimed"});
  return true;
}

Cell real(std::optional<double> value, int places) {
  if (!value) return {};
  return {*value, Tone::plain, fixed(*value, places)};
}
Cell percent(std::optional<double> share, int places) {
  if (!share) return {};
  return {*share, Tone::plain, fixed(100 * *share, places) + " %"};
}
Cell points(int32_t hundredths) { return {Fixed{hundredths, 2}}; }
Cell money(int64_t micros) {
  return {static_cast<double>(micros) / kMicros, Tone::plain,
          text::grouped(static_cast<int64_t>(std::llround(static_cast<double>(micros) / kMicros)))};
}
Cell count(int64_t n) { return {n, Tone::plain, text::grouped(n)}; }
Cell words(Sentence sentence) {
  std::string english = sentence.english();
  return {std::move(english), Tone::plain, {}, std::move(sentence)};
}

Column left(std::string key, std::string title) { return {std::move(key), std::move(title), Align::left, 0, false}; }
Column right(std::string key, std::string title) { return {std::move(key), std::move(title), Align::right, 0, false}; }

void add_interval_columns(Table& t, const std::string& key, const std::string& title) {
  t.columns.push_back(right(key, title));
  t.columns.push_back(left(key + "_low", "95 % interval"));
  Column high = left(key + "_high", "");
  high.text_hidden = true;
  t.columns.push_back(std::move(high));
}
void add_interval(std::vector<Cell>& row, const stats::Estimate& e, bool share, int places) {
  row.push_back(share ? percent(e.value, places) : real(e.value, places));
  Cell low = share ? percent(e.low, places) : real(e.low, places);
  low.text = "–";
  if (e.low && e.high) {
    low.said = interval_words(e, places, share);
    low.text = low.said.english();
  }
  row.push_back(std::move(low));
  row.push_back(real(e.high, places));
}

Table reliability_table(std::span<const stats::ReliabilityBin> bins) {
  Table t;
  t.columns = {right("cases", "cases"), right("stated", "stated"), right("happened", "happened")};
  add_interval_columns(t, "rate", "rate");
  for (const stats::ReliabilityBin& bin : bins) {
    std::vector<Cell> row{count(bin.cases), percent(bin.mean_p), count(bin.outcomes)};
    add_interval(row, {bin.rate, bin.low, bin.high}, true, 1);
    t.rows.push_back(std::move(row));
  }
  return t;
}

void hide_in_text(Table& t, std::initializer_list<std::string_view> keys) {
  for (Column& c : t.columns) {
    if (std::find(keys.begin(), keys.end(), c.key) != keys.end()) c.text_hidden = true;
  }
}

}  // namespace kenko::report

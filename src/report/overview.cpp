#include "report/overview.h"
#include "base/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/decimal.h"
#include "report/band_chip.h"

namespace kenko::report {

Table bands_table(const engine::Engine& engine, const std::vector<explain::Summary>& summaries) {
  const plan::Plan& plan = engine.plan();
  std::vector<int64_t> by_band(plan.bands.size(), 0);
  std::map<score::State, int64_t> without;
  for (const explain::Summary& s : summaries) {
    if (s.now.band >= 0) {
      ++by_band[static_cast<size_t>(s.now.band)];
    } else {
      ++without[s.now.state];
    }
  }
  Table t;
  t.columns = {{"band", "band", Align::left, 0, false},
               {"scores", "scores", Align::left, 0, false},
               {"accounts", "accounts", Align::right, 0, false},
               {"share", "share", Align::right, 0, false},
               {"bar", "", Align::left, 0, false}};
  const auto add = [&](const BandChip& chip, const std::string& scores, int64_t count) {
    const int64_t permille =
        summaries.empty() ? 0 : static_cast<int64_t>(divide_half_up(count * 1000, std::ssize(summaries)));
    std::string bar;
    for (int64_t i = 0; i < permille / 25; ++i) bar += "█";
    t.rows.push_back({{chip.text, chip.tone},
                      {scores},
                      {count},
                      {Fixed{permille, 1}, Tone::plain, fmt::format("{}.{} %", permille / 10, permille % 10)},
                      {bar, chip.tone, bar.empty() ? " " : bar}});
  };
  for (size_t b = plan.bands.size(); b-- > 0;) {
    const int32_t from = plan.bands[b].from_hundredths;
    const std::string to =
        b + 1 < plan.bands.size() ? fmt::format("under {:g}", plan.bands[b + 1].from_hundredths / 100.0) : "100";
    add(chip_of(plan, score::State::scored, static_cast<int>(b)), fmt::format("{:g} to {}", from / 100.0, to),
        by_band[b]);
  }
  for (const auto& [state, count] : without) add(chip_of(plan, state, -1), "no score", count);
  return t;
}

Table leavers_table(const explain::LeaverTable& leavers) {
  Table t;
  t.columns = {{"days_before", "before the decision", Align::left, 0, false},
               {"left_mean", "who left", Align::right, 0, false},
               {"left_accounts", "accounts", Align::right, 0, false},
               {"stayed_mean", "who stayed", Align::right, 0, false},
               {"stayed_days", "account-days", Align::right, 0, false},
               {"difference", "difference", Align::right, 0, false}};
  for (const explain::LeaverRow& row : leavers.rows) {
    const bool both = row.leavers_mean >= 0 && row.stayers_mean >= 0;
    const std::string when = row.days_before == 0 ? "the day itself" : fmt::format("{} days", row.days_before);
    t.rows.push_back({{static_cast<int64_t>(row.days_before), Tone::plain, when},
                      row.leavers_mean < 0 ? Cell{} : Cell{Fixed{row.leavers_mean, 2}},
                      {row.leavers},
                      row.stayers_mean < 0 ? Cell{} : Cell{Fixed{row.stayers_mean, 2}},
                      {row.stayer_days},
                      both ? Cell{Fixed{row.leavers_mean - row.stayers_mean, 2, true}} : Cell{}});
  }
  return t;
}

}  // namespace kenko::report

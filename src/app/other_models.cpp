#include "app/other_models.h"

#include <algorithm>

#include "explain/evidence.h"
#include "report/band_chip.h"
#include "score/day_parts.h"
#include "score/history.h"

namespace kenko::app {
namespace {

size_t column_of(const report::Table& table, const std::string& key) {
  const auto found =
      std::find_if(table.columns.begin(), table.columns.end(), [&](const report::Column& c) { return c.key == key; });
  return static_cast<size_t>(found - table.columns.begin());
}

void insert_column(report::Table& table, size_t at, report::Column column, std::vector<report::Cell> cells) {
  table.columns.insert(table.columns.begin() + static_cast<ptrdiff_t>(at), std::move(column));
  for (size_t row = 0; row < table.rows.size(); ++row)
    table.rows[row].insert(table.rows[row].begin() + static_cast<ptrdiff_t>(at), std::move(cells[row]));
}

const std::string& account_of(const report::Table& table, size_t row) {
  return std::get<std::string>(table.rows[row][column_of(table, "account")].value);
}

}  // namespace

Result<std::vector<OtherScores>> score_others(const Workspace& workspace, const Scoring& scoring,
                                              const std::vector<uint32_t>& accounts) {
  std::vector<OtherScores> out;
  for (const std::string& name : workspace.settings.also) {
    KENKO_TRY(const LoadedModel loaded, load_model(workspace, name));
    const engine::Engine engine(loaded.plan, scoring.portfolio());
    OtherScores& other = out.emplace_back();
    other.model = name;
    const auto take = [&](const score::AccountHistory& history) {
      const score::DayRow row = score::find_day(history, scoring.as_of());
      if (row.days == nullptr) return;
      const score::LifeScores& s = *row.scores;
      const auto bands = score::bands_of(loaded.plan, s.band_list[row.at]);
      const int band = s.band[row.at];
      const report::BandChip chip = report::chip_of(bands, s.state[row.at], band);
      other.by_account[scoring.portfolio().accounts[row.account]] = {
          s.score[row.at], s.state[row.at], band < 0 ? "" : bands[static_cast<size_t>(band)].name, chip.text,
          chip.tone};
    };
    score::for_each_account(engine, scoring.as_of(), scoring.threads(), accounts, take);
  }
  return out;
}

void add_columns(const std::vector<OtherScores>& others, const std::string& after, report::Table& table) {
  size_t at = column_of(table, after) + 1;
  for (const OtherScores& other : others) {
    std::vector<report::Cell> scores, bands;
    for (size_t row = 0; row < table.rows.size(); ++row) {
      const auto found = other.by_account.find(account_of(table, row));
      const OtherScores::Score s = found == other.by_account.end() ? OtherScores::Score{} : found->second;
      report::Cell& score = scores.emplace_back();
      if (s.hundredths >= 0) score.value = report::Fixed{s.hundredths, 2};
      bands.push_back({s.band.empty() ? report::Value{} : report::Value{s.band}, s.tone, s.chip});
    }
    insert_column(table, at++, {"score." + other.model, other.model, report::Align::right, 0, false},
                  std::move(scores));
    insert_column(table, at++, {"band." + other.model, "", report::Align::left, 0, false}, std::move(bands));
  }
}

void add_names(const Scoring& scoring, report::Table& table) {
  std::vector<report::Cell> names;
  bool any = false;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const auto account = scoring.portfolio().find_account(account_of(table, row));
    const std::string name =
        account ? explain::attribute_on(scoring.portfolio(), *account, "name", scoring.as_of()).value : "";
    names.push_back(name.empty() ? report::Cell{} : report::Cell{name});
    any = any || !name.empty();
  }
  insert_column(table, column_of(table, "account") + 1, {"name", "name", report::Align::left, 20, !any},
                std::move(names));
}

}  // namespace kenko::app

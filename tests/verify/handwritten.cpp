#include "verify/handwritten.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>

#include "duck/connection.h"
#include "sql/history.h"
#include "verify/history_table.h"

namespace kenko::verify {
namespace {

constexpr std::string_view kOracle = "hand-written SQL";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// The statements of a file: each ends with a semicolon at the end of a line.
std::vector<std::string> statements(const std::string& text) {
  std::vector<std::string> out(1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    out.back() += line + '\n';
    if (line.ends_with(';')) out.emplace_back();
  }
  out.pop_back();
  return out;
}

class Handwritten {
 public:
  Handwritten(const Subject& subject, duck::Connection connection, HistoryTable native, Comparison& comparison)
      : subject_(subject),
        connection_(std::move(connection)),
        native_(std::move(native)),
        comparison_(comparison),
        decays_(sql::rests_on_decay(subject.plan)) {
    for (size_t i = 0; i < native_.size(); ++i) row_[{native_.account[i], native_.day[i]}] = i;
  }

  Status prelude(const std::string& text) {
    for (const std::string& statement : statements(text)) KENKO_TRY_STATUS(connection_.execute(statement));
    return Done{};
  }

  Status metric(size_t m, const std::string& query, Day day) {
    KENKO_TRY(duck::Rows rows, connection_.query(replaced(query, "{day}", day.iso())));
    const bool if_any = rows.column_name(1) == "value_if_any";
    while (true) {
      KENKO_TRY(const duck::Chunk chunk, rows.next());
      if (chunk.size() == 0) return Done{};
      for (size_t r = 0; r < chunk.size(); ++r) {
        const bool valid = chunk.valid(1, r);
        claim(m, std::string(chunk.text(0, r)), day, valid, valid ? chunk.data<double>(1)[r] : 0, if_any);
      }
    }
  }

 private:
  void claim(size_t m, const std::string& id, Day day, bool valid, double value, bool if_any) {
    const auto account = subject_.portfolio.find_account(id);
    const auto row = account ? row_.find({*account, day.number}) : row_.end();
    if (row == row_.end()) {
      if (!if_any)
        comparison_.claim(kOracle, false, account.value_or(UINT32_MAX), day, "row of " + id, "none", "there");
      return;
    }
    const HistoryTable::Metric& native = native_.metrics[m];
    const bool has = native.valid[row->second] != 0;
    if (!has && if_any) return;
    const double mine = native.value[row->second];
    const double digits = decays_[subject_.plan.metrics[m].node] ? 1e-9 : 1e-12;
    const bool same =
        has == valid && (!valid || std::abs(mine - value) <= digits * std::max(std::abs(mine), std::abs(value)));
    comparison_.claim(kOracle, same, *account, day, subject_.plan.metrics[m].name,
                      has ? fmt::format("{:.17g}", mine) : "null", valid ? fmt::format("{:.17g}", value) : "null");
  }

  const Subject& subject_;
  duck::Connection connection_;
  HistoryTable native_;
  Comparison& comparison_;
  std::vector<bool> decays_;
  std::map<std::pair<uint32_t, int32_t>, size_t> row_;
};

}  // namespace

Status check_handwritten(const Subject& subject, const std::string& dir, int threads, Comparison& comparison) {
  const std::filesystem::path folder =
      std::filesystem::path(KENKO_SOURCE_DIR) / "tests/verify/handwritten" / subject.plan.model;
  if (!std::filesystem::exists(folder / "prelude.sql")) return Done{};
  const auto begin = std::chrono::steady_clock::now();
  facts::Dictionary texts;
  const engine::Engine engine(subject.plan, subject.portfolio);
  constexpr int kDays = 8, kApart = 17;
  const Day from = subject.last - kDays * kApart;
  HistoryTable native = native_history(
      engine, {.until = subject.last, .threads = threads, .accounts = {}, .rename = {}, .from = from}, texts);
  KENKO_TRY(duck::Connection connection, duck::Connection::open({.threads = threads}));
  Handwritten queries(subject, std::move(connection), std::move(native), comparison);
  const std::string retail = std::string(KENKO_SOURCE_DIR) + "/share/data/online_retail.parquet";
  const auto filled = [&](const std::string& name) {
    return replaced(replaced(read_file(folder / name), "{retail}", retail), "{events}", dir + "/events/[0-9]*.parquet");
  };
  KENKO_TRY_STATUS(queries.prelude(filled("prelude.sql")));
  for (size_t m = 0; m < subject.plan.metrics.size(); ++m) {
    const std::string name = subject.plan.metrics[m].name + ".sql";
    if (!std::filesystem::exists(folder / name)) continue;
    for (int i = 0; i < kDays; ++i) KENKO_TRY_STATUS(queries.metric(m, filled(name), subject.last - i * kApart));
  }
  comparison.add_seconds(kOracle, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return Done{};
}

}  // namespace kenko::verify

// The hidden truth, for tests and back-tests; it never goes into an export.
#include <fmt/format.h>

#include "sim/exports.h"

namespace kenko::sim {
namespace {

std::string flag(bool b) { return b ? "true" : "false"; }

void write_weeks(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "truth.csv";
  shape.columns = {"account_id", "week",        "health",       "sponsor_active", "power_users",
                   "goals",      "penetration", "integrations", "term_months",    "churn_90d"};
  ExportFile file(folder, shape, 0, Random(0));
  for (const Account& a : world.accounts) {
    for (const Week& w : a.weeks) {
      const State& s = w.state;
      file.row({a.id, w.first.iso(), fmt::format("{:.2f}", 100 * share(s.vigour)), flag(s.sponsor),
                std::to_string(s.power_users), std::string(word(s.goals)), fmt::format("{:.3f}", s.penetration),
                std::to_string(s.integrations), a.contracts.empty() ? "" : std::to_string(a.term_months),
                w.churn_90d ? fmt::format("{:.5f}", *w.churn_90d) : ""});
    }
  }
}

void write_accounts(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "accounts.csv";
  shape.columns = {"account_id", "kind", "started", "notice_at", "effective_at", "reason", "voluntary"};
  ExportFile file(folder, shape, 0, Random(0));
  for (const Account& a : world.accounts) {
    file.row({a.id, std::string(word(a.kind)), a.started.iso(), optional_date(a.notice_at),
              optional_date(a.effective_at), a.reason, a.leaving_from ? flag(a.voluntary) : ""});
  }
}

void write_decisions(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "decisions.csv";
  shape.columns = {"account_id", "decided_at",     "decision",    "probability", "health",
                   "goals",      "sponsor_active", "power_users", "term_months"};
  ExportFile file(folder, shape, 0, Random(0));
  for (const Account& a : world.accounts) {
    for (const Decision& d : a.decisions) {
      file.row({a.id, d.at.iso(), std::string(d.what), fmt::format("{:.5f}", d.probability),
                fmt::format("{:.2f}", 100 * share(d.state.vigour)), std::string(word(d.state.goals)),
                flag(d.state.sponsor), std::to_string(d.state.power_users), std::to_string(a.term_months)});
    }
  }
}

}  // namespace

void write_truth(const World& world, const Tally& planted, Folder& folder) {
  write_weeks(world, folder);
  write_accounts(world, folder);
  write_decisions(world, folder);
  FileShape dirt;
  dirt.file = "dirty.csv";
  dirt.columns = {"file", "kind", "expect", "rows"};
  ExportFile dirt_file(folder, dirt, 0, Random(0));
  for (const auto& [where, rows] : planted.dirt) {
    dirt_file.row(
        {where.first, std::string(word(where.second)), std::string(expectation(where.second)), std::to_string(rows)});
  }
  FileShape files;
  files.file = "files.csv";
  files.columns = {"file", "rows", "clean_rows"};
  ExportFile files_file(folder, files, 0, Random(0));
  for (const auto& [name, rows] : planted.files)
    files_file.row({name, std::to_string(rows.all), std::to_string(rows.clean)});
}

}  // namespace kenko::sim

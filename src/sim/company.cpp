#include "sim/company.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "sim/exports.h"
#include "sim/world.h"

namespace kenko::sim {
namespace {

Problems problems_of(const CompanyOptions& o) {
  Problems problems;
  const auto bad = [&](const char* field, const std::string& is, const char* range) {
    problems.push_back({"bad-simulation-option",
                        {"", 0, 0, field},
                        fmt::format("`{}` is {}, outside of {}", field, is, range),
                        fmt::format("choose a number within {}", range),
                        ""});
  };
  if (o.accounts < 20 || o.accounts > 20000) bad("accounts", fmt::format("{}", o.accounts), "20 to 20000");
  if (o.days < 60 || o.days > 3650) bad("days", fmt::format("{}", o.days), "60 to 3650");
  if (!(o.events_per_account_day >= 0 && o.events_per_account_day <= 200)) {
    bad("events_per_account_day", fmt::format("{}", o.events_per_account_day), "0 to 200");
  }
  if (!(o.dirty_ratio >= 0 && o.dirty_ratio <= 0.5)) bad("dirty_ratio", fmt::format("{}", o.dirty_ratio), "0 to 0.5");
  if (o.first_day < Day::of(1990, 1, 1) || o.first_day > Day::of(2100, 1, 1))
    bad("first_day", o.first_day.iso(), "1990-01-01 to 2100-01-01");
  return problems;
}

void write_notice(Folder& folder) {
  const std::string path = folder.root() + "/SIMULATED.txt";
  folder.make_place_for("SIMULATED.txt");
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const std::string_view text =
      "These files are SIMULATED. The company Tallyworks, its customers, people and numbers are invented;\n"
      "any likeness to real ones is chance.\n";
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (!written || !closed) folder.failed("SIMULATED.txt", "not written");
}

}  // namespace

Status write_company(const CompanyOptions& options, const std::string& export_dir, const std::string& truth_dir) {
  if (Problems problems = problems_of(options); !problems.empty()) return problems;
  const World world = make_world(options);
  Folder exports(export_dir);
  write_notice(exports);
  if (!exports.problems().empty()) return exports.problems();
  export_rates(world, exports);
  export_crm_accounts(world, exports);
  export_crm_tables(world, exports);
  export_crm_activities(world, exports);
  export_billing(world, exports);
  export_surveys(world, export_help_desk(world, exports), exports);
  export_sheet(world, exports);
  export_product(world, exports);
  if (!exports.problems().empty()) return exports.problems();
  Folder truth(truth_dir);
  write_truth(world, exports.tally(), truth);
  if (!truth.problems().empty()) return truth.problems();
  return Done{};
}

}  // namespace kenko::sim

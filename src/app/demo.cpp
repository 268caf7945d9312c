#include "app/demo.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "app/init.h"
#include "ports/files.h"
#include "sim/company.h"

namespace kenko::app {
namespace {

// One source of the simulated company.  The CRM comes first: it defines the accounts.
struct DemoSource {
  const char* name;
  const char* folder;   ///< below the exports, or a file
  const char* mapping;  ///< below share/mappings/demo
};
constexpr std::array<DemoSource, 7> kSources{{{"crm", "crm", "crm.yaml"},
                                              {"product", "product", "product.yaml"},
                                              {"billing", "billing", "billing.yaml"},
                                              {"help_desk", "help_desk", "help_desk.yaml"},
                                              {"surveys", "surveys", "surveys.yaml"},
                                              {"sheet", "sheet", "sheet.yaml"},
                                              {"rates", "rates.csv", "rates.yaml"}}};

void add(const state::FileCounts& from, state::FileCounts& to) {
  to.read += from.read;
  to.added += from.added;
  to.already += from.already;
  to.corrected += from.corrected;
  to.rejected += from.rejected;
  to.filtered += from.filtered;
  to.deleted += from.deleted;
}

Result<ImportReport> import_one(const std::string& dir, const DemoSource& source, const std::string& exports,
                                const std::string& share, bool last, const ports::Clock& clock) {
  KENKO_TRY(const Workspace workspace, open_workspace(dir));
  ImportRequest request;
  request.inputs = {exports + "/" + source.folder};
  request.mapping_file = share + "/mappings/demo/" + source.mapping;
  request.command = fmt::format("demo: import {}", source.name);
  request.refresh_cache = last;
  request.force = true;  // old trials leave the CRM in numbers on purpose
  return import_files(workspace, request, clock);
}

}  // namespace

Result<DemoReport> make_demo(const DemoRequest& request, const ports::Clock& clock,
                             const std::function<void(const std::string&)>& progress) {
  DemoReport report;
  std::error_code ignored;
  const std::string root = std::filesystem::absolute(request.dir, ignored).lexically_normal().string();
  report.exports_dir = root + "/exports";
  report.truth_dir = root + "/truth";
  report.workspace_dir = root + "/company";
  if (ports::file_exists(report.workspace_dir + "/" + kSettingsFile)) {
    return Problem{"workspace-exists",
                   {},
                   fmt::format("{} is a workspace already", report.workspace_dir),
                   "name another folder, or remove this one",
                   "",
                   Severity::error};
  }
  progress("simulating the company");
  sim::CompanyOptions options;
  options.seed = request.seed;
  options.accounts = request.accounts;
  options.days = request.days;
  options.events_per_account_day = request.events_per_account_day;
  KENKO_TRY_STATUS(sim::write_company(options, report.exports_dir, report.truth_dir));
  if (request.exports_only) return report;
  InitRequest init;
  init.dir = report.workspace_dir;
  init.company = "Tallyworks (SIMULATED)";
  init.currency = "USD";
  init.template_name = "saas";
  init.share_dir = request.share_dir;
  KENKO_TRY(const InitReport made, init_workspace(init));
  report.workspace_dir = made.dir;
  for (const DemoSource& source : kSources) {
    progress(fmt::format("importing {}", source.name));
    KENKO_TRY(const ImportReport imported, import_one(report.workspace_dir, source, report.exports_dir,
                                                      request.share_dir, &source == &kSources.back(), clock));
    for (const ImportReport::File& file : imported.files) {
      if (!file.problems.empty()) return file.problems;
    }
    report.sources.push_back({source.name, imported.total});
    add(imported.total, report.total);
  }
  return report;
}

Result<ImportReport> make_retail(const std::string& dir, const std::string& share_dir, const ports::Clock& clock) {
  InitRequest init;
  init.dir = dir;
  init.company = "Online Retail (UCI, CC BY 4.0)";
  init.time_zone = "Europe/London";
  init.currency = "GBP";
  init.template_name = "retail";
  init.share_dir = share_dir;
  KENKO_TRY(const InitReport made, init_workspace(init));
  KENKO_TRY(const Workspace workspace, open_workspace(made.dir));
  ImportRequest request;
  request.inputs = {share_dir + "/data/online_retail.parquet"};
  request.mapping_file = share_dir + "/mappings/retail.yaml";
  request.command = "demo: import online_retail.parquet";
  return import_files(workspace, request, clock);
}

}  // namespace kenko::app

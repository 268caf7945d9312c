#include "cli/list_output.h"

#include <fmt/format.h>

#include "app/account_lists.h"
#include "base/text.h"
#include "cli/sections_output.h"

namespace kenko::cli {

Result<std::string> list_output(const Common& common, const app::Scoring& scoring, const ListCliOptions& options,
                                int64_t limit) {
  constexpr int32_t kMostDays = 730;
  if (options.within_days < 1 || options.within_days > kMostDays) {
    return bad_option("--within is a number of days, 1 to 730");
  }
  KENKO_TRY(const app::ListName name, app::list_named(options.name));
  app::CalibrationInForce calibration;
  if (name == app::ListName::renewals) {
    KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
    calibration = app::calibration_in_force(workspace, scoring);
    warn(calibration.notes);
  }
  KENKO_TRY(app::AccountList list, app::make_list(scoring, calibration, {name, limit, options.within_days}));
  const auto shown = static_cast<int64_t>(list.sections.front().table.rows.size());
  std::vector<Sentence> head{
      say("As of {}, model {}: {} on the list{}", scoring.as_of().words(), scoring.plan().model,
          text::grouped(list.found), shown < list.found ? fmt::format(", {} shown (--limit 0 shows all)", shown) : ""),
      say("Rule: {}", list.rule.english())};
  KENKO_TRY(const report::Format format, format_of(common));
  if (format == report::Format::table && options.table.empty()) {
    std::erase_if(list.sections, [](const report::Section& s) { return s.table.rows.empty(); });
  }
  return written(common, {std::move(head), std::move(list.sections), std::move(list.findings), "accounts"},
                 options.table);
}

}  // namespace kenko::cli

#include <fmt/format.h>

#include <memory>

#include "app/doctor.h"
#include "app/workspace.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/import_output.h"

namespace kenko::cli {
namespace {

report::Tone tone_of(app::CheckState state) {
  switch (state) {
    case app::CheckState::wrong:
      return report::Tone::down;
    case app::CheckState::skipped:
      return report::Tone::muted;
    default:
      return report::Tone::plain;
  }
}

/// One row for each finding; a check without any has one row, too.
report::Table findings_table(const app::DoctorReport& r) {
  using report::Align;
  report::Table t;
  t.columns = {{"check", "check", Align::left, 0, false},
               {"state", "state", Align::left, 0, false},
               {"looked_at", "looked at", Align::left, 0, false},
               {"code", "code", Align::left, 0, false},
               {"severity", "severity", Align::left, 0, false},
               {"file", "file", Align::left, 0, false},
               {"line", "line", Align::right, 0, false},
               {"message", "message", Align::left, 0, false},
               {"hint", "hint", Align::left, 0, false}};
  for (const app::DoctorCheck& check : r.checks) {
    const report::Cell name{check.name};
    const report::Cell state{std::string(app::word(check.state()))};
    const report::Cell looked{check.looked_at};
    if (check.findings.empty()) t.rows.push_back({name, state, looked, {}, {}, {}, {}, {}, {}});
    for (const Problem& p : check.findings) {
      t.rows.push_back({name,
                        state,
                        looked,
                        {p.code},
                        {std::string(p.severity == Severity::error ? "wrong" : "harmless")},
                        {p.place.file},
                        p.place.line > 0 ? report::Cell{p.place.line} : report::Cell{},
                        {p.message},
                        {p.hint}});
    }
  }
  return t;
}

report::Table checks_table(const app::DoctorReport& r) {
  using report::Align;
  report::Table t;
  t.columns = {{"check", "check", Align::left, 0, false},
               {"state", "state", Align::left, 0, false},
               {"looked_at", "looked at", Align::left, 70, false}};
  for (const app::DoctorCheck& check : r.checks) {
    t.rows.push_back(
        {{check.name}, {std::string(app::word(check.state())), tone_of(check.state())}, {check.looked_at}});
  }
  return t;
}

std::string finding_text(const Problem& p, int64_t width) {
  constexpr size_t kIndent = 10;
  std::string place = p.place.file;
  if (p.place.line > 0) place += fmt::format(":{}", p.place.line);
  std::string out = fmt::format("{:<10}{} [{}]\n", p.severity == Severity::error ? "wrong" : "harmless", place, p.code);
  const std::string indent(kIndent, ' ');
  out += text::wrap(indent + p.message, width, 0) + "\n";
  if (!p.hint.empty()) out += text::wrap(indent + "hint: " + p.hint, width, 6) + "\n";
  return out;
}

std::string doctor_text(const app::DoctorReport& r, const report::Terminal& terminal) {
  std::string out = r.dir + "\n\n" + report::to_text(checks_table(r), terminal) + "\n";
  constexpr size_t kMost = 20;  // of one check
  const int64_t width = int64_t{terminal.width};
  for (const app::DoctorCheck& check : r.checks) {
    for (size_t i = 0; i < check.findings.size() && i < kMost; ++i) out += finding_text(check.findings[i], width);
    if (check.findings.size() > kMost)
      out += fmt::format("          and {} more of {}; --format json has all\n", check.findings.size() - kMost,
                         check.name);
  }
  for (const std::string& what : r.fixed) out += fmt::format("mended    {}\n", what);
  const int64_t wrong = r.wrong();
  out +=
      wrong == 0 ? "nothing is wrong\n" : fmt::format("{} {} wrong\n", wrong, wrong == 1 ? "thing is" : "things are");
  return out;
}

Exit run_doctor(const Common& common, app::DoctorRequest request) {
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  const auto dir = app::find_workspace(common.dir);
  if (!dir) return fail(dir.problems());
  request.workspace = *dir;
  const auto report = app::examine(request, clock());
  if (!report) return fail(report.problems());
  const Exit delivered =
      deliver(common, *format == report::Format::table ? doctor_text(*report, terminal())
                                                       : report::render(findings_table(*report), *format, terminal()));
  return report->wrong() > 0 ? Exit::failed : delivered;
}

}  // namespace

void add_doctor_command(CLI::App& app, Common& common, Exit& exit) {
  auto* doctor = app.add_subcommand("doctor", "checks everything on disk, and says what to do");
  auto request = std::make_shared<app::DoctorRequest>();
  doctor->add_flag("--quick", request->quick, "leave out what reads every stored byte");
  doctor->add_flag("--fix", request->fix, "mend what can be made again: key files, manifest, leftovers, cache");
  doctor->add_option("--format", common.format, "table, json or csv");
  doctor->add_option("--out", common.out, "write to this file");
  doctor->callback([&, request] { exit = run_doctor(common, *request); });
}

}  // namespace kenko::cli

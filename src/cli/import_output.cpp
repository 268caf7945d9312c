#include "cli/import_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "app/init.h"
#include "app/system.h"
#include "app/workspace_files.h"
#include "base/text.h"
#include "cli/manual_output.h"
#include "report/import_view.h"
#include "report/overview.h"

namespace kenko::cli {
namespace {

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

report::ImportLine line_of(const std::string& name, const state::FileCounts& c) {
  return {name, c.read, c.added, c.already, c.corrected, c.rejected, c.filtered, c.deleted};
}

std::string source_line(const app::SourceStatus& s) {
  return fmt::format("{} {}", s.settings.accounts == facts::AccountIds::defines ? "defines" : "matched",
                     s.settings.covers == facts::Coverage::all ? "all" : "touched");
}

// "1 event", "1,200 events".
std::string counted(int64_t n, const char* what) {
  return fmt::format("{} {}{}", text::grouped(n), what, n == 1 ? "" : "s");
}

// What stands where on the disk.
std::string storage_text(const app::StorageStatus& s, int64_t width) {
  std::string out = fmt::format("stored: {} in {}, {}", counted(s.stored_events, "event version"),
                                counted(s.segments, "segment"), counted(s.key_files, "key file"));
  if (s.intake_files > 0)
    out += fmt::format("; {} in {} of the intake, not sealed yet", counted(s.unsealed_events, "event"),
                       counted(s.intake_files, "file"));
  out += fmt::format("\nscores: {}, {}", counted(s.publications, "publication"),
                     s.closed_through ? "closed through " + s.closed_through->words() : "no day closed yet");
  std::vector<std::string> parts;
  for (const app::StorageFolder& f : s.folders) {
    if (f.files > 0) parts.push_back(fmt::format("{} {}", f.name, app::size_text(f.bytes)));
  }
  out += fmt::format("\non disk: {}: {}\n", app::size_text(s.bytes()), text::join(parts, ", "));
  return text::wrap(out, width, 8);
}

// What the active model sees that the facts alone do not say.
std::string model_status_text(const app::ModelStatus& m) {
  if (!m.problem.empty()) return fmt::format("model {}: {} (kenko model check)\n", m.model, m.problem);
  std::string out;
  if (m.orphans > 0) out += fmt::format("{} with a parent that does not exist", counted(m.orphans, "account"));
  if (m.cycles > 0)
    out += fmt::format("{}{} whose parent is below itself", m.orphans > 0 ? ", " : "", counted(m.cycles, "account"));
  if (!out.empty()) out += fmt::format(": {}\n", text::join(m.examples, ", "));
  if (m.due_inputs.value_or(0) > 0)
    out += fmt::format("{} due from people (kenko due-input)\n", counted(*m.due_inputs, "answer"));
  return out;
}

std::string overdue_text(const app::StatusReport& s) {
  std::string out;
  for (const app::OverdueSource& o : s.overdue) {
    out += fmt::format(
        "overdue: {} since {}: its last fact is of {}, it should bring one every {}; that is the feed, not the "
        "customers\n",
        o.source, o.since.iso(), o.last.iso(), counted(o.every_days, "day"));
    if (!o.metrics.empty())
      out += fmt::format("         stale, keep their points of that day: {}\n", text::join(o.metrics, ", "));
  }
  return out;
}

report::Cell day_cell(const std::optional<Day>& day) { return day ? report::Cell{day->iso()} : report::Cell{}; }

report::Table sources_table(const app::StatusReport& status) {
  using report::Align;
  report::Table t;
  t.columns = {{"source", "source", Align::left, 24, false},
               {"accounts", "accounts, covers", Align::left, 0, false},
               {"events", "events", Align::right, 0, false},
               {"unmatched", "unmatched", Align::right, 0, false},
               {"first_day", "first day", Align::left, 0, false},
               {"last_day", "last day", Align::left, 0, false},
               {"overdue_since", "overdue since", Align::left, 0, status.overdue.empty()}};
  for (const app::SourceStatus& s : status.sources) {
    std::optional<Day> since;
    for (const app::OverdueSource& o : status.overdue) {
      if (o.source == s.settings.name) since = o.since;
    }
    t.rows.push_back({{s.settings.name},
                      {source_line(s)},
                      {s.events},
                      {s.unmatched},
                      day_cell(s.first_day),
                      day_cell(s.last_day),
                      day_cell(since)});
  }
  return t;
}

// What imports the files of a group once more, by the mapping that was written for them.
std::string import_command(const app::StartGroup& group, const std::string& dir) {
  std::string out = fmt::format("kenko -C {} import --source {}", shell_word(dir), shell_word(group.source));
  if (group.as_of) out += " --as-of " + group.as_of->iso();
  constexpr size_t kShown = 8;
  if (group.files.size() > kShown) return out + " FILE...";
  for (const std::string& file : group.files) out += ' ' + shell_word(file);
  return out;
}

}  // namespace

const ports::Clock& clock() { return app::system_clock(); }

std::string share_dir() {
  const char* env = std::getenv("KENKO_SHARE");
  std::error_code ignored;
  const auto binary = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return app::find_share_dir(env == nullptr ? "" : env, binary.string());
}

void ProgressLine::show(const std::string& text) const {
  if (error_is_terminal()) fmt::print(stderr, "\r\x1b[K{}", text::fit(text, 79));
}

void ProgressLine::show(const app::ImportProgress& p) const {
  if (!error_is_terminal()) return;
  constexpr int64_t kWidth = 24;
  const int64_t done = p.files_total == 0 ? 0 : kWidth * p.files_done / p.files_total;
  std::string bar;
  for (int64_t i = 0; i < kWidth; ++i) bar += i < done ? "█" : "░";
  show(fmt::format("{} {} of {} files, {} rows  {}", bar, p.files_done, p.files_total, text::grouped(p.rows),
                   file_name(p.file)));
}

void ProgressLine::clear() const {
  if (error_is_terminal()) fmt::print(stderr, "\r\x1b[K");
}

std::string import_text(const app::ImportReport& r, report::Format format, const report::Terminal& terminal) {
  std::vector<report::ImportLine> lines;
  for (const auto& file : r.files)
    lines.push_back(
        line_of(format == report::Format::table ? file_name(file.counts.path) : file.counts.path, file.counts));
  if (format != report::Format::table) return report::render(report::import_table(lines), format, terminal);
  constexpr size_t kShown = 12;
  const size_t all = lines.size();
  if (all > kShown) lines.resize(kShown - 2);
  if (all > 1) lines.push_back(line_of(fmt::format("total of {} files", all), r.total));
  std::string out = report::to_text(report::import_table(lines), terminal);
  if (all > kShown) out += fmt::format("(the first {} files are shown)\n", kShown - 2);
  for (const auto& [code, count] : r.rejects) out += fmt::format("rejected: {} {}\n", text::grouped(count), code);
  if (!r.rejects.empty() && !r.dry_run) out += "          kenko rejects list shows them with file, line and field\n";
  if (r.total.deleted > 0)
    out += fmt::format("{} that the records no longer give deleted\n", counted(r.total.deleted, "event"));
  if (r.rounded > 0)
    out += fmt::format("{} numbers had more than 6 places and were rounded\n", text::grouped(r.rounded));
  for (const app::SourceChange& c : r.changes) {
    out += fmt::format("kenko.yaml: {} source {}", c.added ? "new" : "more of", c.source);
    if (!c.emits.empty()) out += fmt::format(", emits {}", text::join(c.emits, ", "));
    out += "\n";
  }
  if (r.unmatched_events.value_or(0) > 0)
    out += fmt::format("{} without a known account; kenko status lists them\n", counted(*r.unmatched_events, "event"));
  if (r.dry_run) out += "dry run: nothing was written\n";
  return out;
}

std::string status_text(const app::StatusReport& s, report::Format format, const report::Terminal& terminal) {
  if (format != report::Format::table) return report::render(sources_table(s), format, terminal);
  std::string out = fmt::format("{}  {}\n", s.company.empty() ? "workspace" : s.company, s.dir);
  out += fmt::format("{}, {}, {}\n{}, {}, {}, {}\n", counted(s.accounts, "account"), counted(s.users, "user"),
                     counted(s.events, "event"), counted(s.facts.attributes, "attribute value"),
                     counted(s.facts.snapshots, "snapshot"), counted(s.facts.contracts, "contract version"),
                     s.facts.identities == 1 ? "1 identity" : text::grouped(s.facts.identities) + " identities");
  if (s.entered > 0) out += fmt::format("{} entered by hand (kenko log --list)\n", counted(s.entered, "fact"));
  out += fmt::format("newest fact {}; commands without --as-of speak of {}\n",
                     s.newest_day ? s.newest_day->words() : "none", s.as_of.words());
  out += storage_text(s.storage, terminal.width) + "\n";
  out += report::to_text(sources_table(s), terminal);
  out += overdue_text(s);
  if (s.active) out += model_status_text(*s.active);
  for (const auto& [code, count] : s.rejects) out += fmt::format("rejected: {} {}\n", text::grouped(count), code);
  if (s.no_rate_events > 0)
    out += fmt::format("{} with money without a rate of exchange\n", counted(s.no_rate_events, "event"));
  constexpr size_t kShown = 5;
  size_t shown = 0;
  for (const facts::Unmatched& u : s.unmatched) {
    if (++shown > kShown) break;
    out += fmt::format("unmatched: {} of {} `{}`\n", counted(u.events, "event"), u.source, u.reference);
  }
  if (s.unmatched.size() > kShown)
    out += fmt::format("           and {} more references\n", s.unmatched.size() - kShown);
  return out;
}

std::string rejects_text(const std::vector<state::Reject>& rejects, int64_t limit, report::Format format,
                         const report::Terminal& terminal) {
  using report::Align;
  report::Table t;
  t.columns = {{"source", "source", Align::left, 14, false}, {"file", "file", Align::left, 24, false},
               {"line", "line", Align::right, 0, false},     {"field", "field", Align::left, 16, false},
               {"code", "code", Align::left, 0, false},      {"message", "what", Align::left, -1, false}};
  for (const state::Reject& r : rejects) {
    if (limit > 0 && std::ssize(t.rows) == limit) break;
    t.rows.push_back(
        {{r.source}, {r.file, report::Tone::plain, file_name(r.file)}, {r.line}, {r.field}, {r.code}, {r.message}});
  }
  std::string out = report::render(t, format, terminal);
  if (format == report::Format::table && std::ssize(rejects) > std::ssize(t.rows)) {
    out += fmt::format("\n{} of {} shown; kenko rejects export writes all\n", t.rows.size(),
                       text::grouped(std::ssize(rejects)));
  }
  return out;
}

std::string start_text(const app::StartReport& r, const std::string& dir, const report::Terminal& terminal) {
  std::string out = r.made_workspace ? fmt::format("Made the workspace {}\n", r.dir) : "";
  for (const app::StartGroup& g : r.groups) {
    out += fmt::format("\n{} file{} of {}: ", g.files.size(), g.files.size() == 1 ? "" : "s", g.source);
    if (g.own_columns) {
      out += "Kenko's own column names, no mapping needed\n";
    } else {
      out += fmt::format("mapping written to {}; correct it there and import again:\n    {}\n\n", g.mapping_file,
                         import_command(g, dir));
      for (const std::string_view line : text::split(g.mapping, '\n')) out += fmt::format("    {}\n", line);
    }
    out += report::to_text(report::import_table({line_of(g.source, g.imported.total)}), terminal);
  }
  if (!r.model_file.empty()) out += fmt::format("\nModel written to {}\n", r.model_file);
  for (const std::string& sentence : r.missing) {
    if (r.model_file.empty()) out += fmt::format("Missing: {}\n", sentence);
  }
  return out;
}

std::string worst_text(const app::Scoring& s, size_t count, const report::Terminal& terminal) {
  const auto summaries = explain::summarise(s.engine(), s.as_of(), s.threads());
  auto order = explain::worst_first(s.engine(), summaries);
  if (order.size() > count) order.resize(count);
  std::string out = fmt::format("\nAs of {}, model {}\n\n", s.as_of().words(), s.plan().model);
  out += report::to_text(report::bands_table(s.engine(), summaries), terminal);
  out += fmt::format("\nThe {} with the lowest scores\n\n", order.size());
  out += report::to_text(report::accounts_table(s.engine(), summaries, order), terminal) + "\n";
  order = explain::steepest_first(s.engine(), summaries);
  if (order.empty()) return out;
  order.resize(std::min(order.size(), (count + 1) / 2));
  out += fmt::format("The {} that fell most in {} days\n\n", order.size(), explain::kChangeDays);
  return out + report::to_text(report::accounts_table(s.engine(), summaries, order), terminal) + "\n";
}

}  // namespace kenko::cli

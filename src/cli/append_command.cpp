#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "app/append.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/import_output.h"

namespace kenko::cli {
namespace {

// Written to the file itself: an answer must not wait in a buffer.
Status write_answers(std::string_view answers) {
  while (!answers.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, answers.data(), answers.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return Problem{"output-failed",
                     {},
                     fmt::format("the answers cannot be written: {}", std::strerror(errno)),
                     "the facts are stored; send the lines again to see what became of them",
                     "",
                     Severity::error};
    }
    answers.remove_prefix(static_cast<size_t>(written));
  }
  return Done{};
}

std::string summary(const app::AppendReport& report) {
  const state::FileCounts& t = report.total;
  std::string out = fmt::format("{} lines: {} added, {} already there, {} corrected", text::grouped(t.read),
                                text::grouped(t.added), text::grouped(t.already), text::grouped(t.corrected));
  if (t.filtered > 0) out += fmt::format(", {} left out", text::grouped(t.filtered));
  out += fmt::format(", {} rejected", text::grouped(t.rejected));
  if (t.deleted > 0) out += fmt::format("; {} events deleted", text::grouped(t.deleted));
  if (report.sealed > 0) out += fmt::format("; {} events moved into segments", text::grouped(report.sealed));
  for (const app::SourceChange& change : report.changes) {
    if (change.added) out += fmt::format("\nnew source in kenko.yaml: {}", change.source);
  }
  if (t.rejected > 0) out += "\n`kenko rejects list` shows what was rejected";
  return out + "\n";
}

Exit run_append(const Common& common, const app::AppendRequest& request) {
  if (request.group < 1 || request.seal_after < 1) {
    return fail({{"bad-option", {}, "--group and --seal-after are at least 1", "", "", Severity::error}});
  }
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  app::LineInput input(STDIN_FILENO);
  const auto report = app::append_lines(*workspace, request, clock(), input, write_answers);
  if (!report) return fail(report.problems());
  fmt::print(stderr, "{}", summary(*report));
  return report->total.rejected > 0 ? Exit::failed : Exit::ok;
}

}  // namespace

void add_append_command(CLI::App& app, Common& common, Exit& exit) {
  auto* append = app.add_subcommand("append", "take facts from standard input, one JSON object a line, as they come");
  auto request = std::make_shared<app::AppendRequest>();
  append->add_option("--mapping", request->mapping_file,
                     "how the keys become facts; default: the source's in kenko.yaml");
  append->add_option("--source", request->source, "name of the source");
  append->add_option("--group", request->group, "commit at most so many lines at once")->capture_default_str();
  append->add_option("--seal-after", request->seal_after, "so many events become a segment")->capture_default_str();
  append->callback([&, request] { exit = run_append(common, *request); });
}

}  // namespace kenko::cli

#include "app/rejects.h"

namespace kenko::app {
namespace {

void add_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

Result<std::vector<state::Reject>> list_rejects(const Workspace& workspace, const std::optional<std::string>& source,
                                                const std::optional<std::string>& code) {
  KENKO_TRY(auto database, open_state(workspace.dir));
  if (!database) return std::vector<state::Reject>();
  KENKO_TRY(std::vector<state::Reject> rejects, database->rejects(source));
  if (code) std::erase_if(rejects, [&code](const state::Reject& reject) { return reject.code != *code; });
  return rejects;
}

std::string rejects_csv(const std::vector<state::Reject>& rejects) {
  std::string out = "source,file,line,field,code,message,record\n";
  for (const state::Reject& reject : rejects) {
    const std::string line = reject.line > 0 ? std::to_string(reject.line) : "";
    for (const std::string_view cell :
         {std::string_view(reject.source), std::string_view(reject.file), std::string_view(line),
          std::string_view(reject.field), std::string_view(reject.code), std::string_view(reject.message)}) {
      add_cell(out, cell);
      out += ',';
    }
    add_cell(out, reject.raw);
    out += '\n';
  }
  return out;
}

}  // namespace kenko::app

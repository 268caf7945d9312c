#include "app/model_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/init.h"
#include "app/scoring.h"
#include "base/text.h"
#include "model/document.h"
#include "model/read.h"
#include "ports/files.h"
#include "vocabulary/vocabulary.h"

namespace kenko::app {
namespace {

std::string templates_text(const std::string& share_dir) {
  std::string out;
  for (const auto& [name, purpose] : list_templates(share_dir))
    out += fmt::format("\n        {:<14} {}", name, purpose);
  return out;
}

// Its `model:` line names it; everything else stays.
std::string renamed(const std::string& text, const std::string& name) {
  std::string out;
  bool done = false;
  for (const std::string_view line : text::split(text, '\n')) {
    const bool is_name = !done && line.starts_with("model:");
    out += is_name ? "model: " + name : std::string(line);
    out += '\n';
    done = done || is_name;
  }
  out.pop_back();  // what split() saw behind the last line break
  return out;
}

}  // namespace

bool is_model_name(const std::string& name) {
  constexpr size_t kLongest = 64;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongest && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || c == '_' || c == '-'; });
}

std::string model_schema() { return vocabulary::to_json_schema(); }

Result<std::string> model_page(const Workspace& workspace, const std::string& name) {
  KENKO_TRY(const LoadedModel loaded, load_model(workspace, name));
  return model::document(loaded.model, workspace.settings, loaded.plan.fingerprint.hex());
}

std::vector<std::pair<std::string, std::string>> list_templates(const std::string& share_dir) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& name : template_names(share_dir)) {
    std::string purpose;
    Problems ignored;
    const auto text = ports::read_file(share_dir + "/templates/" + name + ".yaml");
    if (text) {
      const auto model = model::read_model(*text, name, ignored);
      if (model) purpose = model->purpose;
    }
    out.emplace_back(name, purpose);
  }
  return out;
}

Result<std::string> new_model(const Workspace& workspace, const std::string& name, const std::string& template_name,
                              const std::string& share_dir) {
  Problems problems;
  const auto add = [&](std::string code, std::string message, std::string hint) {
    problems.push_back({std::move(code), {}, std::move(message), std::move(hint), "", Severity::error});
  };
  const std::string path = workspace.path("models/" + name + ".yaml");
  if (!is_model_name(name)) {
    add("bad-name", fmt::format("`{}` cannot be the name of a model", name), "use letters, digits, `_` and `-`");
  } else if (ports::file_exists(path)) {
    add("model-exists", fmt::format("there is a model `{}` already ({})", name, path),
        "choose another name; nothing was written");
  }
  const auto names = template_names(share_dir);
  if (std::find(names.begin(), names.end(), template_name) == names.end()) {
    add("unknown-template", fmt::format("there is no template `{}`", template_name),
        names.empty() ? "the folder of templates was not found; KENKO_SHARE names it"
                      : "these are there:" + templates_text(share_dir));
  }
  if (!problems.empty()) return problems;
  KENKO_TRY(const std::string text, ports::read_file(share_dir + "/templates/" + template_name + ".yaml"));
  KENKO_TRY_STATUS(ports::make_folder(workspace.path("models")));
  KENKO_TRY_STATUS(ports::write_file(path, {renamed(text, name)}));
  return path;
}

}  // namespace kenko::app

#include "app/import_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "facts/manual_source.h"
#include "mapping/own_columns.h"
#include "mapping/read_mapping.h"
#include "ports/files.h"
#include "settings/settings_file.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOwnSource = "files";

std::vector<std::string> source_names(const facts::Settings& settings) {
  std::vector<std::string> names;
  for (const facts::SourceSettings& source : settings.sources) names.push_back(source.name);
  return names;
}

// The path relative to the workspace, with '/' between; empty when it lies outside.
std::string inside(const std::string& dir, const std::string& file) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(file, error);
  const std::string relative = path.lexically_relative(fs::weakly_canonical(dir, error)).generic_string();
  return relative.empty() || relative.starts_with("..") ? "" : relative;
}

// Where a mapping from elsewhere is kept: under its own name, unless that is another mapping's place already.
std::string place_for(const Workspace& workspace, const ImportPlan& plan, const std::string& file) {
  const std::string name = fs::path(file).filename().string();
  const std::string place = "mappings/" + name;
  const facts::SourceSettings* known = workspace.settings.find_source(plan.source);
  if (known != nullptr && known->mapping == place) return place;  // a mended version of the source's own
  const auto there = ports::read_file(workspace.path(place));
  return !there.ok() || *there == plan.mapping_text ? place : "mappings/" + plan.source + "-" + name;
}

Status check_source_name(const std::string& source) {
  Problem problem;
  if (source == facts::kManualSource) {
    problem.code = "reserved-source";
    problem.message = "the source `manual` is for what people enter by hand";
    problem.hint = "use `kenko log`, or name another source";
    return problem;
  }
  if (settings::is_source_name(source)) return Done{};
  problem.code = "bad-source-name";
  problem.message = fmt::format("`{}` cannot be the name of a source", source);
  problem.hint = "use letters, digits, `_`, `-` and `.`";
  return problem;
}

Problem unknown_source(const facts::Settings& settings, const std::string& source) {
  Problem problem;
  problem.code = "unknown-source";
  problem.place.file = kSettingsFile;
  problem.message = fmt::format("kenko.yaml has no source `{}`", source);
  problem.hint = text::did_you_mean(source, source_names(settings));
  if (!problem.hint.empty()) problem.hint += "; ";
  problem.hint +=
      "for a new one name its mapping: --mapping FILE (`kenko import --suggest FILE` writes one to start from)";
  return problem;
}

facts::SourceSettings defaults_for(const facts::Settings& settings, const ImportPlan& plan) {
  facts::SourceSettings source;
  source.name = plan.source;
  source.mapping = plan.mapping_place;
  // The first source and Kenko's own columns define accounts; what comes later speaks of accounts that are there.
  const bool defines = plan.mapping == nullptr || settings.sources.empty();
  source.accounts = defines ? facts::AccountIds::defines : facts::AccountIds::matched;
  if (plan.mapping == nullptr) return source;
  if (plan.mapping->accounts) source.accounts = *plan.mapping->accounts;
  if (plan.mapping->covers) source.covers = *plan.mapping->covers;
  source.known_at = plan.mapping->known_at;
  source.emits = mapping::emitted_names(*plan.mapping).names;
  source.attributes = mapping::account_attributes(*plan.mapping);
  return source;
}

}  // namespace

void SeenSource::merge(const SeenSource& other) {
  names.insert(other.names.begin(), other.names.end());
  attributes.insert(other.attributes.begin(), other.attributes.end());
}

Result<ImportPlan> plan_import(const Workspace& workspace, const ImportRequest& request) {
  const facts::Settings& settings = workspace.settings;
  ImportPlan plan;
  plan.source = request.source;
  std::string file = request.mapping_file;
  const facts::SourceSettings* known = settings.find_source(request.source);
  if (file.empty() && known != nullptr && !known->mapping.empty()) file = workspace.path(known->mapping);
  if (file.empty() && !request.source.empty() && known == nullptr && !settings.sources.empty() &&
      text::closest(request.source, source_names(settings))) {
    return unknown_source(settings, request.source);  // most likely a slip of the pen
  }
  if (file.empty()) {
    if (plan.source.empty()) plan.source = kOwnSource;
  } else {
    KENKO_TRY(plan.mapping_text, ports::read_file(file));
    KENKO_TRY(mapping::Mapping mapping, mapping::read_mapping(plan.mapping_text, file));
    if (plan.source.empty()) plan.source = mapping.source;
    if (plan.source.empty()) plan.source = fs::path(file).stem().string();
    // The mapping says how; kenko.yaml may still say that what comes in is known from then on.
    known = settings.find_source(plan.source);
    if (known != nullptr && mapping.known_at == facts::KnownAt::assumed &&
        known->known_at == facts::KnownAt::recorded) {
      mapping.known_at = facts::KnownAt::recorded;
    }
    plan.mapping_place = inside(workspace.dir, file);
    if (plan.mapping_place.empty()) plan.mapping_place = place_for(workspace, plan, file);
    plan.mapping = std::make_shared<const mapping::Mapping>(std::move(mapping));
  }
  KENKO_TRY_STATUS(check_source_name(plan.source));
  plan.defaults = defaults_for(settings, plan);
  return plan;
}

Result<std::shared_ptr<const mapping::Mapping>> own_mapping_for(std::span<const std::string_view> columns,
                                                                const std::string& file,
                                                                const facts::Settings& settings, bool more) {
  auto own = mapping::own_mapping(columns, more);
  if (own) return std::make_shared<const mapping::Mapping>(std::move(*own));
  constexpr size_t kShown = 8;
  std::vector<std::string> names(columns.begin(),
                                 columns.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, columns.size())));
  if (columns.size() > kShown) names.emplace_back("...");
  Problem problem;
  problem.code = "no-mapping";
  problem.place.file = file;
  problem.message = fmt::format("its columns are not Kenko's own: {}", text::join(names, ", "));
  std::vector<std::string> mapped;
  for (const facts::SourceSettings& source : settings.sources) {
    if (!source.mapping.empty()) mapped.push_back(source.name);
  }
  problem.hint = "`kenko import --suggest FILE` writes a mapping to start from; --mapping FILE uses it";
  if (!mapped.empty()) problem.hint += fmt::format("; --source uses one that is there: {}", text::join(mapped, ", "));
  return problem;
}

Result<std::vector<SourceChange>> register_sources(const Workspace& workspace, const ImportPlan& plan,
                                                   const std::map<std::string, SeenSource>& seen, bool write) {
  const std::string path = workspace.path(kSettingsFile);
  KENKO_TRY(const std::string before, ports::read_file(path));
  KENKO_TRY(facts::Settings settings, settings::read_settings(before, path));
  std::string yaml = before;
  std::vector<SourceChange> changes;
  for (const auto& [name, what] : seen) {
    SourceChange change{name, false, {what.names.begin(), what.names.end()}, what.attributes};
    if (name == plan.source) {
      change.emits.insert(change.emits.end(), plan.defaults.emits.begin(), plan.defaults.emits.end());
      change.attributes.insert(plan.defaults.attributes.begin(), plan.defaults.attributes.end());
    }
    std::sort(change.emits.begin(), change.emits.end());
    change.emits.erase(std::unique(change.emits.begin(), change.emits.end()), change.emits.end());
    if (const facts::SourceSettings* known = settings.find_source(name); known != nullptr) {
      std::erase_if(change.emits, [&](const std::string& e) {
        return std::find(known->emits.begin(), known->emits.end(), e) != known->emits.end();
      });
      std::erase_if(change.attributes, [&](const auto& a) { return known->attributes.contains(a.first); });
      if (change.emits.empty() && change.attributes.empty()) continue;
      KENKO_TRY(yaml, settings::extend_source(yaml, path, name, change.emits, change.attributes));
    } else {
      facts::SourceSettings source = plan.defaults;
      source.name = name;
      if (name != plan.source) source.mapping.clear();
      source.emits = change.emits;
      source.attributes = change.attributes;
      change.added = true;
      KENKO_TRY(yaml, settings::add_source(yaml, path, source));
    }
    KENKO_TRY(settings, settings::read_settings(yaml, path));
    changes.push_back(std::move(change));
  }
  if (!write) return changes;
  if (!plan.mapping_place.empty()) {
    const std::string place = workspace.path(plan.mapping_place);
    const auto there = ports::file_exists(place) ? ports::read_file(place) : Result<std::string>(std::string());
    if (!there.ok() || *there != plan.mapping_text) {
      KENKO_TRY_STATUS(ports::make_folder(fs::path(place).parent_path().string()));
      KENKO_TRY_STATUS(ports::write_file(place, {plan.mapping_text}));
    }
  }
  if (yaml != before) {
    KENKO_TRY_STATUS(ports::write_file(path, {yaml}));
  }
  return changes;
}

}  // namespace kenko::app

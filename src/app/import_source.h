// app/import_source.h
//
// Which mapping an import uses, and what kenko.yaml says or will say about its source.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/import.h"
#include "mapping/mapping.h"

namespace kenko::app {

/// The mapping of a command.
///
/// With a mapping file there is one for all files.  Without, each file's columns must be Kenko's own.
struct ImportPlan {
  std::shared_ptr<const mapping::Mapping> mapping;  ///< null = Kenko's own columns, by file
  std::string source;
  std::string mapping_text;   ///< of the file that is used; empty = none
  std::string mapping_place;  ///< where it belongs in the workspace ("mappings/crm.yaml"); empty = Kenko's own columns
  facts::SourceSettings defaults;  ///< how the source is written into kenko.yaml when it is not there yet
};

/// Errors: a missing or bad mapping, a bad source name, a source that kenko.yaml does not know and no mapping.
[[nodiscard]] Result<ImportPlan> plan_import(const Workspace& workspace, const ImportRequest& request);

/// Kenko's own mapping for a file with these columns (`more`: and perhaps others, see own_mapping()); "no-mapping" when
/// they are not its own.
[[nodiscard]] Result<std::shared_ptr<const mapping::Mapping>> own_mapping_for(std::span<const std::string_view> columns,
                                                                              const std::string& file,
                                                                              const facts::Settings& settings,
                                                                              bool more = false);

/// What the facts of an import said about a source.
struct SeenSource {
  std::set<std::string, std::less<>> names;
  std::map<std::string, facts::AttributeType> attributes;
  void merge(const SeenSource& other);
};

/// Brings kenko.yaml and mappings/ up to date before facts of these sources are committed; nothing is written when
/// nothing is new.  Idempotent.  `write` false: only says what would change.
[[nodiscard]] Result<std::vector<SourceChange>> register_sources(const Workspace& workspace, const ImportPlan& plan,
                                                                 const std::map<std::string, SeenSource>& seen,
                                                                 bool write);

}  // namespace kenko::app

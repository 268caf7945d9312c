#include "app/suggest.h"

#include <filesystem>

#include "mapping/own_columns.h"
#include "mapping/suggest.h"
#include "readers/read_records.h"

namespace kenko::app {

Result<Suggestion> suggest(const std::string& file, const std::string& event_name) {
  constexpr int64_t kRows = 1000;
  KENKO_TRY(const mapping::Sample sample, readers::read_sample(file, {}, kRows));
  Suggestion suggestion;
  suggestion.columns = sample.columns;
  const std::vector<std::string_view> columns(sample.columns.begin(), sample.columns.end());
  suggestion.own_columns = mapping::own_mapping(columns).has_value();
  if (!suggestion.own_columns) {
    const std::string name = std::filesystem::path(file).filename().string();
    suggestion.mapping = mapping::suggest_mapping(sample, name, event_name);
  }
  return suggestion;
}

}  // namespace kenko::app

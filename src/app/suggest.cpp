#include "app/suggest.h"

#include <filesystem>

#include "app/encoding_guess.h"
#include "mapping/own_columns.h"
#include "mapping/suggest.h"

namespace kenko::app {

Result<Suggestion> suggest(const std::string& file, const std::string& event_name) {
  constexpr int64_t kRows = 1000;
  KENKO_TRY(const mapping::Sample sample, read_sample_of_any_encoding(file, kRows));
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

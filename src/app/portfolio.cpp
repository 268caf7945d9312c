#include "app/portfolio.h"

#include <algorithm>

#include "ports/files.h"
#include "segments/portfolio_store.h"

namespace kenko::app {

Result<text::RuleFiles> read_text_rules(const std::string& dir) {
  text::RuleFiles files = text::shipped_rule_files();
  for (const std::string& file : ports::list_files(dir + "/lexicons")) {
    if (!file.ends_with(".txt")) continue;
    const std::string shipped = "lexicons/" + file;
    KENKO_TRY(std::string bytes, ports::read_file(dir + "/" + shipped));
    const auto same = std::find_if(files.lexicons.begin(), files.lexicons.end(),
                                   [&shipped](const text::RuleFile& f) { return f.name == shipped; });
    text::RuleFile& place = same == files.lexicons.end() ? files.lexicons.emplace_back() : *same;
    place = {dir + "/" + shipped, std::move(bytes)};
  }
  const std::string topics = dir + "/topics.yaml";
  if (ports::file_exists(topics)) {
    KENKO_TRY(std::string bytes, ports::read_file(topics));
    files.topics = {topics, std::move(bytes)};
  }
  return files;
}

Result<facts::Portfolio> load_portfolio(const std::string& dir, ports::FactStore& store,
                                        const facts::Settings& settings, const facts::Cut& cut) {
  KENKO_TRY(const text::RuleFiles texts, read_text_rules(dir));
  return segments::load_portfolio(dir, store, settings, texts, cut);
}

Result<segments::OpenPortfolio> open_portfolio(const std::string& dir, ports::FactStore& store,
                                               const facts::Settings& settings) {
  KENKO_TRY(const text::RuleFiles texts, read_text_rules(dir));
  return segments::OpenPortfolio::open(dir, store, settings, texts);
}

}  // namespace kenko::app

#include "text/rules.h"

#include <fmt/format.h>

#include <utility>

#include "text/shipped.h"

namespace kenko::text {
namespace {

/// Raised whenever the same files make something else of a text.
constexpr int64_t kRulesVersion = 1;

}  // namespace

Hash128 RuleFiles::fingerprint() const {
  PartsHash hash;
  hash.add(kRulesVersion).add(static_cast<int64_t>(lexicons.size()));
  for (const RuleFile& file : lexicons) hash.add(file.bytes);
  hash.add(topics.bytes);
  return hash.hash();
}

RuleFiles shipped_rule_files() {
  RuleFiles files;
  for (const ShippedLexicon& lexicon : shipped_lexicons()) {
    files.lexicons.push_back({"lexicons/" + std::string(lexicon.language) + ".txt", std::string(lexicon.bytes)});
  }
  files.topics = {"topics.yaml", std::string(shipped_topics())};
  return files;
}

Result<TextRules> read_rules(const RuleFiles& files) {
  Problems problems;
  const auto keep = [&problems](Problems more) {
    problems.insert(problems.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  std::vector<Lexicon> lexicons;
  for (const RuleFile& file : files.lexicons) {
    auto lexicon = Lexicon::parse(file.bytes, file.name);
    if (!lexicon.ok()) {
      keep(std::move(lexicon).problems());
    } else if (!file.name.ends_with("/" + lexicon->language + ".txt")) {
      Problem problem;
      problem.code = "bad-lexicon";
      problem.place.file = file.name;
      problem.message = fmt::format("the file says `language: {}`", lexicon->language);
      problem.hint = fmt::format("call it {}.txt, or write its name there", lexicon->language);
      problems.push_back(std::move(problem));
    } else {
      lexicons.push_back(std::move(lexicon).value());
    }
  }
  auto topics = Topics::parse(files.topics.bytes, files.topics.name);
  if (!topics.ok()) keep(std::move(topics).problems());
  if (!problems.empty()) return problems;
  return TextRules{Lexicons(std::move(lexicons)), std::move(topics).value()};
}

}  // namespace kenko::text

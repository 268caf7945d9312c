// Reads texts as Kenko does: one line of standard input a text (\n in it stands for a line end, \\ for a backslash),
// one line of output each: the sentiment (or `-`), a tab, the topics.  `--language en` asks that lexicon alone.
// tests/binary/test_sentiment.py and scripts/measure-sentiment use it.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "text/derive.h"
#include "text/rules.h"

namespace {

std::string unescaped(const std::string& line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      out += line[++i] == 'n' ? '\n' : line[i];
    } else {
      out += line[i];
    }
  }
  return out;
}

bool read_line(std::string& line) {
  line.clear();
  int c = 0;
  while ((c = std::getchar()) != EOF && c != '\n') line += static_cast<char>(c);
  return c != EOF || !line.empty();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string language = argc == 3 && std::string(argv[1]) == "--language" ? argv[2] : "";
  if (argc != 1 && language.empty()) {
    fmt::print(stderr, "usage: kenko_read_texts [--language en]\n");
    return 2;
  }
  kenko::text::RuleFiles files = kenko::text::shipped_rule_files();
  const auto rules = kenko::text::read_rules(files);
  if (!rules.ok()) {
    fmt::print(stderr, "{}", kenko::to_text(rules.problems()));
    return 1;
  }
  const auto file = std::find_if(files.lexicons.begin(), files.lexicons.end(),
                                 [&](const auto& f) { return f.name == "lexicons/" + language + ".txt"; });
  std::optional<kenko::text::Lexicon> only;
  if (file != files.lexicons.end()) only = kenko::text::Lexicon::parse(file->bytes, file->name).value();
  if (!language.empty() && !only) {
    fmt::print(stderr, "there is no lexicon `{}`\n", language);
    return 2;
  }
  for (std::string line; read_line(line);) {
    const std::string text = unescaped(line);
    const auto reading = kenko::text::read_text(text, rules->lexicons, rules->topics);
    const auto sentiment = only ? only->sentiment(text) : reading.sentiment;
    std::string topics;
    for (const uint32_t topic : reading.topics) topics += (topics.empty() ? "" : " ") + rules->topics.names()[topic];
    fmt::print("{}\t{}\n", sentiment ? sentiment->text() : "-", topics);
  }
  return 0;
}

#include "text/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "text/tokens.h"
#include "tree/reader.h"

namespace kenko::text {
namespace {

// The term as its tokens, so that differently written ones are seen to be the same.
std::string folded(std::string_view term) {
  const Tokens tokens(term);
  std::string out;
  for (size_t i = 0; i < tokens.size(); ++i) out.append(i == 0 ? "" : " ").append(tokens[i]);
  return out.empty() || !term.ends_with('*') ? out : out + "*";
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

}  // namespace

Result<Topics> Topics::parse(std::string_view yaml, const std::string& file) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  tree::Reader root(*tree, tree->root(), problems);
  const tree::Node* list = root.find("topics", tree::Need::required);
  (void)root.integer("kenko", 1, 1);
  root.finish();

  std::map<std::string, std::set<std::string>> terms_of_topic;
  for (const tree::Entry& entry : list != nullptr ? list->entries : std::vector<tree::Entry>()) {
    const std::string& name = entry.key.text;
    if (!is_name(name)) {
      root.values().add(entry.key, "bad-topics", fmt::format("`{}` is no name of a topic", name),
                        "use small letters, digits, `_`, `-` and `.`");
    }
    std::set<std::string>& terms = terms_of_topic[name];
    const bool is_list = entry.value.is_list();
    for (const tree::Node& node : is_list ? entry.value.items : std::vector<tree::Node>{entry.value}) {
      const std::string term = root.values().text(node, "a term").value_or("");
      const std::string key = folded(term);
      if (key.empty() && !term.empty()) {
        root.values().add(node, "bad-topics", fmt::format("`{}` has no letter", term), "write a word");
      } else if (!key.empty() && !terms.insert(key).second) {
        root.values().add(node, "duplicate-term", fmt::format("`{}` stands under `{}` twice", term, name),
                          "keep one of the two");
      }
    }
  }
  if (list != nullptr && !list->is_map()) {
    root.values().add(*list, "bad-topics", "`topics` is no map of topics",
                      "write `billing: [invoice*, 請求]` under it");
  }
  if (has_errors(problems)) return problems;

  Topics out;
  std::map<std::string, std::vector<uint32_t>> topics_of_term;
  for (const auto& [name, terms] : terms_of_topic) {
    for (const std::string& term : terms) topics_of_term[term].push_back(static_cast<uint32_t>(out.names_.size()));
    out.names_.push_back(name);
  }
  for (auto& [term, topics] : topics_of_term) {
    if (out.phrases_.add(term, static_cast<uint32_t>(out.topics_of_phrase_.size()))) {
      out.topics_of_phrase_.push_back(std::move(topics));
    }
  }
  return out;
}

std::vector<uint32_t> Topics::of(const Tokens& tokens) const {
  std::vector<uint8_t> found(names_.size(), 0);
  for (size_t at = 0; at < tokens.size(); ++at) {
    phrases_.each_at(tokens, at, [&](const Phrases::Match& match) {
      for (const uint32_t topic : topics_of_phrase_[match.number]) found[topic] = 1;
    });
  }
  std::vector<uint32_t> out;
  for (uint32_t topic = 0; topic < found.size(); ++topic) {
    if (found[topic] != 0) out.push_back(topic);
  }
  return out;
}

}  // namespace kenko::text

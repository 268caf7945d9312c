#include "text/derive.h"

#include <algorithm>

namespace kenko::text {

std::string topic_property(std::string_view topic) { return "about(" + std::string(topic) + ")"; }

bool is_derived_property(std::string_view key) {
  return key.ends_with(')') && (key == kSentimentProperty || key.starts_with("about("));
}

Reading read_text(std::string_view text, const Lexicons& lexicons, const Topics& topics) {
  if (text.empty()) return {};
  const Tokens tokens(text);
  return {lexicons.sentiment(text, tokens), topics.of(tokens)};
}

void derive_properties(facts::FactSet& facts, const Lexicons& lexicons, const Topics& topics) {
  for (facts::EventFact& event : facts.events) {
    std::erase_if(event.properties, [](const facts::Property& p) { return is_derived_property(p.key); });
    if (!event.text) continue;
    const Reading reading = read_text(*event.text, lexicons, topics);
    if (reading.sentiment) event.properties.push_back({std::string(kSentimentProperty), reading.sentiment->text()});
    for (const uint32_t topic : reading.topics) {
      event.properties.push_back({topic_property(topics.names()[topic]), "true"});
    }
    std::sort(event.properties.begin(), event.properties.end());
  }
}

}  // namespace kenko::text

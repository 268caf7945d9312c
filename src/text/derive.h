// text/derive.h
//
// What the text of an event says, as properties of the event.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "facts/fact.h"
#include "text/lexicons.h"
#include "text/topics.h"

namespace kenko::text {

/// The property with the sentiment of an event's text: a decimal as text; absent where there is no opinion.
inline constexpr std::string_view kSentimentProperty = "sentiment(text)";
/// The property that is `true` when the text is about `topic`, else absent: `about(billing)`.
[[nodiscard]] std::string topic_property(std::string_view topic);
/// True for names of these two kinds.  A stored property of such a name is never read: only a text makes them.
[[nodiscard]] bool is_derived_property(std::string_view key);

/// What a text says.
struct Reading {
  std::optional<Decimal> sentiment;
  std::vector<uint32_t> topics;  ///< positions in Topics::names(), ascending
  friend bool operator==(const Reading&, const Reading&) = default;
};
[[nodiscard]] Reading read_text(std::string_view text, const Lexicons& lexicons, const Topics& topics);

/// Gives every event with a text the properties that follow from it and takes away stored ones of such names; other
/// properties stay, and all stay sorted.
void derive_properties(facts::FactSet& facts, const Lexicons& lexicons, const Topics& topics);

}  // namespace kenko::text

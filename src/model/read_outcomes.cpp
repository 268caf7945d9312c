// `outcome:` and `outcomes:`: what the score is to foretell.
#include <fmt/format.h>

#include "model/read_parts.h"

namespace kenko::model {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

constexpr std::string_view kDefaultEvent = "account.churned";
constexpr std::string_view kShortHint =
    "name an event: account.churned; with a filter, or of something that does not happen, it is an entry of "
    "`outcomes:`";

language::Expression name_expression(const std::string& name) {
  language::Expression out;
  out.kind = language::Expression::Kind::name;
  out.text = name;
  out.end = name.size();
  return out;
}

// `outcome: EVENT`, or nothing at all.
Outcome short_outcome(const std::string& event) {
  Outcome out;
  out.short_form = true;
  out.name = event == kDefaultEvent ? "churn" : event;
  out.expression = event;
  out.events = name_expression(event);
  return out;
}

// A number of days within a range; `least` may be 0, written 0d.
std::optional<int32_t> days_within(Reader& reader, std::string_view key, int32_t least, int32_t most) {
  const Node* node = reader.find(key);
  if (node == nullptr) return std::nullopt;
  const bool zero = node->is_scalar() && (node->text == "0d" || node->text == "0w");
  const auto days = zero ? std::optional<int32_t>(0) : reader.values().days(*node, fmt::format("`{}`", key));
  if (!days) return std::nullopt;
  if (*days >= least && *days <= most) return days;
  reader.add(key, "out-of-range",
             fmt::format("`{}` must be between {}d and {}d, not `{}`", key, least, most, node->text));
  return std::nullopt;
}

// Which of the three kinds it is; reports none and several.
void read_kind(const Node& name, Reader& entry, Outcome& out) {
  const bool event = is_given(entry, "event");
  const bool absence = is_given(entry, "absence");
  const bool contract = is_given(entry, "contract");
  if (event + absence + contract != 1) {
    entry.values().add(name, event + absence + contract == 0 ? "missing-key" : "bad-outcome",
                       fmt::format("outcome `{}` needs one of `event`, `absence` and `contract`{}", out.name,
                                   event + absence + contract == 0 ? "" : ", not several"),
                       "event: account.churned when it is recorded; absence: purchase when it shows by nothing "
                       "happening; contract: not_renewed");
  }
  out.kind = event      ? Outcome::Kind::event
             : absence  ? Outcome::Kind::absence
             : contract ? Outcome::Kind::contract
                        : Outcome::Kind::event;
  for (const std::string_view key : {"event", "absence"}) {
    auto read = read_expression(entry, key, Need::optional, "account.churned");
    if (!read || key != (event ? "event" : "absence")) continue;
    out.expression = std::move(read->text);
    out.events = std::move(read->value);
    out.events_at = std::move(read->at);
  }
  (void)entry.choice<bool>("contract", {{"not_renewed", true}});
}

Outcome read_outcome(const Node& name, Reader& entry) {
  Outcome out;
  out.name = name.text;
  out.at = place_only(name);
  check_name(entry, name, "outcome");
  if (!entry.is_map()) return out;
  out.label = entry.text("label").value_or("");
  read_kind(name, entry, out);
  constexpr int32_t kMostHorizon = 730;
  constexpr int32_t kMostDays = 365;
  out.horizon_days = days_within(entry, "within", 1, kMostHorizon).value_or(out.horizon_days);
  out.gap_days = days_within(entry, "gap", 0, kMostDays).value_or(out.gap_days);
  const bool renewed = is_given(entry, "renewed_within");
  out.renewed_within_days = days_within(entry, "renewed_within", 1, kMostDays).value_or(out.renewed_within_days);
  if (renewed && !is_given(entry, "contract")) {
    entry.add("renewed_within", "no-effect", fmt::format("`renewed_within` of outcome `{}` has no effect", out.name),
              "it goes with `contract: not_renewed`; the horizon of an outcome is `within`", Severity::warning);
  }
  out.among = read_condition(entry, "among", Need::optional);
  entry.finish();
  return out;
}

}  // namespace

void read_outcomes(Reader& reader, Model& model) {
  const Node* event = reader.find("outcome");
  if (event != nullptr && (!event->is_scalar() || event->text.find_first_of("([{ ") != std::string::npos)) {
    reader.add("outcome", "wrong-type", "`outcome` must be the name of an event", std::string(kShortHint));
    event = nullptr;
  }
  const bool several = is_given(reader, "outcomes");
  if (event != nullptr && several) {
    reader.add("outcome", "bad-outcome", "the model has both `outcome` and `outcomes`",
               fmt::format("make it an entry of `outcomes:`, {}: {{event: {}}}",
                           event->text == kDefaultEvent ? "churn" : "NAME", event->text));
  }
  reader.each("outcomes", "outcome",
              [&](const Node& name, Reader& entry) { model.outcomes.push_back(read_outcome(name, entry)); });
  const Node* all = reader.node().find("outcomes");
  if (all != nullptr && all->is_map() && all->entries.empty())
    reader.add("outcomes", "missing-key", "`outcomes` is empty", "leave it out: the outcome is then account.churned");
  if (!model.outcomes.empty()) return;
  model.outcomes.push_back(short_outcome(event == nullptr ? std::string(kDefaultEvent) : event->text));
  if (event == nullptr) return;
  model.outcomes.front().at = place_only(*event);
  model.outcomes.front().events_at = place_only(*event);
}

}  // namespace kenko::model

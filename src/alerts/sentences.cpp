// Why alerts open and what usually helps, in words.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "alerts/closing.h"

namespace kenko::alerts {
namespace {

std::string points(int32_t hundredths) { return fmt::format("{:.1f}", hundredths / 100.0); }

// A score beside its limit: with more places where one would make them look the same.
std::string beside(int32_t score, int32_t limit) {
  const std::string shown = points(score);
  return shown == points(limit) && score != limit ? fmt::format("{:.2f}", score / 100.0) : shown;
}

// What part of a fall the customer did, where it is not all of it.
std::string own_part(const Signal& signal) {
  constexpr int32_t kNotable = 100;
  const int32_t fall = signal.before - signal.value, own = -signal.part;
  if (fall <= 0 || std::abs(fall - own) < kNotable) return "";
  return fmt::format(", {} of {} points by what they did", points(std::max(0, own)), points(fall));
}

std::string number(int32_t hundredths) { return fmt::format("{:g}", hundredths / 100.0); }

Sentence scored(int32_t limit, const Signal& signal) {
  const std::string now = beside(signal.value, limit);
  if (signal.before == kNone) return say("score {}, below {}", now, number(limit));
  return say("score {}, below {}; it was {} on {}{}", now, number(limit), points(signal.before), signal.since.iso(),
             own_part(signal));
}

// The sentence, and behind it what costs the account the most points.
Sentence with_reason(Sentence sentence, std::string_view reason) {
  if (reason.empty()) return sentence;
  sentence.pattern += "; {}";
  sentence.parts.emplace_back(reason);
  return sentence;
}

}  // namespace

namespace {

Sentence bare_why(const Rule& rule, const Rules& rules, Level level, const Signal& signal, const AccountDay& row,
                  const ClosedDay& day) {
  switch (rule.kind) {
    case Kind::level:
      return scored(rules.at(level).below_hundredths, signal);
    case Kind::fall:
      return say("fell by {} points since {}, to {}", points(-signal.part), signal.since.iso(),
                 signal.value == kNone ? "no score" : points(signal.value));
    case Kind::baseline:
      return say("{} points below its own usual level of the {} days before", points(-signal.part), rule.within_days);
    case Kind::trigger:
      return say("{} on {}", rule.title.empty() ? rule.trigger : rule.title, day.day.iso());
    case Kind::band:
      return say("fell to {}, by {} points of its own since {}", std::string(day.text(row.band)), points(-signal.part),
                 signal.since.iso());
    case Kind::condition:
      return say("{} since {}", rule.title.empty() ? rule.name : rule.title, day.day.iso());
    case Kind::renewal:
      return say("renews on {} (in {} days) with a score of {}, below {}", Day{row.renewal}.iso(),
                 row.renewal - day.day.number, beside(signal.value, rule.below), number(rule.below));
    case Kind::insufficient:
      return say("too little is known for a score, for {} weeks", rule.fire_after / 7);
    case Kind::silent:
    case Kind::storm:
      break;
  }
  return Sentence(rule.name);
}

}  // namespace

Sentence why_of(const Rule& rule, const Rules& rules, Level level, const Signal& signal, const AccountDay& row,
                const ClosedDay& day) {
  Sentence out = bare_why(rule, rules, level, signal, row, day);
  const bool by_score = rule.kind == Kind::level || rule.kind == Kind::fall || rule.kind == Kind::baseline ||
                        rule.kind == Kind::band || rule.kind == Kind::renewal;
  return by_score ? with_reason(std::move(out), day.text(row.reason)) : out;
}

std::string usual_help(Kind kind, Level level) {
  switch (kind) {
    case Kind::level:
      return level == Level::critical  ? "bring in management and the executive sponsor; assess the whole account"
             : level == Level::at_risk ? "talk to them within two days; review the value they get; align executives"
                                       : "check in within a week; offer an adoption session";
    case Kind::fall:
      return "ask what changed; look at what fell in kenko explain";
    case Kind::baseline:
      return "compare with their usual weeks, then ask";
    case Kind::trigger:
      return "answer it personally today";
    case Kind::band:
      return "start the play of the new band";
    case Kind::condition:
      return "look at the account and call";
    case Kind::renewal:
      return "review value and open questions before the renewal talk";
    case Kind::silent:
      return "repair the feed; scores rest on its last facts until then";
    case Kind::insufficient:
      return "connect the missing sources, or ask for a person's judgement";
    case Kind::storm:
      return "look for one common cause first: a feed, a release, a holiday";
  }
  return "";
}

}  // namespace kenko::alerts

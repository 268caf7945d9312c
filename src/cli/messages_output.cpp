#include "cli/messages_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace kenko::cli {
namespace {

using app::Delivery;
using report::Align;
using report::Cell;
using report::Tone;
using state::MessageState;
using state::OutboxMessage;

constexpr size_t kShortId = 8;  // enough to name a message

// "Fri 20 Nov 2026 10:05", as clocks of the workspace show it.
std::string clock_text(Instant at, const TimeZone& zone) {
  constexpr int64_t kMinute = 60'000'000;
  const Day day = zone.day_of(at);
  LocalTime local{day, at.micros - zone.start_of(day).micros, 0, false};
  // A clock change earlier on the day.
  local.micros_of_day += at.micros - zone.instant_of(local).micros;
  const int64_t minutes = local.micros_of_day / kMinute;
  return fmt::format("{} {:02}:{:02}", day.words(), minutes / 60, minutes % 60);
}

std::string to_words(const ports::Message& m) { return m.recipient.empty() ? m.channel : m.recipient; }

Cell maybe(const std::optional<Instant>& at) { return at ? Cell{at->iso()} : Cell{}; }
Cell maybe(const std::string& s) { return s.empty() ? Cell{} : Cell{s}; }

std::string state_words(const OutboxMessage& m, bool off) {
  constexpr std::array<const char*, 4> kWords{"waiting", "being sent", "sent", "given up"};
  return off && m.state == MessageState::waiting ? "switched off" : kWords[static_cast<size_t>(m.state)];
}

// The subject; in text also why it did not arrive, and what is to come.
Cell subject_cell(const ports::Message& m, const std::string& said, std::optional<Instant> next, const TimeZone& zone) {
  std::string text = m.subject;
  if (!said.empty()) text += (text.empty() ? "" : ": ") + said;
  if (next) text += fmt::format("; next try {}", clock_text(*next, zone));
  return {m.subject, Tone::plain, text};
}

// The text behind two blanks.
std::string indented(std::string_view s) {
  std::string out;
  for (const std::string_view line : text::split(text::trim(s), '\n')) out += fmt::format("  {}\n", line);
  return out;
}

std::string head_text(const ports::Message& m) {
  return fmt::format("{}  {}\nto       {}{}\nsubject  {}\n", m.id, m.kind, to_words(m),
                     m.recipient.empty() ? "" : " by mail", m.subject);
}

}  // namespace

report::Table messages_table(const std::vector<OutboxMessage>& messages, const std::vector<state::SwitchedOff>& off,
                             const TimeZone& zone) {
  report::Table t;
  t.columns = {{"id", "id", Align::left, 0, false},
               {"kind", "kind", Align::left, 0, false},
               {"to", "to", Align::left, 28, false},
               {"state", "state", Align::left, 0, false},
               {"tries", "tries", Align::right, 0, false},
               {"subject", "subject", Align::left, -1, false},
               {"said", "said", Align::left, 0, true},
               {"channel", "channel", Align::left, 0, true},
               {"recipient", "recipient", Align::left, 0, true},
               {"created", "created", Align::left, 0, true},
               {"tried", "tried", Align::left, 0, true},
               {"due", "due", Align::left, 0, true},
               {"ended", "ended", Align::left, 0, true},
               {"status", "status", Align::right, 0, true}};
  for (const OutboxMessage& m : messages) {
    const bool is_off = std::any_of(off.begin(), off.end(),
                                    [&](const state::SwitchedOff& o) { return o.channel == m.message.channel; });
    const bool tried_again = m.state == MessageState::waiting && !is_off && m.tries > 0;
    const bool over = m.state == MessageState::sent || m.state == MessageState::dead;
    t.rows.push_back({{m.message.id, Tone::plain, m.message.id.substr(0, kShortId)},
                      {m.message.kind},
                      {to_words(m.message)},
                      {state_words(m, is_off)},
                      {m.attempts},
                      subject_cell(m.message, m.said, tried_again ? std::optional(m.due) : std::nullopt, zone),
                      maybe(m.said),
                      {m.message.channel},
                      maybe(m.message.recipient),
                      {m.message.created.iso()},
                      maybe(m.tried),
                      over ? Cell{} : Cell{m.due.iso()},
                      maybe(m.ended),
                      m.status == 0 ? Cell{} : Cell{int64_t{m.status}}});
  }
  return t;
}

report::Table deliveries_table(const app::DeliverReport& report, const TimeZone& zone) {
  report::Table t;
  t.columns = {{"id", "id", Align::left, 0, false},
               {"kind", "kind", Align::left, 0, false},
               {"to", "to", Align::left, 28, false},
               {"result", "result", Align::left, 0, false},
               {"tries", "tries", Align::right, 0, false},
               {"subject", "subject", Align::left, -1, false},
               {"said", "said", Align::left, 0, true},
               {"channel", "channel", Align::left, 0, true},
               {"recipient", "recipient", Align::left, 0, true},
               {"next", "next", Align::left, 0, true}};
  for (const app::DeliveryLine& line : report.lines) {
    const ports::Message& m = line.message;
    t.rows.push_back({{m.id, Tone::plain, m.id.substr(0, kShortId)},
                      {m.kind},
                      {to_words(m)},
                      {std::string(app::word(line.delivery))},
                      {int64_t{line.tries}},
                      subject_cell(m, line.said, line.next, zone),
                      maybe(line.said),
                      {m.channel},
                      maybe(m.recipient),
                      maybe(line.next)});
  }
  return t;
}

std::string message_text(const OutboxMessage& message, const std::vector<state::OutboxAttempt>& attempts,
                         const TimeZone& zone) {
  std::string out = head_text(message.message);
  out +=
      fmt::format("made     {}\nstate    {}\n", clock_text(message.message.created, zone), state_words(message, false));
  for (const state::OutboxAttempt& a : attempts) {
    std::string result = a.said;
    if (!a.ended) {
      result = "was stopped, or is under way";
    } else if (result.empty()) {
      result = "arrived";
    }
    out += fmt::format("try {:<4} {}  {}\n", a.number, clock_text(a.began, zone), result);
  }
  const std::string_view body = message.message.text.empty() ? message.message.json : message.message.text;
  return out + "\n" + (body.empty() ? "  (its text is no longer kept)\n" : indented(body));
}

std::string dry_text(const app::DeliverReport& report) {
  std::string out;
  for (const app::DeliveryLine& line : report.lines) {
    out += head_text(line.message);
    if (line.delivery != Delivery::would) out += fmt::format("{}: {}\n", app::word(line.delivery), line.said);
    const ports::Message& m = line.message;
    out += "\n" + indented(m.text.empty() ? m.json : m.text) + "\n";
  }
  return out;
}

std::string summary_text(const app::DeliverReport& report, const TimeZone& zone) {
  std::string out;
  for (const Delivery d :
       {Delivery::sent, Delivery::would, Delivery::later, Delivery::dead, Delivery::off, Delivery::put_off}) {
    if (const int64_t n = report.count(d); n > 0) {
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", text::grouped(n), app::word(d));
    }
  }
  out = (out.empty() ? "nothing is due" : out) + "\n";
  for (const state::SwitchedOff& off : report.off) {
    out += fmt::format(
        "{} is switched off since {}: it wants nothing any more ({}); its messages wait.\n"
        "    `kenko messages enable {}` switches it on again\n",
        off.channel, clock_text(off.at, zone), off.said, off.channel);
  }
  if (report.count(Delivery::dead) > 0) {
    out += "`kenko messages redeliver ID` puts a message that was given up back\n";
  }
  if (report.next_due) out += fmt::format("something is due {}\n", clock_text(*report.next_due, zone));
  return out;
}

}  // namespace kenko::cli

// What is told of plays and tasks: app/announce.h.
#include <fmt/format.h>

#include "app/announce.h"
#include "app/mail_receivers.h"
#include "base/hash.h"
#include "notify/json_text.h"

namespace kenko::app {
namespace {

std::string json_object(const std::vector<std::pair<const char*, std::string>>& members) {
  std::string out = "{";
  for (const auto& [key, value] : members) {
    out += fmt::format("{}\"{}\":{}", out.size() == 1 ? "" : ",", key,
                       value.empty() ? std::string("null") : notify::json_text(value));
  }
  return out + "}";
}

// The same note to the same receiver has the same id, whenever it is made.
std::string id_of(const PlayNote& note, const ports::Message& message) {
  PartsHash hash;
  for (const std::string_view part :
       {std::string_view("play"), message_kind(note.kind), std::string_view(note.enrolment),
        std::string_view(note.task), std::string_view(note.who), std::string_view(message.channel),
        std::string_view(message.recipient)}) {
    hash.add(part);
  }
  return hash.add(note.at.micros).hash().hex();
}

std::string words_of(const PlayNote& note, const std::string& play) {
  const std::string due = note.due ? note.due->iso() : "";
  switch (note.kind) {
    case PlayNote::Kind::enrolled:
      return fmt::format("{} begins", play);
    case PlayNote::Kind::stopped:
      return fmt::format("{} has ended: {}", play, note.text);
    case PlayNote::Kind::created:
      return fmt::format("{}, due {}", note.step, due);
    case PlayNote::Kind::overdue:
      return fmt::format("{} is late, it was due {}", note.step, due);
    case PlayNote::Kind::moved:
      return fmt::format("{}, due {}: {} has it now{}", note.step, due, note.who.empty() ? "nobody" : note.who,
                         note.from.empty() ? "" : fmt::format(", {} had it", note.from));
    case PlayNote::Kind::message:
      return note.letter->subject;
  }
  return "";
}

ports::Message message_of(const PlayNote& note, const Acting& acting) {
  const auto& setup = acting.plays.setup();
  const std::string play = play_title(setup == nullptr ? nullptr : &setup->plays, note.play);
  const std::string words = words_of(note, play);
  ports::Message m;
  m.kind = message_kind(note.kind);
  m.created = note.at;
  m.subject = fmt::format("{}: {}", note.account, words);
  m.text = fmt::format("{}: {}\nPlay: {}\n", note.account, words, play);
  if (note.letter) m.text += "\n" + note.letter->text + "\n";
  if (!note.task.empty() && !note.letter) m.text += fmt::format("\nkenko tasks show {}\n", note.task);
  m.json = json_object({{"account", note.account},
                        {"play", note.play},
                        {"enrolment", note.enrolment},
                        {"task", note.task},
                        {"title", note.step},
                        {"due", note.due ? note.due->iso() : ""},
                        {"who", note.who},
                        {"from", note.from},
                        {"why", note.text},
                        {"subject", note.letter ? note.letter->subject : ""},
                        {"text", note.letter ? note.letter->text : ""},
                        {"at", note.at.iso()}});
  return m;
}

// Of a late task the manager hears, too.
std::set<std::string> concerned_by(const PlayNote& note, const team::Team& team) {
  std::set<std::string> out{note.who, note.from};
  if (note.kind != PlayNote::Kind::overdue) return out;
  const auto person = team.find(note.who);
  if (const auto manager = person ? team.manager_of(*person) : std::nullopt) out.insert(team.person(*manager).id);
  return out;
}

}  // namespace

std::vector<ports::Message> play_announcements(const Acting& acting, const notify::Channels& channels, Instant after,
                                               Instant until) {
  std::vector<ports::Message> out;
  for (const PlayNote& note : acting.plays.notes()) {
    if (note.at <= after || note.at > until) continue;
    ports::Message m = message_of(note, acting);
    for (const notify::Endpoint* endpoint : channels.endpoints_for(m.kind)) {
      m.channel = endpoint->name;
      m.recipient.clear();
      m.id = id_of(note, m);
      out.push_back(m);
    }
    m.channel = ports::kMailChannel;
    const team::Team& team = acting.setup->team;
    for (const std::string& address : mail_receivers(channels, team, m.kind, concerned_by(note, team))) {
      m.recipient = address;
      m.id = id_of(note, m);
      out.push_back(m);
    }
  }
  return out;
}

}  // namespace kenko::app

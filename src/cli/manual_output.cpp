#include "cli/manual_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/clock.h"
#include "app/manual_text.h"
#include "base/text.h"
#include "facts/attribute_text.h"

namespace kenko::cli {
namespace {

using state::Entry;

std::string quoted(const std::string& s) { return "\"" + s + "\""; }

std::string property_of(const facts::EventFact& event, std::string_view key) {
  for (const facts::Property& p : event.properties) {
    if (p.key == key) return p.value;
  }
  return "";
}

// "at most 40", "4 EUR, reason \"no reply\"": what an entry says beside its name.
std::string says(const Entry& entry) {
  if (entry.kind == Entry::Kind::undo) return "takes back " + state::entry_id(entry.undoes);
  if (entry.attribute) return entry.attribute->value ? facts::attribute_text(*entry.attribute->value) : "no value";
  const facts::EventFact& e = *entry.event;
  std::vector<std::string> parts;
  const bool is_override = e.name == app::kOverrideSet;
  const std::string kind = is_override ? property_of(e, "kind") : "";
  if (e.value) {
    const std::string before = kind == "floor" ? "at least " : kind == "ceiling" ? "at most " : "";
    parts.push_back((is_override ? before : "value ") + e.value->text() + (e.currency.empty() ? "" : " " + e.currency));
  }
  if (e.text) parts.push_back(quoted(*e.text));
  if (e.user_ref) parts.push_back("user " + *e.user_ref);
  for (const facts::Property& p : e.properties) {
    if (p.key == "author" || p.key == "expires" || (is_override && p.key == "kind")) continue;
    parts.push_back(p.key + " " + quoted(p.value));
  }
  if (const std::string expires = property_of(e, "expires"); !expires.empty()) {
    const auto day = Day::parse(expires);
    parts.push_back("until " + (day ? (*day - 1).iso() : expires));
  }
  return text::join(parts, ", ");
}

std::string what(const Entry& entry) {
  if (entry.event) return entry.event->name;
  return entry.attribute ? entry.attribute->key : "undo";
}

std::string account_of(const Entry& entry) {
  if (entry.event) return entry.event->account_ref.value_or("");
  return entry.attribute ? entry.attribute->entity_ref : "";
}

// The day of which a fact tells.
Day day_of(const Entry& entry, const facts::Settings& settings) {
  if (entry.event) return settings.time_zone.day_of(entry.event->occurred_at);
  if (entry.attribute) return entry.attribute->valid_from;
  return settings.time_zone.day_of(entry.at);
}

std::string account_words(const app::ManualReport& report) {
  if (report.account_name.empty() || report.account_name == report.account) return report.account;
  return fmt::format("{} ({})", report.account, report.account_name);
}

// Scores without --as-of do not see a day before it has closed.
std::string open_day_hint(Day day, const std::string& account, const ManualOutput& out) {
  if (day <= app::last_closed_day(out.now, *out.settings)) return "";
  return fmt::format("    {} closes at {:02}:{:02} of the next day; until then: {} explain {} --as-of {}\n",
                     day.words(), out.settings->close_minutes / 60, out.settings->close_minutes % 60, out.program,
                     shell_word(account), day.iso());
}

std::string entry_text(const app::ManualReport& report, const Entry& entry, const ManualOutput& out) {
  const std::string id = state::entry_id(entry.number);
  const std::string account = account_words(report);
  const Day day = day_of(entry, *out.settings);
  if (entry.repeated) {
    return fmt::format("{}  {} of {} is {} since {} already, said by {}: nothing was recorded\n", id, what(entry),
                       account, says(entry), day.words(), entry.author);
  }
  std::string head;
  if (entry.attribute) {
    head = entry.attribute->value ? fmt::format("{} of {} is {}", what(entry), account, quoted(says(entry)))
                                  : fmt::format("{} of {} has no value", what(entry), account);
    head += fmt::format(" from {} on, by {}", day.words(), entry.author);
  } else if (entry.event->name == app::kOverrideSet) {
    const auto expires = Day::parse(property_of(*entry.event, "expires"));
    const std::string kind = property_of(*entry.event, "kind");
    head = fmt::format("the score of {} is {} {} from {} to {}, by {}\n    because: {}", account,
                       kind == "floor"     ? "at least"
                       : kind == "ceiling" ? "at most"
                                           : "set to",
                       entry.event->value->text(), day.words(), (*expires - 1).words(), entry.author,
                       property_of(*entry.event, "reason"));
    const std::string model = property_of(*entry.event, "model");
    if (!model.empty()) head += fmt::format("\n    in the model {} alone", model);
  } else if (entry.event->name == app::kOverrideCleared) {
    head = fmt::format("the override of {} ends today, {}, by {}\n    because: {}", account, day.words(), entry.author,
                       property_of(*entry.event, "reason"));
  } else if (entry.event->name == app::kNote) {
    head = fmt::format("note on {}, by {}\n    {}", account, entry.author, says(entry));
  } else {
    const std::string details = says(entry);
    head = fmt::format("{} of {} on {}, by {}{}", entry.event->name, account, day.words(), entry.author,
                       details.empty() ? "" : "\n    " + details);
  }
  return fmt::format("{}  {}\n", id, head);
}

report::Cell text_cell(const std::string& s) { return s.empty() ? report::Cell{} : report::Cell{s}; }

std::string due_command(const app::DueReport& due, const app::DueRow& row, const ManualOutput& out) {
  const model::Input& input = due.inputs[row.input];
  std::string command = fmt::format("{} log {} {}", out.program, shell_word(due.portfolio->accounts[row.account]),
                                    shell_word(input.event));
  return command + (input.rubric.empty() && input.event != app::kPulse ? "" : " value=");
}

std::string given_words(const app::DueReport& due, const app::DueRow& row) {
  if (!row.last) return "never";
  const int32_t days = due.as_of - *row.last;
  const std::string ago = days == 0 ? "today" : fmt::format("{} day{} ago", days, days == 1 ? "" : "s");
  return row.expired ? ago + ", expired" : ago;
}

const std::string& label_of(const model::Input& input) { return input.label.empty() ? input.name : input.label; }

std::string input_words(const model::Input& input) {
  std::string out = fmt::format("{}: every {} days{}\n", label_of(input), input.every_days,
                                input.from.empty() ? "" : ", from " + input.from);
  for (const auto& [value, meaning] : input.rubric) out += fmt::format("  {}  {}\n", value, meaning);
  return out;
}

}  // namespace

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-' || c == '/' || c == ':' || c == '@' || c == '+' || static_cast<unsigned char>(c) >= 0x80;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string entered_text(const app::ManualReport& report, const ManualOutput& out) {
  std::string text;
  std::vector<std::string> undo;
  for (const Entry& entry : report.entries) {
    text += entry_text(report, entry, out);
    if (!entry.repeated) undo.push_back(fmt::format("{} log --undo {}", out.program, state::entry_id(entry.number)));
  }
  if (!report.entries.empty() && !undo.empty()) {
    const Entry& last = report.entries.back();
    const bool is_note = last.event && last.event->name == app::kNote;
    if (!is_note) text += open_day_hint(day_of(last, *out.settings), report.account, out);
    text += fmt::format("    to take it back: {}\n", text::join(undo, "; "));
  }
  return text;
}

std::string undone_text(const app::UndoReport& report, const ManualOutput& out) {
  const std::string id = state::entry_id(report.undo.number);
  const std::string target = state::entry_id(report.target.number);
  std::string what_it_was;
  if (report.target.kind == Entry::Kind::undo) {
    what_it_was = fmt::format("{} is there again", state::entry_id(report.target.undoes));
  } else {
    const std::string details = says(report.target);
    what_it_was =
        fmt::format("{} of {} on {}{} counts as never said", what(report.target), account_of(report.target),
                    day_of(report.target, *out.settings).words(), details.empty() ? "" : " (" + details + ")");
  }
  return fmt::format("{}  takes back {}: {}\n    to bring it back: {} log --undo {}\n", id, target, what_it_was,
                     out.program, id);
}

report::Table entries_table(const std::vector<Entry>& entries, const facts::Settings& settings) {
  using report::Align;
  report::Table t;
  t.columns = {{"id", "id", Align::left, 0, false},
               {"account", "account", Align::left, 28, false},
               {"what", "what", Align::left, 24, false},
               {"day", "day", Align::left, 0, false},
               {"by", "by", Align::left, 16, false},
               {"counts", "counts", Align::left, 0, false},
               {"says", "says", Align::left, -1, false},
               {"kind", "kind", Align::left, 0, true},
               {"occurred_at", "occurred at", Align::left, 0, true},
               {"recorded_at", "recorded at", Align::left, 0, true},
               {"value", "value", Align::left, 0, true},
               {"currency", "currency", Align::left, 0, true},
               {"text", "text", Align::left, 0, true},
               {"user", "user", Align::left, 0, true},
               {"reason", "reason", Align::left, 0, true},
               {"expires", "expires", Align::left, 0, true},
               {"undoes", "undoes", Align::left, 0, true},
               {"undone_by", "undone by", Align::left, 0, true}};
  // An undo is about what it takes back in the end.
  const auto root_of = [&entries](const Entry& e) {
    const Entry* root = &e;
    for (const Entry* next = root; next != nullptr && root->kind == Entry::Kind::undo;) {
      const auto found =
          std::find_if(entries.begin(), entries.end(), [&](const Entry& x) { return x.number == root->undoes; });
      next = found == entries.end() ? nullptr : &*found;
      if (next != nullptr) root = next;
    }
    return root;
  };
  const auto id_cell = [](int64_t number) {
    return number == 0 ? report::Cell{} : report::Cell{state::entry_id(number)};
  };
  constexpr std::string_view kKinds[] = {"event", "attribute", "undo"};
  for (const Entry& e : entries) {
    std::string value;
    if (e.event && e.event->value) value = e.event->value->text();
    if (e.attribute && e.attribute->value) value = facts::attribute_text(*e.attribute->value);
    t.rows.push_back({{state::entry_id(e.number)},
                      text_cell(account_of(*root_of(e))),
                      {what(e)},
                      {day_of(e, settings).iso()},
                      {e.author},
                      {e.counts(), report::Tone::plain, e.counts() ? "yes" : "no, " + state::entry_id(e.undone_by)},
                      text_cell(says(e)),
                      {std::string(kKinds[static_cast<size_t>(e.kind)])},
                      e.event ? report::Cell{e.event->occurred_at.iso()} : report::Cell{},
                      {e.at.iso()},
                      text_cell(value),
                      text_cell(e.event ? e.event->currency : ""),
                      e.event && e.event->text ? report::Cell{*e.event->text} : report::Cell{},
                      e.event && e.event->user_ref ? report::Cell{*e.event->user_ref} : report::Cell{},
                      text_cell(e.event ? property_of(*e.event, "reason") : ""),
                      text_cell(e.event ? property_of(*e.event, "expires") : ""),
                      id_cell(e.undoes),
                      id_cell(e.undone_by)});
  }
  return t;
}

report::Table due_table(const app::DueReport& due, const ManualOutput& out) {
  using report::Align;
  report::Table t;
  t.columns = {{"owner", "owner", Align::left, 16, false},     {"account", "account", Align::left, 28, false},
               {"arr", "ARR", Align::right, 0, false},         {"input", "needs", Align::left, 24, false},
               {"last", "last given", Align::left, 0, false},  {"command", "command", Align::left, -1, false},
               {"event", "event", Align::left, 0, true},       {"days", "days since", Align::right, 0, true},
               {"every_days", "every", Align::right, 0, true}, {"expired", "expired", Align::left, 0, true}};
  for (const app::DueRow& row : due.rows) {
    const model::Input& input = due.inputs[row.input];
    report::Cell arr;
    if (row.arr) {
      const int64_t cents = row.arr->micros / 10'000;
      arr = {report::Fixed{cents, 2}, report::Tone::plain, text::grouped(row.arr->micros / 1'000'000)};
    }
    t.rows.push_back(
        {text_cell(row.owner),
         {due.portfolio->accounts[row.account]},
         std::move(arr),
         {label_of(input)},
         {row.last ? report::Value{row.last->iso()} : report::Value{}, report::Tone::plain, given_words(due, row)},
         {due_command(due, row, out)},
         {input.event},
         row.last ? report::Cell{int64_t{due.as_of - *row.last}} : report::Cell{},
         {int64_t{input.every_days}},
         {row.expired}});
  }
  return t;
}

std::string due_text(const app::DueReport& due, const ManualOutput& out, const report::Terminal& terminal) {
  std::string text = fmt::format("As of {}, model {}: ", due.as_of.words(), due.model);
  if (due.rows.empty()) {
    return text +
           fmt::format("nothing is due; {} accounts have all that the model asks for\n", text::grouped(due.accounts));
  }
  std::set<uint32_t> accounts;
  std::set<size_t> inputs;
  for (const app::DueRow& row : due.rows) {
    accounts.insert(row.account);
    inputs.insert(row.input);
  }
  text += fmt::format("{} of {} accounts {} a word from somebody\n\n", accounts.size(), text::grouped(due.accounts),
                      accounts.size() == 1 ? "needs" : "need");
  text += report::to_text(due_table(due, out), terminal) + "\n";
  for (const size_t input : inputs) text += input_words(due.inputs[input]);
  return text + "\nComplete a command with the value and, where there is one, reason=\"...\"\n";
}

}  // namespace kenko::cli

#include "app/manual_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "mapping/cells.h"
#include "settings/settings_file.h"

namespace kenko::app {
namespace {

using facts::AttributeType;
using facts::AttributeValue;
using facts::EventFact;

constexpr int64_t kNoonMicros = kMicrosPerDay / 2;

Problem wrong(std::string code, std::string message, std::string hint) {
  return {std::move(code), {}, std::move(message), std::move(hint), "", Severity::error};
}

struct Assignment {
  std::string key, value;
};

Result<Assignment> split_assignment(const std::string& text) {
  const size_t equals = text.find('=');
  if (!text::is_utf8(text)) return wrong("bad-field", "a field is not UTF-8", "use a terminal that writes UTF-8");
  const std::string key(text::trim(text.substr(0, equals)));
  if (equals == std::string::npos || key.empty()) {
    return wrong("bad-field", fmt::format("`{}` is not of the form key=value", text),
                 "write it as reason=\"no reply\": no blanks around `=`, quotes around a value that has blanks");
  }
  return Assignment{key, std::string(text::trim(text.substr(equals + 1)))};
}

// "1 = leaving, 2 = unhappy".
std::string rubric_words(const std::vector<std::pair<int, std::string>>& rubric) {
  std::vector<std::string> parts;
  for (const auto& [value, meaning] : rubric) parts.push_back(fmt::format("{} = {}", value, meaning));
  return text::join(parts, ", ");
}

// The value of an event of which somebody has said what each step means, and of a pulse.
void check_step(const EventFact& event, const ManualContext& context, Problems& problems) {
  const bool pulse = event.name == kPulse;
  if (!pulse && context.rubric.empty()) return;
  const std::string steps = context.rubric.empty() ? "1 (worst) to 5 (best)" : rubric_words(context.rubric);
  if (!event.value) {
    problems.push_back(
        wrong("bad-value", fmt::format("{} needs a value", event.name), fmt::format("add value=N: {}", steps)));
    return;
  }
  const bool fits = context.rubric.empty()
                        ? event.value->micros % 1'000'000 == 0 && *event.value >= Decimal::whole(1) &&
                              *event.value <= Decimal::whole(5)
                        : std::any_of(context.rubric.begin(), context.rubric.end(),
                                      [&](const auto& step) { return Decimal::whole(step.first) == *event.value; });
  if (!fits) {
    problems.push_back(wrong("bad-value", fmt::format("value={} is no step of {}", event.value->text(), event.name),
                             fmt::format("the steps are: {}", steps)));
  }
}

// An amount as typed: "12", "12.50".
Result<Decimal> read_amount(std::string_view what, const std::string& text) {
  const ParsedDecimal parsed = parse_decimal(text);
  if (parsed.fault == ParsedDecimal::Fault::none && !parsed.rounded) return parsed.value;
  return wrong("bad-number",
               parsed.fault == ParsedDecimal::Fault::too_large ? fmt::format("{}={} is too large", what, text)
               : parsed.rounded                                ? fmt::format("{}={} has more than 6 places", what, text)
                                                               : fmt::format("{}={} is not a number", what, text),
               "write it as 1234.50, without grouping");
}

bool is_currency(std::string_view s) {
  return s.size() == 3 && std::all_of(s.begin(), s.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Problem no_currency(std::string_view what, std::string_view text) {
  return wrong("bad-currency", fmt::format("{} is `{}`, which is no currency of three letters", what, text),
               "write an ISO 4217 code: USD, EUR, JPY");
}

// One field of an event.
Status read_field(const Assignment& field, EventFact& event) {
  if (field.key == "value") {
    KENKO_TRY(event.value, read_amount("value", field.value));
  } else if (field.key == "currency") {
    if (!is_currency(field.value)) return no_currency("currency", field.value);
    event.currency = field.value;
  } else if (field.key == "text") {
    event.text = field.value;
  } else if (field.key == "author") {
    return wrong("bad-field", "the author is no field", "name the author with --by NAME");
  } else if (field.key == "user") {
    return wrong("bad-field", "the contact is no field", fmt::format("name the contact with --user {}", field.value));
  } else if (field.value.empty()) {
    return wrong("bad-field", fmt::format("{}= has no value", field.key), "leave it out, or say what it is");
  } else {
    event.properties.push_back({field.key, field.value});
  }
  return Done{};
}

void add_author(EventFact& event, const ManualContext& context) {
  event.properties.push_back({"author", context.author});
  std::sort(event.properties.begin(), event.properties.end());
}

const std::string* find_property(const EventFact& event, std::string_view key) {
  for (const facts::Property& p : event.properties) {
    if (p.key == key) return &p.value;
  }
  return nullptr;
}

void check_days(const EventFact& event, Day day, Problems& problems) {
  const std::string* expires = find_property(event, "expires");
  if (event.name == kPulse && expires != nullptr) {
    const auto end = Day::parse(*expires);
    if (!end) {
      problems.push_back(
          wrong("bad-day", fmt::format("expires is `{}`, which is no day", *expires), "write it as 2026-11-20"));
    } else if (*end <= day) {
      problems.push_back(wrong("already-over",
                               fmt::format("expires={} is not after the day of the pulse, {}", *expires, day.iso()),
                               "name the first day on which it no longer holds"));
    }
  }
  const std::string* effective = find_property(event, "effective_at");
  if (event.name == "account.churned" && effective != nullptr && !parse_local_iso(*effective)) {
    problems.push_back(
        wrong("bad-day", fmt::format("effective_at is `{}`, which is no day", *effective), "write it as 2026-11-20"));
  }
}

EventFact event_now(std::string_view name, const ManualContext& context) {
  EventFact event;
  event.name = name;
  event.occurred_at = context.now;
  return event;
}

// What is told of a key: by kenko.yaml, or because Kenko itself reads it.
struct KnownType {
  AttributeType type;
  std::string from;
};
std::optional<KnownType> known_type(const std::string& key, const facts::Settings& settings) {
  for (const facts::SourceSettings& source : settings.sources) {
    const auto found = source.attributes.find(key);
    if (found != source.attributes.end()) {
      return KnownType{found->second, fmt::format("kenko.yaml says so of the source {}", source.name)};
    }
  }
  if (key == "started") return KnownType{AttributeType::day, "Kenko reads it as the day on which the account began"};
  if (key == "status" || key == "name" || key == "owner" || key == "segment" || key == "parent") {
    return KnownType{AttributeType::text, "Kenko reads it so"};
  }
  return std::nullopt;
}

Result<AttributeType> type_of(const std::string& key, const std::string& told, const facts::Settings& settings) {
  std::optional<AttributeType> said;
  for (const AttributeType t :
       {AttributeType::number, AttributeType::text, AttributeType::flag, AttributeType::day, AttributeType::money}) {
    if (settings::type_name(t) == told) said = t;
  }
  if (!told.empty() && !said) {
    return wrong("bad-type", fmt::format("--type is `{}`", told), "use number, text, flag, day or money");
  }
  const auto known = known_type(key, settings);
  if (known && said && *said != known->type) {
    return wrong("attribute-type", fmt::format("`{}` is a {}, not a {}", key, settings::type_name(known->type), told),
                 fmt::format("{}; set it without --type", known->from));
  }
  if (known) return known->type;
  if (said) return *said;
  return wrong("needs-type", fmt::format("no source has an attribute `{}` so far", key),
               "is it spelled right?  A new one needs its type: --type number, text, flag, day or money");
}

Result<AttributeValue> read_money(const std::string& key, const std::string& text, const facts::Settings& settings) {
  AttributeValue value;
  value.type = AttributeType::money;
  const size_t blank = text.find(' ');
  KENKO_TRY(value.number, read_amount(key, text.substr(0, blank)));
  value.text = blank == std::string::npos ? settings.currency : std::string(text::trim(text.substr(blank)));
  if (!is_currency(value.text)) return no_currency(fmt::format("the currency of {}", key), value.text);
  return value;
}

Status check_status_word(const std::string& key, const std::string& word, const facts::Settings& settings) {
  if (key != settings.status_attribute) return Done{};
  std::vector<std::string> words;
  for (const auto& [theirs, ours] : settings.status_words) words.push_back(theirs);
  if (words.empty()) words = {"trial", "onboarding", "active", "paused", "notice", "churned", "internal"};
  if (std::find(words.begin(), words.end(), word) != words.end()) return Done{};
  return wrong("bad-value", fmt::format("`{}` is no status", word), text::did_you_mean(word, words));
}

Result<AttributeValue> read_value(AttributeType type, const Assignment& a, const facts::Settings& settings) {
  AttributeValue value;
  value.type = type;
  switch (type) {
    case AttributeType::number: {
      KENKO_TRY(value.number, read_amount(a.key, a.value));
      return value;
    }
    case AttributeType::money:
      return read_money(a.key, a.value, settings);
    case AttributeType::text:
      KENKO_TRY_STATUS(check_status_word(a.key, a.value, settings));
      value.text = a.value;
      return value;
    case AttributeType::flag: {
      const auto flag = mapping::read_flag(a.value);
      if (!flag) return wrong("bad-flag", fmt::format("{}={} is neither yes nor no", a.key, a.value), "use yes or no");
      value.flag = *flag;
      return value;
    }
    case AttributeType::day: {
      const auto day = Day::parse(a.value);
      if (!day) {
        return wrong("bad-day", fmt::format("{}={} is no day", a.key, a.value), "write it as 2026-11-20");
      }
      value.day = *day;
      return value;
    }
  }
  return value;
}

Result<std::string> read_reason(const std::string& text) {
  const std::string_view reason = text::trim(text);
  if (!reason.empty() && text::is_utf8(reason)) return std::string(reason);
  return wrong("no-reason", "an override needs a reason", "add --reason \"what the numbers do not show\"");
}

}  // namespace

Result<Moment> read_moment(const std::string& text, const ManualContext& context) {
  if (text.empty()) return Moment{context.now, context.today()};
  const TimeZone& zone = context.settings->time_zone;
  const auto local = parse_local_iso(text);
  if (!local) {
    return wrong("bad-day", fmt::format("--at is `{}`, which is neither a day nor a time", text),
                 "write it as 2026-11-20 or 2026-11-20T14:30");
  }
  Moment moment;
  if (const auto day = Day::parse(text)) {
    moment = {zone.instant_of({*day, kNoonMicros, 0, false}), *day};
    if (*day == context.today()) moment.at = std::min(moment.at, context.now);
  } else {
    moment.at = zone.instant_of(*local);
    moment.day = zone.day_of(moment.at);
  }
  if (moment.at > context.now) {
    return wrong("future-fact",
                 fmt::format("--at {} lies in the future (it is {} now)", text,
                             Instant{context.now.micros / 1'000'000 * 1'000'000}.iso()),
                 "what is going to happen is no fact yet: enter it when it has happened");
  }
  if (moment.day < Day::of(1970, 1, 1)) {
    return wrong("bad-day", fmt::format("--at {} lies before 1970", text), "is the year right?");
  }
  return moment;
}

Result<Day> read_end(std::string_view what, const std::string& text, const ManualContext& context) {
  const auto day = Day::parse(text);
  if (!day) {
    return wrong(
        "bad-day",
        text.empty() ? fmt::format("{} is missing", what) : fmt::format("{} is `{}`, which is no day", what, text),
        fmt::format("the first day without it: {} {}", what, (context.today() + 30).iso()));
  }
  if (*day <= context.today()) {
    return wrong("already-over", fmt::format("{} {} is not after today, {}", what, text, context.today().iso()),
                 "name the first day on which it no longer holds");
  }
  return *day;
}

Result<EventFact> read_typed_event(const TypedEvent& typed, const ManualContext& context) {
  Problems problems;
  EventFact event;
  event.name = text::trim(typed.name);
  if (event.name == kOverrideSet || event.name == kOverrideCleared) {
    return wrong("reserved-event", fmt::format("{} is not logged: an override is never backdated", event.name),
                 "use `kenko override ACCOUNT --ceiling 40 --until DAY --reason TEXT`, or --clear");
  }
  if (event.name.empty() || event.name.find('=') != std::string::npos || !text::is_utf8(event.name)) {
    problems.push_back(wrong("bad-field", fmt::format("`{}` is no name of an event", event.name),
                             "the event comes before its fields: kenko log ACCOUNT pulse.set value=4"));
  }
  for (const std::string& text : typed.fields) {
    const auto field = split_assignment(text);
    if (!field) {
      append(problems, field.problems());
    } else if (const Status read = read_field(*field, event); !read) {
      append(problems, read.problems());
    }
  }
  add_author(event, context);
  const auto again = std::adjacent_find(event.properties.begin(), event.properties.end(),
                                        [](const auto& a, const auto& b) { return a.key == b.key; });
  if (again != event.properties.end()) {
    problems.push_back(wrong("bad-field", fmt::format("`{}` is given twice", again->key), "keep one of the two"));
  }
  if (!event.currency.empty() && !event.value) {
    problems.push_back(wrong("bad-field", "a currency without a value says nothing", "add value=N"));
  }
  if (!typed.user.empty()) event.user_ref = typed.user;
  const auto moment = read_moment(typed.at, context);
  if (moment) {
    event.occurred_at = moment->at;
    check_days(event, moment->day, problems);
  } else {
    append(problems, moment.problems());
  }
  const bool value_broken =
      std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return p.code == "bad-number"; });
  if (!value_broken) check_step(event, context, problems);
  if (!problems.empty()) return problems;
  return event;
}

Result<facts::AttributeFact> read_typed_attribute(const std::string& assignment, const std::string& type, Day day,
                                                  const ManualContext& context) {
  KENKO_TRY(const Assignment a, split_assignment(assignment));
  facts::AttributeFact fact;
  fact.key = a.key;
  fact.valid_from = day;
  KENKO_TRY(const AttributeType read_as, type_of(a.key, type, *context.settings));
  if (a.value.empty()) return fact;
  KENKO_TRY(fact.value, read_value(read_as, a, *context.settings));
  return fact;
}

Result<EventFact> read_typed_override(const TypedOverride& typed, const ManualContext& context) {
  Problems problems;
  EventFact event = event_now(kOverrideSet, context);
  const std::pair<const char*, const std::string&> kinds[] = {
      {"value", typed.value}, {"floor", typed.floor}, {"ceiling", typed.ceiling}};
  int given = 0;
  for (const auto& [kind, text] : kinds) {
    if (text.empty()) continue;
    ++given;
    event.properties.push_back({"kind", kind});
    const ParsedDecimal number = parse_decimal(text);
    constexpr int64_t kHundredth = 10'000;
    if (number.fault != ParsedDecimal::Fault::none || number.rounded || number.value.micros % kHundredth != 0 ||
        number.value < Decimal{} || number.value > Decimal::whole(100)) {
      problems.push_back(wrong("bad-value", fmt::format("--{} is `{}`", kind, text),
                               "a score is a number from 0 to 100 with at most two places"));
    }
    event.value = number.value;
  }
  if (given != 1) {
    problems.push_back(wrong("bad-option",
                             given == 0 ? "what the override does is missing" : "an override does one thing at a time",
                             "use one of --value N, --floor N (at least) and --ceiling N (at most), or --clear"));
  }
  const auto until = read_end("--until", typed.until, context);
  if (until) {
    event.properties.push_back({"expires", until->iso()});
  } else {
    append(problems, until.problems());
  }
  const auto reason = read_reason(typed.reason);
  if (reason) {
    event.properties.push_back({"reason", *reason});
  } else {
    append(problems, reason.problems());
  }
  if (!typed.model.empty()) event.properties.push_back({"model", typed.model});
  if (!problems.empty()) return problems;
  add_author(event, context);
  return event;
}

Result<EventFact> typed_override_end(const std::string& text, const ManualContext& context) {
  KENKO_TRY(const std::string reason, read_reason(text));
  EventFact event = event_now(kOverrideCleared, context);
  event.properties = {{"reason", reason}};
  add_author(event, context);
  return event;
}

Result<EventFact> read_typed_note(const std::string& text, const std::string& until, const ManualContext& context) {
  EventFact event = event_now(kNote, context);
  event.text = text::trim(text);
  Problems problems;
  if (event.text->empty() || !text::is_utf8(*event.text)) {
    problems.push_back(
        wrong("bad-field", "the note says nothing", "kenko note ACCOUNT \"what everybody should know\""));
  }
  if (!until.empty()) {
    const auto end = read_end("--until", until, context);
    if (end) {
      event.properties.push_back({"expires", end->iso()});
    } else {
      append(problems, end.problems());
    }
  }
  if (!problems.empty()) return problems;
  add_author(event, context);
  return event;
}

}  // namespace kenko::app

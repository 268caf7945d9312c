// kenko.yaml -> facts::Settings.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "settings/settings_file.h"
#include "tree/reader.h"
#include "tree/tree.h"

namespace kenko::settings {
namespace {

using facts::AttributeType;
using facts::Settings;
using facts::SourceSettings;
using tree::Node;
using tree::Reader;

const std::vector<std::pair<std::string, AttributeType>>& attribute_types() {
  static const std::vector<std::pair<std::string, AttributeType>> words = {{"number", AttributeType::number},
                                                                           {"text", AttributeType::text},
                                                                           {"flag", AttributeType::flag},
                                                                           {"day", AttributeType::day},
                                                                           {"money", AttributeType::money}};
  return words;
}

void read_time_zone(Reader& file, Settings& settings) {
  const auto name = file.text("time_zone");
  if (!name) return;
  const auto zone = TimeZone::find(*name);
  if (zone) {
    settings.time_zone = *zone;
    return;
  }
  const auto close = text::closest(*name, TimeZone::names());
  file.add("time_zone", "unknown-time-zone", fmt::format("`{}` is no time zone", *name),
           close ? fmt::format("did you mean `{}`?", *close) : "write an IANA name: Europe/London, Asia/Tokyo, UTC");
}

// "06:00" -> 360.
std::optional<int32_t> minutes_of(std::string_view s) {
  if (s.size() != 5 || s[2] != ':') return std::nullopt;
  const auto digit = [&s](size_t i) { return s[i] >= '0' && s[i] <= '9'; };
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int32_t hours = (s[0] - '0') * 10 + (s[1] - '0');
  const int32_t minutes = (s[3] - '0') * 10 + (s[4] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

void read_close_at(Reader& file, Settings& settings) {
  const auto clock = file.text("close_at");
  if (!clock) return;
  const auto minutes = minutes_of(*clock);
  if (minutes) {
    settings.close_minutes = *minutes;
  } else {
    file.add("close_at", "wrong-type", fmt::format("`close_at` must be a time of day, not `{}`", *clock),
             "write it as \"06:00\": the hour of the next day at which a day closes");
  }
}

void read_currency(Reader& file, Settings& settings) {
  const auto currency = file.text("currency");
  if (!currency) return;
  const bool good = currency->size() == 3 &&
                    std::all_of(currency->begin(), currency->end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (good) {
    settings.currency = *currency;
  } else {
    file.add("currency", "bad-currency", fmt::format("`currency` must be three capital letters, not `{}`", *currency),
             "write an ISO 4217 code: USD, EUR, JPY");
  }
}

void read_attributes(Reader& entry, SourceSettings& source) {
  auto attributes = entry.map("attributes");
  if (!attributes || !attributes->is_map()) return;
  for (const tree::Entry& line : attributes->node().entries) {
    const auto type = attributes->choice(line.key.text, attribute_types());
    if (type) source.attributes[line.key.text] = *type;
  }
  attributes->finish();
}

// Which attribute of an account says its status, and what its words mean.
void read_status(Reader& file, Settings& settings) {
  static const std::vector<std::pair<std::string, std::string>> kStatuses = {
      {"trial", "trial"},   {"onboarding", "onboarding"}, {"active", "active"},    {"paused", "paused"},
      {"notice", "notice"}, {"churned", "churned"},       {"internal", "internal"}};
  auto status = file.map("status");
  if (!status || !status->is_map()) return;
  settings.status_attribute = status->text("attribute").value_or(settings.status_attribute);
  if (auto words = status->map("words"); words && words->is_map()) {
    for (const tree::Entry& line : words->node().entries) {
      const auto meaning = words->choice(line.key.text, kStatuses, tree::Need::required);
      if (meaning) settings.status_words[line.key.text] = *meaning;
    }
    words->finish();
  }
  status->finish();
}

void read_source(const Node& name, Reader& entry, Settings& settings) {
  SourceSettings source;
  source.name = name.text;
  if (!is_source_name(source.name)) {
    entry.values().add(name, "bad-source-name", fmt::format("`{}` cannot be the name of a source", source.name),
                       "use letters, digits, `_`, `-` and `.`");
  }
  source.mapping = entry.text("mapping").value_or("");
  if (source.mapping.starts_with('/') || source.mapping.find("..") != std::string::npos) {
    entry.add("mapping", "outside-workspace",
              fmt::format("the mapping `{}` must lie inside the workspace", source.mapping),
              "copy it into mappings/ and write mappings/NAME.yaml");
  }
  source.accounts = entry
                        .choice<facts::AccountIds>("accounts", {{"defines", facts::AccountIds::defines},
                                                                {"matched", facts::AccountIds::matched}})
                        .value_or(source.accounts);
  source.covers =
      entry.choice<facts::Coverage>("covers", {{"all", facts::Coverage::all}, {"touched", facts::Coverage::touched}})
          .value_or(source.covers);
  source.known_at = entry
                        .choice<facts::KnownAt>("known_at", {{"assumed", facts::KnownAt::assumed},
                                                             {"recorded", facts::KnownAt::recorded},
                                                             {"column", facts::KnownAt::column}})
                        .value_or(source.known_at);
  source.emits = entry.texts("emits").value_or(std::vector<std::string>{});
  std::sort(source.emits.begin(), source.emits.end());
  source.emits.erase(std::unique(source.emits.begin(), source.emits.end()), source.emits.end());
  source.start = entry.day("start");
  source.every_days = entry.days("every");
  read_attributes(entry, source);
  entry.finish();
  settings.sources.push_back(std::move(source));
}

// "04-01": the first of April.
void read_fiscal_year(Reader& file, Settings& settings) {
  const auto begins = file.text("fiscal_year");
  if (!begins) return;
  constexpr int kLeapYear = 2024, kLastDay = 28;
  const auto day = Day::parse(fmt::format("{}-{}", kLeapYear, *begins));
  int year = 0, month = 0, number = 0;
  if (day) day->civil(year, month, number);
  if (day && number <= kLastDay) {
    settings.fiscal_month = month;
    settings.fiscal_day = number;
    return;
  }
  file.add("fiscal_year", "bad-day", fmt::format("`fiscal_year` must be the day on which it begins, not `{}`", *begins),
           "write month and day, at most the 28th: 04-01");
}

// A model stands there once: beside itself it says nothing new.
void check_also(Reader& file, const Settings& settings) {
  for (size_t i = 0; i < settings.also.size(); ++i) {
    const std::string& name = settings.also[i];
    const auto before = settings.also.begin() + static_cast<ptrdiff_t>(i);
    if (name != settings.model && std::find(settings.also.begin(), before, name) == before) continue;
    file.add("also", "model-twice", fmt::format("the model `{}` is named twice", name),
             "`model:` is the primary one, `also:` lists others, each once");
  }
}

void read_all(Reader& file, Settings& settings) {
  constexpr int64_t kVersion = 1;
  constexpr int64_t kMostLapseDays = 3650;
  (void)file.integer("kenko", kVersion, kVersion);
  settings.company = file.text("company").value_or("");
  read_time_zone(file, settings);
  read_close_at(file, settings);
  read_currency(file, settings);
  settings.model = file.text("model").value_or("");
  settings.also = file.texts("also").value_or(std::vector<std::string>{});
  check_also(file, settings);
  const auto lapse = file.integer("lapse_days", 0, kMostLapseDays);
  if (lapse) settings.lapse_days = static_cast<int32_t>(*lapse);
  // An empty list is an answer of its own: nothing of what happens is ours.
  if (const Node* ours = file.find("ours"); ours != nullptr) {
    settings.ours = file.values().texts(*ours, "`ours`").value_or(std::vector<std::string>{});
  }
  if (auto exclude = file.map("exclude"); exclude && exclude->is_map()) {
    settings.exclude_accounts = exclude->texts("accounts").value_or(std::vector<std::string>{});
    settings.exclude_users = exclude->texts("users").value_or(std::vector<std::string>{});
    exclude->finish();
  }
  read_fiscal_year(file, settings);
  if (auto churn = file.map("churn"); churn && churn->is_map()) {
    if (const Node* list = churn->find("unavoidable"); list != nullptr) {
      settings.unavoidable = churn->values().texts(*list, "`unavoidable`").value_or(std::vector<std::string>{});
    }
    churn->finish();
  }
  file.not_yet("working_days", "working days are not built yet");
  file.not_yet("retention", "retention is not built yet");
  read_status(file, settings);
  file.each("sources", "source", [&settings](const Node& name, Reader& entry) { read_source(name, entry, settings); });
  file.finish();
}

}  // namespace

std::string_view type_name(AttributeType type) {
  for (const auto& [word, value] : attribute_types()) {
    if (value == type) return word;
  }
  return "text";
}

bool is_source_name(std::string_view name) {
  constexpr size_t kLongest = 64;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > kLongest || !letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || c == '_' || c == '-' || c == '.'; });
}

Result<Settings> read_settings(std::string_view yaml, const std::string& file) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  Settings settings;
  Reader reader(*tree, tree->root(), problems, "kenko.yaml");
  if (reader.is_map()) read_all(reader, settings);
  if (has_errors(problems)) return problems;
  return settings;
}

}  // namespace kenko::settings

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cases/case.h"
#include "language/expression.h"
#include "model/load.h"
#include "tree/reader.h"
#include "tree/tree.h"
#include "vocabulary/vocabulary.h"

namespace kenko::cases {
namespace {

using facts::AttributeType;
using tree::Node;
using tree::Reader;

const std::vector<std::string> kTables = {"events",     "attributes",  "snapshots", "contracts",
                                          "identities", "memberships", "rates"};

std::string text_of(const tree::Tree& tree, const char* key) {
  const Node* node = tree.root().find(key);
  return node == nullptr ? "" : node->text;
}

// The indented text under `model:`, shifted to the left.
std::string nested_text(const std::string& source, const std::string& key) {
  std::string out;
  bool inside = false;
  for (const std::string_view line : text::split(source, '\n')) {
    const bool indented = line.starts_with("  ");
    if (inside && !indented && !line.empty()) inside = false;
    if (inside) out += fmt::format("{}\n", line.empty() ? line : line.substr(2));
    if (line == key + ":") inside = true;
  }
  return out;
}

std::string single_quoted(const std::string& s) {
  std::string out = "'";
  for (const char c : s) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

// A model that shows the metrics of the case and scores something beside them.
std::string model_around(const Node& metrics) {
  std::string out = "kenko: 1\nmodel: case\ndimensions:\n  beside: {weight: 1}\nmetrics:\n";
  for (const tree::Entry& e : metrics.entries) {
    out += fmt::format("  {}: {{value: {}}}\n", e.key.text, single_quoted(e.value.text));
  }
  out += "  zz-beside: {dimension: beside, value: seats(), curve: {0: 0, 1: 100}}\n";
  return out + "bands:\n  low: {from: 0}\n  high: {from: 50}\n";
}

void add_names(const language::Expression& events, std::set<std::string>& names) {
  const auto selector = language::as_selector(events);
  if (!selector) return;
  names.insert(selector->text);
  names.insert(selector->others.begin(), selector->others.end());
}

void add_event_names(const language::Expression& e, std::set<std::string>& names) {
  using Kind = language::Expression::Kind;
  if (e.kind == Kind::selector) add_names(e, names);
  for (const vocabulary::Function* f : vocabulary::find_functions(e.kind == Kind::call ? e.text : "")) {
    for (size_t i = 0; i < std::min(e.items.size(), f->parameters.size()); ++i) {
      if (f->parameters[i].kind == vocabulary::ArgumentKind::all_events) add_names(e.items[i], names);
    }
  }
  for (const language::Expression& item : e.items) add_event_names(item, names);
}

// The event names that a model reads.
std::set<std::string> event_names(const std::string& model) {
  std::set<std::string> names;
  Problems ignored;  // the model's own check reports them
  const auto tree = tree::Tree::parse(model, "model", ignored);
  const Node* metrics = tree ? tree->root().find("metrics") : nullptr;
  if (metrics == nullptr) return names;
  for (const tree::Entry& e : metrics->entries) {
    const Node* value = e.value.find("value");
    if (value == nullptr) continue;
    const auto parsed = language::parse(value->text, language::in_text(value->text));
    if (parsed.ok()) add_event_names(*parsed, names);
  }
  return names;
}

void read_settings(Reader& top, Case& out) {
  auto settings = top.map("settings");
  if (!settings) return;
  facts::Settings& s = out.settings;
  if (const auto zone = settings->text("time_zone")) {
    const auto found = TimeZone::find(*zone);
    if (!found) settings->add("time_zone", "case", "no such time zone");
    s.time_zone = found.value_or(TimeZone());
  }
  s.currency = settings->text("currency").value_or(s.currency);
  if (const auto close = settings->text("close_at"); close && close->size() == 5) {
    s.close_minutes = static_cast<int32_t>(text::parse_int(close->substr(0, 2)).value_or(0) * 60 +
                                           text::parse_int(close->substr(3)).value_or(0));
  }
  s.lapse_days = static_cast<int32_t>(settings->integer("lapse_days").value_or(s.lapse_days));
  s.ours = settings->texts("ours").value_or(s.ours);
  if (auto status = settings->map("status")) {
    s.status_attribute = status->text("attribute").value_or(s.status_attribute);
    if (auto words = status->map("words")) {
      for (const tree::Entry& e : words->node().entries) s.status_words[e.key.text] = e.value.text;
    }
    status->finish();
  }
  if (auto exclude = settings->map("exclude")) {
    s.exclude_accounts = exclude->texts("accounts").value_or(s.exclude_accounts);
    s.exclude_users = exclude->texts("users").value_or(s.exclude_users);
    exclude->finish();
  }
  settings->finish();
}

std::map<std::string, AttributeType> read_types(Reader& top) {
  std::map<std::string, AttributeType> out;
  auto types = top.map("attribute_types");
  if (!types) return out;
  for (const tree::Entry& e : types->node().entries) {
    const auto type = types->choice<AttributeType>(e.key.text, {{"number", AttributeType::number},
                                                                {"text", AttributeType::text},
                                                                {"flag", AttributeType::flag},
                                                                {"day", AttributeType::day},
                                                                {"money", AttributeType::money}});
    if (type) out[e.key.text] = *type;
  }
  return out;
}

// Without `sources:` there is one that covers all, defines accounts and emits every name of the case.
void read_sources(Reader& top, const std::vector<std::string>& names, Case& out) {
  top.each("sources", "source", [&](const Node& name, Reader& entry) {
    facts::SourceSettings s;
    s.name = name.text;
    s.covers =
        entry.choice<facts::Coverage>("covers", {{"all", facts::Coverage::all}, {"touched", facts::Coverage::touched}})
            .value_or(facts::Coverage::all);
    s.accounts = entry
                     .choice<facts::AccountIds>(
                         "accounts", {{"defines", facts::AccountIds::defines}, {"matched", facts::AccountIds::matched}})
                     .value_or(facts::AccountIds::defines);
    s.start = entry.day("start");
    s.every_days = entry.days("every");
    s.emits = entry.texts("emits").value_or(names);
    std::sort(s.emits.begin(), s.emits.end());
    entry.finish();
    out.settings.sources.push_back(std::move(s));
  });
  if (!out.settings.sources.empty()) return;
  facts::SourceSettings test;
  test.name = "test";
  test.emits = names;
  out.settings.sources.push_back(std::move(test));
}

void read_days(Reader& top, Case& out) {
  const auto days = top.texts("as_of");
  for (const std::string& text : days.value_or(std::vector<std::string>{})) {
    const auto day = Day::parse(text);
    if (!day) top.add("as_of", "case", "not a day");
    out.days.push_back(day.value_or(Day{}));
  }
  if (out.days.empty()) top.add("as_of", "case", "the case needs `as_of`");
  out.known_day = top.day("known_as_of");
}

// What the rule and the skip say.
void read_words(const tree::Tree& tree, Reader& top, Case& out) {
  constexpr std::string_view kFile = "SEMANTICS.md#";
  out.about = top.text("about", tree::Need::required).value_or("");
  out.rule = top.text("rule", tree::Need::required).value_or("");
  if (out.rule.starts_with(kFile)) {
    out.rule.erase(0, kFile.size());
  } else {
    top.add("rule", "case", "`rule` must be like SEMANTICS.md#time");
  }
  out.not_in_sql = text_of(tree, "sql");
  top.allow("sql");
}

}  // namespace

facts::Cut Case::cut() const {
  if (!known_day) return {};
  const LocalTime close{*known_day + 1, settings.close_minutes * 60'000'000LL, 0, false};
  return {std::nullopt, settings.time_zone.instant_of(close)};
}

Result<Case> read_case(const std::string& text, const std::string& name) {
  Problems problems;
  const auto tree = tree::Tree::parse(text, name + ".yaml", problems);
  if (!tree) return problems;
  Case out;
  out.name = name;
  {
    Reader top(*tree, tree->root(), problems, "the case");
    read_words(*tree, top, out);
    read_settings(top, out);
    read_days(top, out);
    const Node* metrics = tree->root().find("metrics");
    top.allow("metrics");
    top.allow("model");
    out.model_text = metrics != nullptr ? model_around(*metrics) : nested_text(tree->source(), "model");

    std::map<std::string, TextTable> tables;
    for (const std::string& table : kTables) {
      top.allow(table);
      const Node* node = tree->root().find(table);
      if (node == nullptr) continue;
      KENKO_TRY(tables[table], parse_table(node->text, table));
    }
    top.allow("expect");
    KENKO_TRY(out.expect, parse_table(text_of(*tree, "expect"), "expect"));

    std::set<std::string> names = event_names(out.model_text);
    if (tables.contains("events")) {
      const TextTable& events = tables["events"];
      for (const TableRow& row : events.rows) names.insert(events.cell(row, "name").value_or(""));
    }
    read_sources(top, {names.begin(), names.end()}, out);
    out.settings.sources.front().attributes = read_types(top);
    top.finish();
    if (has_errors(problems)) return problems;
    KENKO_TRY_STATUS(read_facts(tables, out));
  }
  if (out.expect.rows.empty()) return wrong("the case expects nothing");
  if (out.days.size() > 1 && !out.expect.column("day")) return wrong("several days: `expect` needs a column `day`");
  KENKO_TRY(out.model, model::load(out.model_text, name + " (model)", out.settings));
  return out;
}

}  // namespace kenko::cases

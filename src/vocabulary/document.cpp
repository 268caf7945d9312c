#include <fmt/format.h>

#include "base/text.h"
#include "vocabulary/vocabulary.h"

namespace kenko::vocabulary {
namespace {

// A cell of a Markdown table.
std::string cell(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view s) { return s.empty() ? "" : fmt::format("`{}`", cell(s)); }

std::string function_table() {
  std::string out =
      "### Functions\n\nWhat is also computed by generated SQL says so. A unit that is not named is that of what the "
      "function reads.\n\n| function | family | value | unit | null when | SQL | example |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Function& f : functions()) {
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", code(signature(f)), f.family, cell(f.doc), f.unit,
                       cell(f.null_rule), f.in_sql ? "yes" : "", code(f.example));
  }
  return out + "\n";
}

std::string word_table(std::string_view title, std::string_view column, std::span<const Word> words) {
  std::string out = fmt::format("### {}\n\n| {} | written | meaning |\n|---|---|---|\n", title, column);
  for (const Word& w : words) out += fmt::format("| {} | {} | {} |\n", w.name, code(w.form), cell(w.doc));
  return out + "\n";
}

// Keys of a map itself, not of its entries.
bool is_one_map(std::string_view scope) { return scope.empty() || scope == "accounts" || scope == "hierarchy"; }

std::string key_tables() {
  std::string out;
  std::string_view scope = "-";
  for (const Key& k : model_keys()) {
    if (k.scope != scope) {
      scope = k.scope;
      out += scope.empty() ? std::string("### Keys of the file\n")
                           : fmt::format("\n### Keys of {}`{}`\n", is_one_map(scope) ? "" : "every entry of ", scope);
      out += "\n| key | type | default | meaning |\n|---|---|---|---|\n";
    }
    out += fmt::format("| {} | {} | {} | {} |\n", code(k.name), k.type, k.default_, cell(k.doc));
  }
  return out;
}

std::string json_text(std::string_view s) {
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string range(std::string_view least, std::string_view most) {
  std::string out = R"("type": "number")";
  if (!least.empty()) out += fmt::format(R"(, "minimum": {})", least);
  if (!most.empty()) out += fmt::format(R"(, "maximum": {})", most);
  return out;
}

std::string number_schema(const Key& key) {
  if (key.name == "weight" || key.name == "at_most") return R"("type": "number", "exclusiveMinimum": 0)";
  if (key.name == "each") return range("", "");
  if (key.name == "points") return range("-100", "100");
  if (key.name == "stack") return R"("type": "integer", "minimum": 1)";
  if (key.scope == "hierarchy" && key.name != "poor_below") return range("0", "");
  return range("0", "100");
}

std::string word_schema(const Key& key) {
  if (key.name == "contract") return R"("enum": ["not_renewed"])";
  if (key.name == "young") return R"("enum": ["full", "partial"])";
  if (key.name == "quantiles_within") return R"("enum": ["portfolio", "segment"])";
  return key.scope.empty() ? R"("enum": ["mean", "min", "max"])" : R"("enum": ["mean", "min", "max", "points"])";
}

std::string object_body(std::string_view scope, int indent);
std::string object_schema(std::string_view scope, int indent);

std::string map_of(std::string_view entry) {
  return fmt::format(R"("type": "object", "additionalProperties": {})", entry);
}

std::string map_schema(const Key& key, int indent) {
  if (key.scope.empty() && is_one_map(key.name)) {
    return fmt::format("\n{}\n{}", object_body(key.name, indent + 2), std::string(static_cast<size_t>(indent), ' '));
  }
  if (key.name == "let") return map_of(R"({"type": ["string", "number", "boolean"]})");
  if (key.name == "rubric") return map_of(R"({"type": "string"})");
  if (key.name == "weights") return map_of(R"({"type": "number", "minimum": 0})");
  if (key.name == "curves") return map_of(R"({"type": "object"})");
  if (key.name == "dimensions" || key.name == "bands")
    return map_of(fmt::format(R"({{"$ref": "#/definitions/{}"}})", key.name));
  if (key.name == "triggers" && !key.scope.empty()) {
    return map_of(
        fmt::format(R"({{"oneOf": [{{"enum": ["off", false]}}, {{"type": "object", "additionalProperties": false, )"
                    R"("properties": {{"points": {{{}}}, "cap": {{{}}}}}}}]}})",
                    range("-100", "100"), range("0", "100")));
  }
  return map_of(object_schema(key.name, indent + 2));
}

// The part of a schema that a key's type in words stands for.
std::string type_schema(const Key& key, int indent) {
  const std::string_view type = key.type;
  if (type == "1") return R"("const": 1)";
  if (type == "number") return number_schema(key);
  if (type == "per cent") return R"re("type": ["string", "number"], "pattern": "^[0-9]+([.][0-9]+)?%$")re";
  if (type == "days") return R"re("type": "string", "pattern": "^[0-9]+[dw]$")re";
  if (type == "day") return R"re("type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")re";
  if (type == "true or false") return R"("type": "boolean")";
  if (type == "curve") return R"("type": "object")";
  if (type == "list") return R"("type": ["array", "string"], "items": {"type": "string"})";
  if (type == "word") return word_schema(key);
  if (type == "map") return map_schema(key, indent);
  if (type == "expression") return R"("type": ["string", "number", "boolean"])";
  if (type == "policy") {
    return fmt::format(R"("oneOf": [{{"enum": ["exclude", "zero"]}}, {{"type": "object", "required": ["score"], )"
                       R"("additionalProperties": false, "properties": {{"score": {{{}}}}}}}, {{"type": "object", )"
                       R"("required": ["hold"], "additionalProperties": false, "properties": {{"hold": )"
                       R"re({{"type": "string", "pattern": "^[0-9]+[dw]$"}}}}}}])re",
                       range("0", "100"));
  }
  return R"("type": "string")";
}

// The keys of an object with what they may be, every line indented.
std::string object_body(std::string_view scope, int indent) {
  const std::string pad(static_cast<size_t>(indent), ' ');
  std::vector<std::string> properties;
  std::vector<std::string> required;
  for (const Key& k : model_keys()) {
    if (k.scope != scope) continue;
    // A band is from a score or from a quantile.
    if (k.default_ == "required" && !(k.scope == "bands" && k.name == "from")) required.push_back(json_text(k.name));
    properties.push_back(fmt::format("{}  {}: {{\"description\": {}, {}}}", pad, json_text(k.name), json_text(k.doc),
                                     type_schema(k, indent + 2)));
  }
  return fmt::format(
      "{0}\"type\": \"object\",\n{0}\"additionalProperties\": false,\n{0}\"required\": [{1}],\n{0}\"properties\": "
      "{{\n{2}\n{0}}}",
      pad, text::join(required, ", "), text::join(properties, ",\n"));
}

std::string object_schema(std::string_view scope, int indent) {
  return fmt::format("{{\n{}\n{}}}", object_body(scope, indent), std::string(static_cast<size_t>(indent - 2), ' '));
}

}  // namespace

std::string to_markdown() {
  return function_table() + word_table("In filters", "word", filter_words()) + word_table("Curves", "curve", curves()) +
         word_table("A metric without a value (`missing:`)", "policy", missing_policies()) + key_tables();
}

std::string to_json_schema() {
  std::string definitions;
  for (const std::string_view scope : {"dimensions", "bands"}) {
    definitions +=
        fmt::format("{}    {}: {}", definitions.empty() ? "" : ",\n", json_text(scope), object_schema(scope, 6));
  }
  return fmt::format(
      "{{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": \"Kenko health model\",\n"
      "  \"definitions\": {{\n{}\n  }},{}\n",
      definitions, object_schema("", 2).substr(1));
}

}  // namespace kenko::vocabulary

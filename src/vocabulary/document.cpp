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

std::string function_tables() {
  std::string out = "### Functions\n\n| function | family | value | null when | example |\n|---|---|---|---|---|\n";
  std::string later = "### Functions that are not there yet\n\n| function | family | value |\n|---|---|---|\n";
  for (const Function& f : functions()) {
    if (f.built) {
      out += fmt::format("| {} | {} | {} | {} | {} |\n", code(signature(f)), f.family, cell(f.doc), cell(f.null_rule),
                         code(f.example));
    } else {
      later += fmt::format("| {} | {} | {} |\n", code(f.name), f.family, cell(f.doc));
    }
  }
  return out + "\n" + later + "\n";
}

std::string word_table(std::string_view title, std::string_view column, std::span<const Word> words) {
  std::string out = fmt::format("### {}\n\n| {} | written | meaning |\n|---|---|---|\n", title, column);
  for (const Word& w : words) {
    out += fmt::format("| {} | {} | {} |\n", w.name, code(w.form),
                       w.built ? std::string(w.doc) : fmt::format("{} (not yet)", w.doc));
  }
  return out + "\n";
}

std::string key_tables() {
  std::string out;
  std::string_view scope = "-";
  for (const Key& k : model_keys()) {
    if (k.scope != scope) {
      scope = k.scope;
      out += scope.empty() ? std::string("### Keys of the file\n")
                           : fmt::format("\n### Keys of every entry of `{}`\n", scope);
      out += "\n| key | type | default | meaning |\n|---|---|---|---|\n";
    }
    out += fmt::format("| {} | {} | {} | {} |\n", code(k.name), k.type, k.default_,
                       k.built ? std::string(k.doc) : fmt::format("{} (not yet)", k.doc));
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

// The part of a schema that a key's type in words stands for.
std::string type_schema(const Key& key) {
  const std::string_view type = key.type;
  constexpr std::string_view kPoints = R"({"type": "number", "minimum": 0, "maximum": 100})";
  if (type == "1") return R"("const": 1)";
  if (type == "number")
    return key.scope == "bands" ? R"("type": "number", "minimum": 0, "maximum": 100)"
                                : R"("type": "number", "exclusiveMinimum": 0)";
  if (type == "per cent") return R"re("type": ["string", "number"], "pattern": "^[0-9]+([.][0-9]+)?%$")re";
  if (type == "days") return R"re("type": "string", "pattern": "^[0-9]+[dw]$")re";
  if (type == "true or false") return R"("type": "boolean")";
  if (type == "curve") return R"("type": "object")";
  if (type == "policy") {
    return fmt::format(R"("oneOf": [{{"enum": ["exclude", "zero"]}}, {{"type": "object", "required": ["score"], )"
                       R"("additionalProperties": false, "properties": {{"score": {}}}}}])",
                       kPoints);
  }
  return R"("type": "string")";
}

std::string object_schema(std::string_view scope, int indent) {
  const std::string pad(static_cast<size_t>(indent), ' ');
  std::vector<std::string> properties;
  std::vector<std::string> required;
  for (const Key& k : model_keys()) {
    if (k.scope != scope || !k.built) continue;
    if (k.default_ == "required") required.push_back(json_text(k.name));
    std::string type = type_schema(k);
    if (k.type == "map")
      type = fmt::format(R"("type": "object", "additionalProperties": {})", object_schema(k.name, indent + 2));
    properties.push_back(
        fmt::format("{}  {}: {{\"description\": {}, {}}}", pad, json_text(k.name), json_text(k.doc), type));
  }
  return fmt::format(
      "{{\n{0}\"type\": \"object\",\n{0}\"additionalProperties\": false,\n{0}\"required\": [{1}],\n{0}\"properties\": "
      "{{\n{2}\n{0}}}\n{3}}}",
      pad, text::join(required, ", "), text::join(properties, ",\n"), pad.substr(0, pad.size() - 2));
}

}  // namespace

std::string to_markdown() {
  return function_tables() + word_table("Curves", "curve", curves()) +
         word_table("A metric without a value (`missing:`)", "policy", missing_policies()) + key_tables();
}

std::string to_json_schema() {
  std::string body = object_schema("", 2);
  return "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": \"Kenko health model\"," +
         body.substr(1) + "\n";
}

}  // namespace kenko::vocabulary

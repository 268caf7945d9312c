#include "report/section.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/cells.h"

namespace kenko::report {
namespace {

Table findings_table(const std::vector<validate::Finding>& findings) {
  Table t;
  t.columns = {left("code", "finding"), left("warning", "warning"), left("text", "text"), left("hint", "hint")};
  for (const validate::Finding& f : findings)
    t.rows.push_back({{f.code}, {f.warning}, {f.text.english()}, {f.hint.english()}});
  return t;
}

}  // namespace

Section findings_section(const std::vector<validate::Finding>& findings) {
  return {"findings", "Findings", findings_table(findings)};
}

std::string findings_text(const std::vector<validate::Finding>& findings, const Terminal& terminal) {
  std::string out;
  for (const validate::Finding& f : findings) {
    out += text::wrap(fmt::format("{} {}\n", f.warning ? "!" : "=", f.text.english()), terminal.width, 2);
    if (!f.hint.empty()) out += text::wrap(fmt::format("  {}\n", f.hint.english()), terminal.width, 0);
  }
  return out;
}

Table without_empty_columns(Table table) {
  const auto empty = [](const Cell& cell) {
    if (!cell.text.empty()) return cell.text == " " || cell.text == "–";
    const auto* text = std::get_if<std::string>(&cell.value);
    return std::holds_alternative<std::monostate>(cell.value) || (text != nullptr && text->empty());
  };
  for (size_t c = 1; c < table.columns.size(); ++c) {
    if (std::all_of(table.rows.begin(), table.rows.end(), [&](const auto& row) { return empty(row[c]); }))
      table.columns[c].text_hidden = true;
  }
  return table;
}

std::string sections_text(const std::vector<Section>& sections, const Terminal& terminal) {
  std::string out;
  for (const Section& section : sections) {
    out += fmt::format("{}{}\n", out.empty() ? "" : "\n", section.title.english());
    if (!section.note.empty()) out += text::wrap(section.note.english() + "\n", terminal.width, 0);
    out += "\n" + to_text(without_empty_columns(section.table), terminal);
  }
  return out;
}

std::string sections_json(const std::vector<Section>& sections) {
  std::string out = "{";
  for (const Section& section : sections) {
    std::string rows = to_json(section.table);
    while (!rows.empty() && rows.back() == '\n') rows.pop_back();
    out += fmt::format("{}\"{}\": {}", out.size() > 1 ? ",\n" : "\n", section.key, rows);
  }
  return out + "\n}\n";
}

}  // namespace kenko::report

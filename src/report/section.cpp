#include "report/section.h"

#include <fmt/format.h>

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

std::string findings_text(const std::vector<validate::Finding>& findings) {
  std::string out;
  for (const validate::Finding& f : findings) {
    out += fmt::format("{} {}\n", f.warning ? "!" : "=", f.text.english());
    if (!f.hint.empty()) out += fmt::format("  {}\n", f.hint.english());
  }
  return out;
}

std::string sections_text(const std::vector<Section>& sections, const Terminal& terminal) {
  std::string out;
  for (const Section& section : sections) {
    out +=
        fmt::format("{}{}\n\n{}", out.empty() ? "" : "\n", section.title.english(), to_text(section.table, terminal));
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

#include "html/sections_page.h"

#include <algorithm>

#include "html/page.h"
#include "html/section_charts.h"

namespace kenko::html {
namespace {

constexpr const char* kFindings = "findings";

}  // namespace

std::string sections_page(const SectionsReport& report, const Catalogue& texts) {
  Frame frame;
  frame.title = texts.say(report.title);
  for (const Sentence& line : report.head) frame.lines.push_back(texts.say(line));
  Markup body;
  if (!report.findings.empty()) {
    const std::string title = texts.word("What it means");
    frame.parts.emplace_back(kFindings, title);
    open_part(body, kFindings, title);
    add_findings(body, report.findings, texts);
    body.close();
  }
  for (const report::Section& section : report.sections) {
    if (section.key == kFindings || section.table.rows.empty()) continue;
    const std::string title = texts.say(section.title);
    frame.parts.emplace_back(section.key, title);
    open_part(body, section.key, title);
    add_chart_of(body, section, texts);
    add_table(body, section.table, title, texts);
    body.close();
  }
  frame.foot = texts.word("The same command gives every table as JSON or CSV: --table NAME --format csv");
  return page(frame, texts, std::move(body).finish());
}

}  // namespace kenko::html

#include "cli/sections_output.h"

#include <fmt/format.h>

#include <utility>

#include "base/decimal.h"
#include "base/text.h"
#include "html/catalogue.h"
#include "html/sections_page.h"

namespace kenko::cli {
namespace {

Result<std::string> table_alone(const std::vector<report::Section>& sections, const std::string& wanted,
                                report::Format format) {
  std::vector<std::string> names;
  for (const report::Section& s : sections) {
    if (s.key == wanted) return report::render(s.table, format, terminal());
    names.push_back(s.key);
  }
  return bad_option(fmt::format("there is no table `{}`", wanted), "it has: " + text::join(names, ", "));
}

Result<std::string> as_page(const Common& common, SectionsOutput output) {
  KENKO_TRY(const html::Catalogue texts, html::Catalogue::of(common.language));
  html::SectionsReport report;
  report.head = std::move(output.head.lines);
  if (!report.head.empty()) {
    report.title = report.head.front();
    report.head.erase(report.head.begin());
  }
  report.highlights = std::move(output.highlights);
  report.findings = std::move(output.findings);
  report.sections = std::move(output.sections);
  return html::sections_page(report, texts);
}

}  // namespace

Problem bad_option(std::string message, std::string hint) {
  return {"bad-option", {}, std::move(message), std::move(hint), "", Severity::error};
}

Result<double> share_option(const std::string& option, const std::string& text, const std::string& of) {
  const bool percent = text.ends_with('%');
  const auto number = parse_decimal(percent ? std::string_view(text).substr(0, text.size() - 1) : text);
  const bool read = number.fault == ParsedDecimal::Fault::none;
  const double share = read ? number.value.as_double() / (percent ? 100 : 1) : 0;
  if (!(share > 0 && share <= 1)) return bad_option(fmt::format("{} is a share of {}, as 10% or 0.1", option, of));
  return share;
}

Status read_day(const std::string& option, const std::string& text, std::optional<Day>& to) {
  if (text.empty()) return Done{};
  KENKO_TRY(to, day_option(option, text));
  return Done{};
}

Result<report::Format> sections_format(const Common& common) {
  if (common.format == "html") return report::Format::json;
  return format_of(common);
}

std::string lines_of(const std::vector<Sentence>& sentences) {
  std::string out;
  for (const Sentence& s : sentences) out += text::wrap(s.english() + "\n", terminal().width, 2);
  return out;
}

Result<std::string> written(const Common& common, SectionsOutput output, const std::string& table) {
  const bool page = common.format == "html";
  if (page && table.empty()) return as_page(common, std::move(output));
  if (page) return bad_option("a page holds every table: --table goes with text, JSON or CSV", "leave it out");
  KENKO_TRY(const report::Format format, format_of(common));
  std::vector<report::Section>& sections = output.sections;
  const bool text = format == report::Format::table && table.empty();
  if (!text) sections.push_back(report::findings_section(output.findings));
  if (!table.empty()) return table_alone(sections, table, format);
  if (format == report::Format::csv) return table_alone(sections, output.csv_table, format);
  if (format == report::Format::json) return report::sections_json(sections);
  std::string out = lines_of(output.head.lines) + "\n" + report::sections_text(sections, terminal());
  if (!output.findings.empty()) out += "\nIn words\n\n" + report::findings_text(output.findings, terminal());
  return out;
}

}  // namespace kenko::cli

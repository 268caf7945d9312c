// html/sections_page.h
//
// A page of any report that is made of sections: back-test, fit, calibration, compare, monitor.
#pragma once

#include <string>
#include <vector>

#include "html/catalogue.h"
#include "html/page.h"
#include "report/section.h"
#include "validate/finding.h"

namespace kenko::html {

struct SectionsReport {
  Sentence title;
  std::vector<Sentence> head;                 ///< what was measured, on what; a line each
  std::vector<report::Highlight> highlights;  ///< the answer in a few numbers
  std::vector<validate::Finding> findings;    ///< stand next: what it means and what to do
  std::vector<report::Section> sections;      ///< a section `findings` is left out
};

[[nodiscard]] std::string sections_page(const SectionsReport& report, const Catalogue& texts);

/// Sections as parts of a page, each with its chart, its table and its place in the list of contents.
void add_sections(Markup& out, Frame& frame, const std::vector<report::Section>& sections, const Catalogue& texts);

}  // namespace kenko::html

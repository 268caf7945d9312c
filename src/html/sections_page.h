// html/sections_page.h
//
// A page of any report that is made of sections: back-test, fit, compare, monitor.
#pragma once

#include <string>
#include <vector>

#include "html/catalogue.h"
#include "report/section.h"
#include "validate/finding.h"

namespace kenko::html {

struct SectionsReport {
  Sentence title;
  std::vector<Sentence> head;               ///< what was measured, on what; a line each
  std::vector<validate::Finding> findings;  ///< stand first: what it means and what to do
  std::vector<report::Section> sections;    ///< a section `findings` is left out
};

[[nodiscard]] std::string sections_page(const SectionsReport& report, const Catalogue& texts);

}  // namespace kenko::html

// report/section.h
//
// A report is sections: a title and a table each, under a name that asks for it alone; and findings in words.
#pragma once

#include <string>
#include <vector>

#include "base/sentence.h"
#include "report/table.h"
#include "validate/finding.h"

namespace kenko::report {

/// A part of a report: one table under a name.
struct Section {
  std::string key;  ///< JSON member, and the name that asks for it alone
  Sentence title;   ///< one line
  Table table;
  Sentence note = {};  ///< how to read it, where the title does not say; may be empty
};

/// One of the few numbers that a report is asked for, which stand first on a page.
struct Highlight {
  Sentence value;          ///< "0.784", or a word or two
  Sentence meaning;        ///< what it is
  Sentence interval = {};  ///< "0.705 to 0.850"; may be empty
};

/// Without the columns in which no row has anything; the first one stays.
[[nodiscard]] Table without_empty_columns(Table table);

/// Titles and tables, one below the other.
[[nodiscard]] std::string sections_text(const std::vector<Section>& sections, const Terminal& terminal);
/// {"key": [...], ...} with a newline.
[[nodiscard]] std::string sections_json(const std::vector<Section>& sections);

/// Findings as the section "findings".
[[nodiscard]] Section findings_section(const std::vector<validate::Finding>& findings);
/// Findings as sentences, hints below them.
[[nodiscard]] std::string findings_text(const std::vector<validate::Finding>& findings, const Terminal& terminal);

}  // namespace kenko::report

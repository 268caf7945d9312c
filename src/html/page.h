// html/page.h
//
// The frame of a report: one file that loads nothing, reads well in light and dark, on paper and without a script.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "html/catalogue.h"
#include "html/markup.h"
#include "report/table.h"
#include "validate/finding.h"

namespace kenko::html {

struct Frame {
  std::string title;                                             ///< in the reader's language
  std::vector<std::string> lines;                                ///< below it
  std::vector<std::pair<std::string, std::string>> parts;        ///< id and title of each, for the list of contents
  std::vector<std::pair<std::string, std::string>> style_texts;  ///< names and texts that the style sheet shows
  std::string foot;                                              ///< the last line
  size_t ranks = 4;                                              ///< how many bands have letters
  bool script = false;                                           ///< the page has a list to sort
  bool wide = false;                                             ///< printed on sheets that lie on their side
};

/// The whole page around a finished body.
[[nodiscard]] std::string page(const Frame& frame, const Catalogue& texts, const std::string& body);

/// Opens <section> with its heading; the caller closes it.
void open_part(Markup& out, const std::string& id, const std::string& title);

/// A number to be seen first, and what it means.
void add_tile(Markup& out, const std::string& number, const std::string& meaning);

/// A cell's text: Kenko's own words in the reader's language, data as it is.
[[nodiscard]] std::string cell_text(const report::Cell& cell, const Catalogue& texts);

/// A table; columns that text output hides are left out, sentences stand below the name of their row.  caption: read
/// aloud.  id: where one is given and there are very many rows, the first ones stand there and the others open.
void add_table(Markup& out, const report::Table& table, const std::string& caption, const Catalogue& texts,
               const std::string& id = {});

/// A text in which `words` in backticks are set as code.
void add_text(Markup& out, const std::string& text);

/// Findings as sentences, hints below them.
void add_findings(Markup& out, const std::vector<validate::Finding>& findings, const Catalogue& texts);

}  // namespace kenko::html

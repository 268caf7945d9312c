// html/section_charts.h
//
// The charts of sections, drawn from the tables beside them.  One row of a list says which section has which chart.
#pragma once

#include "html/catalogue.h"
#include "html/markup.h"
#include "report/section.h"

namespace kenko::html {

/// The chart that belongs to a section of this key and these columns, with a sentence that says the same; nothing when
/// there is none, or too few rows to draw.
void add_chart_of(Markup& out, const report::Section& section, const Catalogue& texts);

}  // namespace kenko::html

// app/account_page.h
//
// kenko account: one account on one screen.
#pragma once

#include <vector>

#include "app/acting.h"
#include "app/scoring.h"
#include "base/sentence.h"
#include "report/section.h"

namespace kenko::app {

struct AccountPage {
  std::vector<Sentence> head;
  std::vector<report::Section> sections;  ///< "why", "people", "contracts", "work", "timeline"
};

/// As of scoring.as_of(); acting is nullptr where no day was closed.  limit: rows of a section, 0 = all.
[[nodiscard]] AccountPage account_page(const Scoring& scoring, uint32_t account, const Acting* acting, int64_t limit);

}  // namespace kenko::app

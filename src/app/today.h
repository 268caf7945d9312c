// app/today.h
//
// What somebody needs in the morning: what needs them, why, what to do, what changed, what renews soon.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/acting.h"
#include "base/result.h"
#include "base/sentence.h"
#include "report/section.h"

namespace kenko::app {

struct TodayRequest {
  std::string owner;  ///< whose day; empty = everybody's
  bool team = false;  ///< of the owner and of everybody below
  int64_t limit = 8;  ///< rows a section; 0 = all
  int32_t renewal_days = 30;
};

/// Ready to be shown.
struct Today {
  std::vector<Sentence> head;  ///< the first is the title
  std::vector<report::Section> sections;
};

/// As of the last closed day.  "unknown-person".
[[nodiscard]] Result<Today> today(const Acting& acting, const TodayRequest& request, const TimeZone& zone);

}  // namespace kenko::app

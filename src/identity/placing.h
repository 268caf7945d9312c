// identity/placing.h
//
// Whose an event is: its account, its user and its day, by integers.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "facts/event_table.h"
#include "facts/settings.h"
#include "identity/references.h"
#include "identity/tally.h"
#include "identity/zeroed_array.h"

namespace kenko::identity {

/// Where an event belongs.
struct Placement {
  static constexpr uint32_t kExcluded = UINT32_MAX;
  uint32_t account = 0;  ///< code of References::accounts; 0 = unmatched, kExcluded = an excluded account or user
  uint32_t user = 0;     ///< code of References::users; 0 = none
  Day day;
};

/// Places the rows of one table.  What a reference stands for is looked up once.
///
/// Ownership: keeps references to all it is made of.  Threads: placers of several tables may share `references`, which
/// `lock` guards.
class Placer {
 public:
  Placer(const facts::EventView& events, const facts::Settings& settings, References& references, std::mutex& lock);

  /// Looks up the users of all rows at once, where that is possible; for those who place most rows of a large table.
  void prepare_users();
  [[nodiscard]] Placement place(uint32_t row);
  /// Adds the row and its placement to the counts, `sign` times.
  void count(uint32_t row, const Placement& placement, int64_t sign);
  /// The counts so far.
  [[nodiscard]] EventTally tally() const;

 private:
  // Trivial: lies in calloc'ed memory.
  struct Entry {
    uint32_t source;  // 0 = not asked yet
    uint32_t target;  // or, when dated, a position in timelines_
    uint32_t dated;
  };
  struct Memo {
    explicit Memo(size_t refs) : direct(refs) {}
    ZeroedArray<Entry> direct;  // by ref code: most refs belong to one source
    std::unordered_map<uint64_t, Entry> others;
  };

  template <typename Make>
  uint32_t look_up(Memo& memo, uint32_t source, uint32_t ref, Day day, const Make& make);
  Entry keep(uint32_t source, Timeline timeline);

  const facts::EventView& events_;
  const facts::Settings& settings_;
  References& references_;
  std::mutex& lock_;
  Memo accounts_, users_;
  std::unordered_map<uint32_t, Timeline> memberships_;  // by user
  std::vector<Timeline> timelines_;
  std::vector<uint32_t> staff_;                      // codes of user refs of our own staff
  std::unordered_map<uint32_t, bool> excluded_;      // by account
  std::map<uint32_t, DayCounts> days_;               // by source code
  std::unordered_map<uint64_t, int64_t> unmatched_;  // by source code and ref code, 0 = the event named neither
  uint32_t last_source_ = 0;
  DayCounts* last_days_ = nullptr;  // of last_source_
};

}  // namespace kenko::identity

// segments/portfolio_base.h
//
// Internal to segments: a resolved portfolio in a file of plain columns that is mapped, and what it was made from.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "facts/portfolio.h"
#include "identity/resolve.h"
#include "segments/section_file.h"

namespace kenko::segments {

/// What a base was made from.
struct BaseOrigin {
  Hash128 token;           ///< of the snapshot
  int64_t intake_seq = 0;  ///< of the snapshot
  int64_t last_seq = 0;    ///< the greatest seq of all event versions
  int64_t rows = 0;        ///< how many event versions there were
};

/// What is needed to find what changed since.
struct BaseRecord {
  identity::EventTally tally;
  std::vector<std::string> user_keys;
  std::vector<uint32_t> user_events;
  std::vector<facts::IdentityFact> identities;
  std::vector<facts::MembershipFact> memberships;
};

/// A portfolio whose columns are mapped from a file.
struct PortfolioBase {
  facts::Portfolio portfolio;  ///< `settings` is left empty
  BaseOrigin origin;
  SectionFile file;

  /// nullopt when it is damaged.
  [[nodiscard]] std::optional<BaseRecord> read_record() const;
};

/// The sections of the columns of events, in this order; then two for each property (rows, values), then those of
/// the rest.
enum BaseColumn : size_t { bDay, bOccurred, bName, bSource, bUser, bValue, bFlags, bIdEnd, bIdBytes, bColumns };

/// Takes resolved events and writes them into a file behind the resolution's back.
class BaseWriter final : public identity::EventSink {
 public:
  explicit BaseWriter(const std::string& path);
  ~BaseWriter() override;

  void begin(uint64_t rows) override;
  void add(identity::EventBlock& block) override;
  void finish(const std::vector<std::string>& keys, facts::Portfolio& portfolio) override;
  /// Writes the rest.  Afterwards the file is complete.
  [[nodiscard]] Status finish_file(const Hash128& fingerprint, const facts::Portfolio& portfolio,
                                   const BaseOrigin& origin, const BaseRecord& record);

 private:
  void run();
  void write(identity::EventBlock& block);
  void stop();

  SectionWriter out_;
  uint64_t rows_ = 0;
  struct Chunks {
    std::vector<std::vector<uint32_t>> row, value;
  };
  std::vector<Chunks> cells_;  // by position of the property

  std::mutex lock_;
  std::condition_variable changed_;
  std::optional<identity::EventBlock> waiting_;
  identity::EventBlock spare_;
  bool done_ = false;
  std::thread thread_;
};

/// nullopt when the file is missing, damaged, or of another fingerprint or format.  `verify`: false for a file that
/// this process has just written.
[[nodiscard]] std::optional<PortfolioBase> open_base(const std::string& path, const Hash128& fingerprint, int threads,
                                                     bool verify = true);

}  // namespace kenko::segments

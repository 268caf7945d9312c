// app/import_file.h
//
// Reads one file into the batch: raw records, mapped, counted, decided in chunks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/import_batch.h"
#include "mapping/ids.h"
#include "mapping/map_record.h"
#include "readers/read_records.h"

namespace kenko::app {

/// What reading a file needs.
struct FileImportContext {
  std::shared_ptr<const mapping::Mapping> mapping;
  mapping::MapContext map;
  bool known_by_column = false;
  bool stored_rejects = true;  ///< some record was rejected before: what is accepted now may be one of them
  size_t chunk_rows = 1;       ///< decided at a time
  /// Every name that a rule of the source ever had; empty = nothing can have been given before.
  std::vector<std::string> rule_names;
  /// Makes room when many events are pending; called between chunks.
  std::function<Status()> make_room;
  std::function<void(int64_t rows_of_file)> progress;
};

/// The records of one file on their way into `batch`.  After a failure the caller rolls the batch back.
class FileImport final : public readers::RecordSink {
 public:
  FileImport(std::string path, const FileImportContext& context, ImportBatch& batch, EventDecider& decider);

  /// Reads the file.  The counts of its rows without facts other than events are final when it returns.
  Status run();
  [[nodiscard]] const std::map<std::string, SeenSource>& seen() const { return seen_; }

  Status columns(std::span<const std::string_view> names) override;
  bool record(const mapping::RawRecord& record) override;
  bool bad_row(readers::BadRow row) override;

 private:
  struct Row {
    facts::FactSet facts;  // without events
    bool counts = true;    // false: rejected or left out, only looked at for what it gave before
  };

  void take(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat);
  void accept(const Hash128& raw, int64_t repeat);
  void look_for_given(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat, size_t first_candidate);
  void reject(mapping::Reject reject, const Hash128& raw, int64_t repeat, std::string text);
  void see(const facts::FactSet& facts);
  Status decide();

  std::string path_;
  const FileImportContext& context_;
  ImportBatch& batch_;
  EventDecider& decider_;
  mapping::Mapper mapper_;
  mapping::RawHasher hasher_;
  mapping::Mapped mapped_;
  std::unordered_map<Hash128, int64_t> repeats_;
  std::vector<Candidate> candidates_;
  std::vector<Given> given_;
  std::vector<Row> rows_;
  std::vector<std::string> ids_;
  std::map<std::string, SeenSource> seen_;
  SeenSource* last_seen_ = nullptr;
  std::string last_source_, last_name_;
  Status failure_ = Done{};
};

}  // namespace kenko::app

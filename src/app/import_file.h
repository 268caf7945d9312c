// app/import_file.h
//
// Reads one file into the batch: raw records, mapped by others while the file is read on, counted and decided in order.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/import_batch.h"
#include "app/map_ahead.h"
#include "app/record_counts.h"
#include "readers/read_records.h"

namespace kenko::app {

/// What reading a file needs.
struct FileImportContext {
  BatchMapping what;
  bool known_by_column = false;
  bool stored_rejects = true;  ///< some record was rejected before: what is accepted now may be one of them
  size_t chunk_rows = 1;       ///< decided at a time
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
  [[nodiscard]] const std::map<std::string, SeenSource, std::less<>>& seen() const { return seen_; }

  Status columns(std::span<const std::string_view> names) override;
  bool record(const mapping::RawRecord& record) override;
  bool bad_row(readers::BadRow row) override;

 private:
  struct Row {
    MappedBatch* from = nullptr;
    uint32_t rest = 0;   // facts other than events in `from`, as position + 1; 0 = none
    bool counts = true;  // false: rejected or left out, only looked at for what it gave before
  };

  RecordBatch& open_batch();
  bool submit();
  Status settle_first();
  Status settle(MapJob& job);
  void settle_row(MapJob& job, size_t i);
  void take(MappedBatch& from, size_t i, bool looks_back);
  void accept(const Hash128& raw, int64_t repeat);
  void reject(MappedBatch::Rejected& rejected, const Hash128& raw, int64_t repeat);
  void see(const MappedBatch& batch);
  void see(const facts::FactSet& facts);
  SeenSource& seen_source(std::string_view source);
  Status decide();

  std::string path_;
  const FileImportContext& context_;
  ImportBatch& batch_;
  EventDecider& decider_;
  bool counts_repeats_;  // false: only records that were rejected are counted
  MapAhead ahead_;
  std::shared_ptr<const RecordNames> names_;
  std::unique_ptr<MapJob> open_;                    // receives records
  std::vector<std::unique_ptr<MapJob>> undecided_;  // their rows are in the chunk
  RecordCounts repeats_;
  int64_t read_ = 0;
  std::vector<Candidate> candidates_;
  std::vector<Given> given_;
  std::vector<Row> rows_;
  std::map<std::string, SeenSource, std::less<>> seen_;
  Status failure_ = Done{};
};

}  // namespace kenko::app

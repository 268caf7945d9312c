// app/line_mapper.h
//
// Turns lines of JSON into facts, as they come in.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/import_source.h"
#include "app/line_input.h"
#include "facts/settings.h"
#include "mapping/ids.h"
#include "mapping/map_record.h"
#include "readers/flat_object.h"

namespace kenko::app {

/// What a line came to.  Good until the next line is mapped; its facts may be moved away.
struct MappedLine {
  mapping::Mapped mapped;
  Hash128 raw;
  int64_t repeat = 0;      ///< how many equal records stood before it
  std::string text;        ///< of a rejected line: the record as it is kept
  std::string hint;        ///< of a rejected line; may be empty
  bool is_record = false;  ///< false = not even a JSON object
};

/// Maps the lines of one run.
///
/// Own columns: each line by itself, by the columns that it has, so lines of several kinds may follow each other.
/// known_at:    of a source that is new or that kenko.yaml calls `recorded`: when the line came; of others as on
/// import. Memory:      where ids are derived, 24 bytes and more for each different line of the run, to tell true
/// repeats.
class LineMapper {
 public:
  LineMapper(const facts::Settings& settings, const ImportPlan& plan, Instant now);
  ~LineMapper();

  [[nodiscard]] MappedLine& map(const InputLine& line, Instant now);
  /// Of the line mapped last; see mapping::Mapper::candidate_ids.
  void candidate_ids(std::span<const std::string> rule_names, std::vector<std::string>& out);
  /// Names of the event rules that lines were mapped with.
  [[nodiscard]] const std::set<std::string>& rules() const { return rules_; }

 private:
  /// Kenko's own mapping for one set of columns.
  struct Own;

  void reject(std::string code, std::string field, std::string message, std::string hint = "");
  void map_own(const mapping::RawRecord& record);
  void map_by(const mapping::Mapping& mapping, mapping::Mapper& mapper, const mapping::RawRecord& record);
  bool read(const InputLine& line);
  void date(facts::FactSet& facts, bool by_column, Instant now) const;
  [[nodiscard]] bool is_live(const std::string& source) const;

  const facts::Settings& settings_;
  const ImportPlan& plan_;
  mapping::MapContext context_;
  std::unique_ptr<readers::FlatObject> object_;
  std::unique_ptr<mapping::Mapper> mapper_;  // of the plan's mapping
  std::map<std::string, std::unique_ptr<Own>> own_;
  mapping::Mapper* last_mapper_ = nullptr;
  mapping::RawRecord last_record_;
  std::string padded_;
  mapping::RawHasher hasher_;
  std::unordered_map<Hash128, int64_t> repeats_;
  std::set<std::string> rules_;
  MappedLine out_;
};

}  // namespace kenko::app

#include "segments/examine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "duck/connection.h"
#include "facts/fact.h"
#include "ports/files.h"
#include "segments/key_index.h"
#include "segments/manifest.h"
#include "segments/reader.h"
#include "segments/section_file.h"
#include "segments/segment_files.h"
#include "segments/segment_scan.h"
#include "segments/versions.h"

namespace kenko::segments {
namespace {

constexpr const char* kRestore = "restore the workspace from a backup (kenko restore)";
constexpr size_t kMostFindings = 10;  // of one kind: whoever has ten has thousands

Problem problem_of(std::string code, std::string path, std::string message, std::string hint) {
  Problem problem;
  problem.code = std::move(code);
  problem.place.file = std::move(path);
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  return problem;
}

void take(const Problems& problems, Problems& found) { found.insert(found.end(), problems.begin(), problems.end()); }

/// All rows of a query.
Status for_each_row(duck::Connection& duck, const std::string& sql,
                    const std::function<void(const duck::Chunk&, size_t)>& sink) {
  KENKO_TRY(duck::Rows rows, duck.query(sql));
  while (true) {
    KENKO_TRY(const duck::Chunk chunk, rows.next());
    if (chunk.size() == 0) return Done{};
    for (size_t i = 0; i < chunk.size(); ++i) sink(chunk, i);
  }
}

std::string list_of_files(const std::string& dir, const std::vector<ports::SegmentInfo>& segments) {
  std::string files;
  for (const ports::SegmentInfo& s : segments) {
    files += files.empty() ? "" : ", ";
    files += duck::sql_path(events_path(dir, s));
  }
  return "read_parquet([" + files + "])";
}

// What the catalog says of one segment, against the file.
void examine_segment(duck::Connection& duck, const std::string& dir, const ports::SegmentInfo& s, Problems& found) {
  const std::string path = events_path(dir, s);
  if (!ports::file_exists(path)) {
    found.push_back(problem_of("segment-missing", path, "a file of stored events is missing", kRestore));
    return;
  }
  bool seen = false;
  const auto compare = [&](const duck::Chunk& row, size_t i) {
    seen = true;
    const int64_t rows = row.data<int64_t>(0)[i];
    const int64_t first = rows == 0 ? 0 : row.data<int64_t>(1)[i];
    const int64_t last = rows == 0 ? 0 : row.data<int64_t>(2)[i];
    if (rows != s.rows) {
      found.push_back(problem_of("segment-damaged", path,
                                 fmt::format("it holds {} events, the catalog says {}", rows, s.rows), kRestore));
    } else if (first != s.first_seq || last != s.last_seq) {
      found.push_back(problem_of("catalog-wrong", path,
                                 fmt::format("it holds the commit numbers {} to {}, the catalog says {} to {}", first,
                                             last, s.first_seq, s.last_seq),
                                 kRestore));
    }
  };
  const Status read = for_each_row(
      duck, fmt::format("SELECT count(*), min(seq), max(seq) FROM read_parquet({})", duck::sql_path(path)), compare);
  if (!read.ok()) found.push_back(damaged_segment(path, read.problems()[0].message));
}

/// Looks at every event of one segment.
class EventWalk {
 public:
  EventWalk(const std::string& dir, const ports::SegmentInfo& segment, const KeyIndex* index, Problems& found)
      : path_(events_path(dir, segment)), dir_(dir), segment_(&segment), index_(index), found_(&found) {}

  void run(duck::Connection& duck) {
    const auto each = [this](const duck::Chunk& chunk) -> Result<bool> {
      for (size_t i = 0; i < chunk.size(); ++i) {
        KENKO_TRY(facts::EventFact event, event_of_row(chunk, i));
        look_at(std::move(event), {chunk.data<uint64_t>(kKeyHigh)[i], chunk.data<uint64_t>(kKeyLow)[i]});
      }
      constexpr size_t kBatch = 1'000'000;
      if (wanted_.size() >= kBatch) {
        KENKO_TRY_STATUS(ask_index());
      }
      return true;
    };
    Status done = scan_segments(duck, dir_, {*segment_}, all_columns(), "", each);
    if (done.ok()) done = ask_index();
    if (!done.ok()) take(done.problems(), *found_);
    report("segment-unsorted", unsorted_, "events stand in another order than they should",
           "results stay right; `kenko compact` writes the segment again");
    report("segment-damaged", wrong_keys_, "events carry the key of another id", kRestore);
    report("catalog-wrong", out_of_range_, "events lie outside of the numbers or days that the catalog says", kRestore);
    report("key-missing", missing_, "events are in no key file: importing them again would double them",
           "`kenko doctor --fix` makes the key files again");
    report("content-changed", changed_, "events do not say what their key files remember",
           "the file was changed or is damaged: restore the workspace from a backup (kenko restore)");
  }

 private:
  void look_at(facts::EventFact&& e, const Hash128& key) {
    if (facts::event_key(e.source, e.event_id) != key) ++wrong_keys_;
    const int64_t day = e.occurred_at.micros >= 0 ? e.occurred_at.micros / kMicrosPerDay
                                                  : (e.occurred_at.micros + 1) / kMicrosPerDay - 1;
    const int64_t seq = e.recorded.seq;
    if (seq < segment_->first_seq || seq > segment_->last_seq || day < segment_->first_day.number ||
        day > segment_->last_day.number)
      ++out_of_range_;
    if (index_ != nullptr) wanted_.push_back(keyed_content(e));
    const auto order = [](const facts::EventFact& a) {
      return std::tuple(std::string_view(a.source),
                        a.account_ref ? std::string_view(*a.account_ref) : std::string_view(), a.occurred_at,
                        std::string_view(a.event_id), a.recorded.seq);
    };
    if (any_ && order(e) < order(last_)) ++unsorted_;
    any_ = true;
    last_ = std::move(e);
  }

  Status ask_index() {
    if (index_ == nullptr || wanted_.empty()) return Done{};
    std::sort(wanted_.begin(), wanted_.end());
    KENKO_TRY(const std::vector<Found> answers, index_->lookup(wanted_));
    missing_ += std::count(answers.begin(), answers.end(), Found::absent);
    changed_ += std::count(answers.begin(), answers.end(), Found::other);
    wanted_.clear();
    return Done{};
  }

  void report(const char* code, int64_t count, const char* what, const char* hint) {
    if (count > 0)
      found_->push_back(problem_of(code, path_, fmt::format("{} of {} {}", count, segment_->rows, what), hint));
  }

  std::string path_, dir_;
  const ports::SegmentInfo* segment_;
  const KeyIndex* index_;
  Problems* found_;
  std::vector<KeyedContent> wanted_;
  facts::EventFact last_;
  bool any_ = false;
  int64_t unsorted_ = 0, wrong_keys_ = 0, out_of_range_ = 0, missing_ = 0, changed_ = 0;
};

/// How many parts the ids are gone through in: about 6 M at a time, some 400 MB.
int64_t parts_of(const ports::Snapshot& snapshot) {
  constexpr int64_t kAtOnce = 6'000'000;
  int64_t rows = 0;
  for (const ports::SegmentInfo& s : snapshot.segments) rows += s.rows;
  return rows / kAtOnce + 1;
}

void find_doubled_numbers(duck::Connection& duck, const std::string& dir, const ports::Snapshot& snapshot,
                          Problems& found) {
  const std::string files = list_of_files(dir, snapshot.segments);
  const int64_t parts = parts_of(snapshot);
  int64_t doubled = 0;
  for (int64_t part = 0; part < parts; ++part) {
    const Status done = for_each_row(
        duck,
        fmt::format("SELECT count(*) FROM (SELECT seq FROM {} WHERE seq % {} = {} GROUP BY seq HAVING count(*) > 1)",
                    files, parts, part),
        [&doubled](const duck::Chunk& c, size_t i) { doubled += c.data<int64_t>(0)[i]; });
    if (!done.ok()) {
      take(done.problems(), found);
      return;
    }
  }
  if (doubled == 0) return;
  found.push_back(problem_of("number-twice", events_folder(dir),
                             fmt::format("{} commit numbers stand at more than one stored event", doubled), kRestore));
}

/// Versions of a few ids, sorted by (key, version, seq); reports neighbours that say the same.
void find_repeats(std::vector<facts::EventFact>& versions, const std::string& dir, Problems& found) {
  const auto key = [](const facts::EventFact& e) { return facts::event_key(e.source, e.event_id); };
  std::sort(versions.begin(), versions.end(), [&key](const facts::EventFact& a, const facts::EventFact& b) {
    return std::tuple(key(a), a.version, a.recorded.seq) < std::tuple(key(b), b.version, b.recorded.seq);
  });
  for (size_t i = 1; i < versions.size() && found.size() < kMostFindings; ++i) {
    const facts::EventFact& a = versions[i - 1];
    const facts::EventFact& b = versions[i];
    if (key(a) != key(b) || keyed_content(a) != keyed_content(b) || a.deleted != b.deleted) continue;
    found.push_back(problem_of("event-twice", events_folder(dir),
                               fmt::format("event `{}` of {} is stored twice with the same content (numbers {} and {})",
                                           b.event_id, b.source, a.recorded.seq, b.recorded.seq),
                               "it counts once all the same; please report how it came about"));
  }
}

}  // namespace

Problems examine_segments(const std::string& dir, const ports::Snapshot& snapshot) {
  Problems found;
  if (snapshot.segments.empty()) return found;
  Result<duck::Connection> duck = duck::Connection::open({});
  if (!duck.ok()) return duck.problems();
  for (const ports::SegmentInfo& s : snapshot.segments) examine_segment(*duck, dir, s, found);
  return found;
}

Problems examine_events(const std::string& dir, const ports::Snapshot& snapshot, bool keys_fine) {
  Problems found;
  if (snapshot.segments.empty()) return found;
  Result<duck::Connection> duck = duck::Connection::open({});
  if (!duck.ok()) return duck.problems();
  std::optional<KeyIndex> index;
  if (keys_fine) {
    Result<KeyIndex> opened = KeyIndex::open(dir, snapshot);
    if (!opened.ok()) return opened.problems();
    index.emplace(std::move(opened).value());
  }
  for (const ports::SegmentInfo& s : snapshot.segments) {
    EventWalk(dir, s, index ? &*index : nullptr, found).run(*duck);
  }
  return found;
}

Result<std::vector<Hash128>> ids_with_several(const std::string& dir, const ports::Snapshot& snapshot) {
  std::vector<Hash128> keys;
  if (snapshot.segments.empty()) return keys;
  KENKO_TRY(duck::Connection duck, duck::Connection::open({}));
  const std::string files = list_of_files(dir, snapshot.segments);
  const int64_t parts = parts_of(snapshot);
  for (int64_t part = 0; part < parts; ++part) {
    KENKO_TRY_STATUS(for_each_row(
        duck,
        fmt::format("SELECT key_high, key_low FROM {} WHERE key_high % {} = {} GROUP BY ALL HAVING count(*) > 1", files,
                    parts, part),
        [&keys](const duck::Chunk& c, size_t i) { keys.push_back({c.data<uint64_t>(0)[i], c.data<uint64_t>(1)[i]}); }));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

Problems examine_once(const std::string& dir, const ports::Snapshot& snapshot, const std::vector<Hash128>& several,
                      const std::vector<facts::EventFact>& own) {
  Problems found;
  Result<duck::Connection> duck = duck::Connection::open({});
  if (!duck.ok()) return duck.problems();
  if (!snapshot.segments.empty()) find_doubled_numbers(*duck, dir, snapshot, found);
  std::set<Hash128> wanted(several.begin(), several.end());
  for (const facts::EventFact& e : own) wanted.insert(facts::event_key(e.source, e.event_id));
  constexpr size_t kAtOnce = 200'000;
  std::vector<Hash128> keys;
  for (auto next = wanted.begin(); next != wanted.end() && found.size() < kMostFindings;) {
    keys.clear();
    for (; next != wanted.end() && keys.size() < kAtOnce; ++next) keys.push_back(*next);
    Result<std::vector<facts::EventFact>> versions = read_versions(dir, snapshot.segments, keys);
    if (!versions.ok()) {
      take(versions.problems(), found);
      return found;
    }
    for (const facts::EventFact& e : own) {
      if (std::binary_search(keys.begin(), keys.end(), facts::event_key(e.source, e.event_id))) versions->push_back(e);
    }
    find_repeats(*versions, dir, found);
  }
  return found;
}

Problems examine_versions(const std::string& dir, const ports::Snapshot& snapshot,
                          const std::vector<Hash128>& several) {
  if (snapshot.segments.empty() && snapshot.versions_file.empty()) return {};
  const auto stored = read_versions_file(dir, snapshot.versions_file);
  if (!stored.ok()) return stored.problems();
  Result<duck::Connection> duck = duck::Connection::open({});
  if (!duck.ok()) return duck.problems();
  std::vector<Hash128> keys = several;
  const auto deleted = deleted_keys(*duck, dir, snapshot.segments);
  if (!deleted.ok()) return deleted.problems();
  keys.insert(keys.end(), deleted->begin(), deleted->end());
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  Result<std::vector<VersionRow>> rows = version_rows(*duck, dir, snapshot.segments, keys);
  if (!rows.ok()) return rows.problems();
  decide_versions(*rows);
  if (*rows == *stored) return {};
  const std::string name = snapshot.versions_file.empty() ? "(none)" : snapshot.versions_file;
  return {problem_of(
      "versions-file-damaged", events_folder(dir) + "/" + name,
      fmt::format("it holds {} versions, the segments give {}, or other ones count", stored->size(), rows->size()),
      "`kenko compact` makes it again from the stored events")};
}

Problems examine_cache(const std::string& dir) {
  Problems found;
  for (const std::string& name : ports::list_files(dir + "/cache")) {
    if (!name.ends_with(".bin")) continue;
    const std::string path = dir + "/cache/" + name;
    bool whole = false;
    if (const auto mapped = ports::MappedFile::open(path); mapped.ok() && mapped->bytes().size() > 12) {
      // Whatever kind it is: the header names it.
      const std::string magic(mapped->bytes().substr(0, 8));
      SectionKind kind{magic, 0};
      std::memcpy(&kind.format, mapped->bytes().data() + magic.size(), sizeof kind.format);
      const auto file = SectionFile::open(path, kind);
      whole = file && file->verify(1);
    }
    if (whole) continue;
    found.push_back(problem_of("cache-damaged", path, "this derived file is damaged",
                               "harmless: it is not used, and made again when it is needed"));
    found.back().severity = Severity::warning;
  }
  return found;
}

Problems examine_manifest(const std::string& dir, const ports::Snapshot& snapshot) {
  if (snapshot.generation == 0 && snapshot.segments.empty()) return {};
  Problems found;
  const auto expect = [&](const std::string& name, const std::string& wanted, const char* otherwise) {
    const std::string path = events_folder(dir) + "/" + name;
    const auto text = ports::read_file(path);
    if (text.ok() && *text == wanted) return;
    found.push_back(problem_of("manifest-stale", path, text.ok() ? otherwise : "it is missing",
                               "other programs read it: `kenko doctor --fix` writes it again"));
  };
  expect("manifest.json", manifest_text(snapshot), "it does not list the files that the catalog names");
  expect("views.sql", views_text(), "it is not the view of this version of Kenko");
  const std::string none = events_folder(dir) + "/" + std::string(kNoVersions);
  if (snapshot.versions_file.empty() && !ports::file_exists(none)) {
    found.push_back(problem_of("manifest-stale", none, "it is missing, and the manifest names it",
                               "other programs read it: `kenko doctor --fix` writes it again"));
  }
  return found;
}

}  // namespace kenko::segments

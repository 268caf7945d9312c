#include "readers/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/text.h"
#include "readers/encoding_count.h"
#include "readers/fault.h"
#include "readers/special_bytes.h"

namespace kenko::readers {
namespace {

constexpr size_t kFirstBlock = 1024 * 1024;
constexpr size_t kSniffBytes = 64 * 1024;

struct CellSpan {
  size_t begin = 0;
  size_t end = 0;
  bool doubled = false;  // holds "" that stand for "
};

/// A record that was found in the block.
struct Found {
  enum class Kind : uint8_t { record, more, unclosed, stray, end };
  Kind kind = Kind::end;
  size_t next = 0;    // where the next record starts
  int64_t lines = 1;  // line ends in it
  bool nul = false;
  bool quoted = false;  // more: the block ends inside quotes
  size_t cell = 0;      // more, unclosed, stray: the cell's number from 0
};

class CsvReader {
 public:
  CsvReader(TextSource& source, const std::string& path, const ReadOptions& options, RecordSink& sink)
      : source_(source), path_(path), options_(options), sink_(sink), buffer_(kFirstBlock + SpecialBytes::kSlack) {
    max_record_ = static_cast<size_t>(std::max<int64_t>(options.max_record_bytes, 1024));
  }

  Status run();

 private:
  Status fill();
  Status read_header();
  [[nodiscard]] size_t room() const { return buffer_.size() - SpecialBytes::kSlack; }
  Found find_record();
  bool quoted_cell(size_t& p, Found& found, CellSpan& cell) const;
  Result<bool> skip_overlong(bool in_quotes, size_t cell);
  bool deliver(const Found& found);
  bool refuse(std::string field, std::string code, std::string message, size_t begin, size_t end);
  bool refuse_quotes(const Found& found);
  size_t line_end(size_t from) const;  // index after the line end at or after `from`; npos = not in the block
  std::string_view cell_text(const CellSpan& cell);

  TextSource& source_;
  const std::string& path_;
  const ReadOptions& options_;
  RecordSink& sink_;
  std::vector<char> buffer_;
  size_t at_ = 0, size_ = 0, max_record_ = 0;
  bool ended_ = false;
  int64_t line_ = 1;
  char delimiter_ = ',';
  SpecialBytes special_;  // delimiter, line ends, zero
  std::vector<CellSpan> cells_;
  std::vector<std::string> names_;
  std::vector<std::string_view> name_views_, values_;
  EncodingCount encoding_;
};

Status CsvReader::fill() {
  if (ended_) return Done{};
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, size_ - at_);
    size_ -= at_;
    at_ = 0;
  }
  special_.forget();
  if (size_ * 2 > room()) buffer_.resize(room() * 2 + SpecialBytes::kSlack);
  while (size_ + 16 <= room()) {
    KENKO_TRY(const size_t n, source_.read(buffer_.data() + size_, room() - size_));
    ended_ = n == 0;
    size_ += n;
    if (ended_) break;
  }
  return Done{};
}

size_t CsvReader::line_end(size_t from) const {
  for (size_t p = from; p < size_; ++p) {
    if (buffer_[p] == '\n') return p + 1;
    if (buffer_[p] == '\r') {
      if (p + 1 < size_) return buffer_[p + 1] == '\n' ? p + 2 : p + 1;
      return ended_ ? p + 1 : std::string::npos;
    }
  }
  return std::string::npos;
}

// Reads a quoted cell at p; false when found.kind was set (more, unclosed or stray).
bool CsvReader::quoted_cell(size_t& p, Found& found, CellSpan& cell) const {
  cell.begin = ++p;
  while (true) {
    const void* hit = p < size_ ? std::memchr(buffer_.data() + p, '"', size_ - p) : nullptr;
    if (hit == nullptr) {
      found.kind = ended_ ? Found::Kind::unclosed : Found::Kind::more;
      found.quoted = true;
      return false;
    }
    p = static_cast<size_t>(static_cast<const char*>(hit) - buffer_.data()) + 1;
    if (p == size_ && !ended_) {
      found.kind = Found::Kind::more;
      return false;
    }
    if (p < size_ && buffer_[p] == '"') {
      cell.doubled = true;
      ++p;
      continue;
    }
    break;
  }
  cell.end = p - 1;
  const std::string_view inner(buffer_.data() + cell.begin, cell.end - cell.begin);
  found.lines += std::count(inner.begin(), inner.end(), '\n');
  found.nul = found.nul || inner.find('\0') != std::string_view::npos;
  if (p == size_ || buffer_[p] == delimiter_ || buffer_[p] == '\n' || buffer_[p] == '\r') return true;
  found.kind = Found::Kind::stray;
  return false;
}

Found CsvReader::find_record() {
  Found found;
  cells_.clear();
  if (at_ == size_) {
    found.kind = ended_ ? Found::Kind::end : Found::Kind::more;
    return found;
  }
  size_t p = at_;
  while (true) {
    CellSpan cell{p, p, false};
    found.cell = cells_.size();
    if (options_.format.quotes && p < size_ && buffer_[p] == '"') {
      if (!quoted_cell(p, found, cell)) return found;
    } else {
      while (p < size_) {
        p = special_.next(buffer_.data(), p, size_);
        if (p == size_ || buffer_[p] != '\0') break;
        found.nul = true;
        ++p;
      }
      cell.end = p;
    }
    if (p == size_ && !ended_) {
      found.kind = Found::Kind::more;
      return found;
    }
    cells_.push_back(cell);
    if (p < size_ && buffer_[p] == delimiter_) {
      ++p;
      continue;
    }
    break;
  }
  found.kind = Found::Kind::record;
  if (p == size_) {
    found.next = p;
    found.lines -= 1;  // the last line has no end
    return found;
  }
  if (buffer_[p] == '\r' && p + 1 == size_ && !ended_) {
    found.kind = Found::Kind::more;
    return found;
  }
  found.next = buffer_[p] == '\r' && p + 1 < size_ && buffer_[p + 1] == '\n' ? p + 2 : p + 1;
  return found;
}

bool CsvReader::refuse(std::string field, std::string code, std::string message, size_t begin, size_t end) {
  return sink_.bad_row(bad_row(line_, std::move(field), std::move(code), std::move(message),
                               std::string_view(buffer_.data() + begin, end - begin)));
}

// A record that is too long: it is refused, and what follows it is found.  True = go on.
Result<bool> CsvReader::skip_overlong(bool in_quotes, size_t cell) {
  const size_t first_end = line_end(at_);
  if (in_quotes && first_end != std::string::npos) {
    Found found;
    found.kind = Found::Kind::unclosed;
    found.cell = cell;
    return refuse_quotes(found);
  }
  const size_t shown = std::min(size_, at_ + 2000);
  if (!refuse("", "record-too-long",
              fmt::format("the row is longer than {} bytes", text::grouped(static_cast<int64_t>(max_record_))), at_,
              shown)) {
    return false;
  }
  while (true) {
    const size_t next = line_end(at_);
    if (next != std::string::npos) {
      at_ = next;
      ++line_;
      return true;
    }
    // A CR at the very end may be half of a line end: keep it.
    at_ = size_ > 0 && buffer_[size_ - 1] == '\r' && !ended_ ? size_ - 1 : size_;
    if (ended_) return true;
    KENKO_TRY_STATUS(fill());
  }
}

bool CsvReader::refuse_quotes(const Found& found) {
  size_t next = line_end(at_);
  if (next == std::string::npos) next = size_;
  const std::string field = found.cell < names_.size() ? names_[found.cell] : "";
  const std::string message = found.kind == Found::Kind::stray ? "there is text after the closing quote of a cell"
                                                               : "a quote is opened here and never closed";
  const bool go_on = refuse(field, "broken-quote", message, at_, next);
  at_ = next;
  ++line_;
  return go_on;
}

std::string_view CsvReader::cell_text(const CellSpan& cell) {
  char* begin = buffer_.data() + cell.begin;
  size_t n = cell.end - cell.begin;
  if (cell.doubled) {
    size_t to = 0;
    for (size_t from = 0; from < n; ++from) {
      begin[to++] = begin[from];
      if (begin[from] == '"') ++from;
    }
    n = to;
  }
  return {begin, n};
}

bool has_high_bytes(std::string_view s) {
  unsigned char all = 0;
  for (const char c : s) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all >= 0x80;
}

// One complete record.  False = the sink has enough.
bool CsvReader::deliver(const Found& found) {
  const std::string_view whole(buffer_.data() + at_, found.next - at_);
  const bool blank = std::all_of(cells_.begin(), cells_.end(), [](const CellSpan& c) { return c.begin == c.end; });
  if (blank) return true;
  if (found.next - at_ > max_record_) {
    return refuse("", "record-too-long",
                  fmt::format("the row is longer than {} bytes", text::grouped(static_cast<int64_t>(max_record_))), at_,
                  at_ + std::min<size_t>(2000, whole.size()));
  }
  const bool ascii = !has_high_bytes(whole);
  if (found.nul) {
    encoding_.good(true);
    return refuse("", "nul-byte", "the row holds a zero byte", at_, found.next);
  }
  if (!ascii && !text::is_utf8(whole)) {
    encoding_.bad(line_);
    size_t bad = 0;
    while (bad < cells_.size() &&
           text::is_utf8(whole.substr(cells_[bad].begin - at_, cells_[bad].end - cells_[bad].begin))) {
      ++bad;
    }
    return refuse(bad < names_.size() ? names_[bad] : "", "wrong-encoding", garbled_row(source_.encoding()), at_,
                  found.next);
  }
  encoding_.good(ascii);
  while (cells_.size() > names_.size() && cells_.back().begin == cells_.back().end) cells_.pop_back();
  if (cells_.size() != names_.size()) {
    return refuse("", "ragged-row",
                  fmt::format("the row has {} cells, the header has {}", cells_.size(), names_.size()), at_,
                  found.next);
  }
  for (size_t i = 0; i < cells_.size(); ++i) values_[i] = cell_text(cells_[i]);
  return sink_.record({line_, 1, name_views_, values_, whole});
}

Status CsvReader::read_header() {
  for (int64_t skipped = 0; skipped < options_.format.skip_lines; ++skipped) {
    size_t next = line_end(at_);
    if (next == std::string::npos) next = size_;
    line_ += next > at_ ? 1 : 0;
    at_ = next;
  }
  while (at_ < size_ && (buffer_[at_] == '\n' || buffer_[at_] == '\r')) {  // blank lines above the header
    at_ = line_end(at_) == std::string::npos ? size_ : line_end(at_);
    ++line_;
  }
  if (at_ == size_) return fault("empty-file", path_, 0, "the file is empty", "it should start with a header row");
  const std::string_view head(buffer_.data() + at_, std::min(size_ - at_, kSniffBytes));
  delimiter_ = options_.format.delimiter ? *options_.format.delimiter : sniff_delimiter(head, options_.format.quotes);
  special_ = SpecialBytes({delimiter_, '\n', '\r', '\0'});
  if (!options_.format.columns.empty()) {
    KENKO_TRY(names_, header_names(options_.format.columns, path_, 0, options_.max_columns));
    return Done{};
  }
  const Found found = find_record();
  if (found.kind != Found::Kind::record) {
    const bool too_long = found.kind == Found::Kind::more;
    return fault(too_long ? "record-too-long" : "broken-quote", path_, line_,
                 too_long ? "the header row does not end within a megabyte" : "the quotes in the header row are broken",
                 "is this a table with a header row?");
  }
  const std::string_view whole(buffer_.data() + at_, found.next - at_);
  if (found.nul) return fault("not-text", path_, line_, "this is no text: the header row holds zero bytes");
  if (!text::is_utf8(whole)) return wrong_encoding(path_, line_, source_.encoding(), "the text of the header row");
  std::vector<std::string> cells;
  for (const CellSpan& cell : cells_) cells.emplace_back(cell_text(cell));
  KENKO_TRY(names_, header_names(cells, path_, line_, options_.max_columns));
  at_ = found.next;
  line_ += found.lines;
  return Done{};
}

Status CsvReader::run() {
  KENKO_TRY_STATUS(fill());
  KENKO_TRY_STATUS(read_header());
  name_views_.assign(names_.begin(), names_.end());
  values_.resize(names_.size());
  KENKO_TRY_STATUS(sink_.columns(name_views_));
  bool go_on = true;
  while (go_on) {
    const Found found = find_record();
    switch (found.kind) {
      case Found::Kind::record:
        go_on = deliver(found);
        at_ = found.next;
        line_ += found.lines;
        break;
      case Found::Kind::unclosed:
      case Found::Kind::stray:
        encoding_.good(true);
        go_on = refuse_quotes(found);
        break;
      case Found::Kind::more:
        if (size_ - at_ > max_record_) {
          KENKO_TRY(go_on, skip_overlong(found.quoted, found.cell));
        } else {
          KENKO_TRY_STATUS(fill());
        }
        break;
      case Found::Kind::end:
        return encoding_.verdict(path_, source_.encoding());
    }
  }
  return Done{};
}

// The numbers of cells of the first complete lines, quotes respected.
std::vector<size_t> cells_per_line(std::string_view head, char delimiter, bool quotes) {
  std::vector<size_t> counts;
  size_t cells = 1;
  bool quoted = false, may_open = true;  // a quote opens a cell at its start, or again right after it closed one
  for (const char c : head) {
    if (quotes && c == '"' && (quoted || may_open)) {
      quoted = !quoted;
      may_open = !quoted;
      continue;
    }
    if (quoted) continue;
    may_open = c == '\n' || c == delimiter;
    if (c == delimiter) ++cells;
    if (c != '\n') continue;
    counts.push_back(cells);
    cells = 1;
    if (counts.size() == 50) return counts;
  }
  if (counts.empty()) counts.push_back(cells);
  return counts;
}

}  // namespace

char sniff_delimiter(std::string_view head, bool quotes) {
  char best = ',';
  size_t best_lines = 0, best_cells = 1;
  for (const char candidate : {',', ';', '\t', '|'}) {
    const std::vector<size_t> counts = cells_per_line(head, candidate, quotes);
    if (counts.front() < 2) continue;
    const auto lines = static_cast<size_t>(std::count(counts.begin(), counts.end(), counts.front()));
    if (lines > best_lines || (lines == best_lines && counts.front() > best_cells)) {
      best = candidate;
      best_lines = lines;
      best_cells = counts.front();
    }
  }
  return best;
}

Status read_csv(TextSource& source, const std::string& path, const ReadOptions& options, RecordSink& sink) {
  return CsvReader(source, path, options, sink).run();
}

}  // namespace kenko::readers

#include "readers/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/text.h"
#include "readers/encoding_count.h"
#include "readers/fault.h"
#include "readers/flat_object.h"

namespace kenko::readers {
namespace {

constexpr size_t kFirstBlock = 1024 * 1024;

/// The text of a file in a block that grows with its longest piece.
class Block {
 public:
  explicit Block(TextSource& source) : source_(source), bytes_(kFirstBlock) {}

  /// Keeps what starts at `from`, reads on.  False = nothing more came.
  Result<bool> fill(size_t from) {
    if (ended_) return false;
    std::memmove(bytes_.data(), bytes_.data() + from, size_ - from);
    size_ -= from;
    if (size_ * 2 + FlatObject::kPadding > bytes_.size()) bytes_.resize(bytes_.size() * 2);
    while (size_ + 16 + FlatObject::kPadding <= bytes_.size()) {
      KENKO_TRY(const size_t n, source_.read(bytes_.data() + size_, bytes_.size() - FlatObject::kPadding - size_));
      size_ += n;
      ended_ = n == 0;
      if (ended_) break;
    }
    return true;
  }
  [[nodiscard]] const char* data() const { return bytes_.data(); }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] char operator[](size_t i) const { return bytes_[i]; }
  [[nodiscard]] std::string_view view(size_t begin, size_t end) const { return {bytes_.data() + begin, end - begin}; }

 private:
  TextSource& source_;
  std::vector<char> bytes_;
  size_t size_ = 0;
  bool ended_ = false;
};

/// What both readers share: one object's text -> the sink.
class Objects {
 public:
  Objects(const std::string& path, const ReadOptions& options, RecordSink& sink, std::string encoding)
      : path_(path), sink_(sink), flat_(options.max_columns), encoding_name_(std::move(encoding)) {}

  // False = the sink has enough.
  Result<bool> give(std::string_view text, int64_t line) {
    if (!text::is_utf8(text)) {
      encoding_.bad(line);
      return sink_.bad_row(bad_row(line, "", "wrong-encoding", garbled_row(encoding_name_), text));
    }
    encoding_.good(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    FlatObject::Fault found = flat_.read(text.data(), text.size());
    if (found.code.empty()) return sink_.record(flat_.record(line));
    if (found.of_file) {
      return fault(std::move(found.code), path_, line, std::move(found.message),
                   "do the keys hold data, such as ids or dates? Write them as values");
    }
    return sink_.bad_row(bad_row(line, std::move(found.field), std::move(found.code), std::move(found.message), text));
  }
  [[nodiscard]] Status verdict() const { return encoding_.verdict(path_, encoding_name_); }

 private:
  const std::string& path_;
  RecordSink& sink_;
  FlatObject flat_;
  EncodingCount encoding_;
  std::string encoding_name_;
};

BadRow too_long(int64_t line, int64_t most, std::string_view raw) {
  return bad_row(line, "", "record-too-long", fmt::format("the record is longer than {} bytes", text::grouped(most)),
                 raw.substr(0, 2000));
}

/// Finds the objects of an array without reading all of it: follows brackets and quotes only.
class ArrayReader {
 public:
  ArrayReader(TextSource& source, const std::string& path, const ReadOptions& options, RecordSink& sink)
      : path_(path),
        max_record_(options.max_record_bytes),
        sink_(sink),
        block_(source),
        objects_(path, options, sink, source.encoding()) {}

  Status run();

 private:
  enum class Where : uint8_t { start, wrapper, array, after_array, done };
  Status step(char c);
  Status open(char c);
  Status close(char c);
  Problem broken(std::string message) const {
    return fault("broken-json", path_, line_, std::move(message),
                 "the file must hold an array of objects; nothing of it was imported");
  }

  const std::string& path_;
  int64_t max_record_;
  RecordSink& sink_;
  Block block_;
  Objects objects_;
  size_t p_ = 0, begin_ = 0;  // the current byte; where the current object starts
  int64_t line_ = 1, begin_line_ = 1;
  Where where_ = Where::start;
  std::string open_;        // the brackets that are open
  size_t array_depth_ = 0;  // open_.size() inside the array of records
  bool in_string_ = false, escaped_ = false, in_object_ = false, go_on_ = true;
  bool candidate_ = false;  // right behind the bracket of an array that may hold the records
  bool has_empty_array_ = false;
};

Status ArrayReader::open(char c) {
  if (where_ == Where::done) return broken("text after the end of the array");
  if (c == '{' && candidate_) {  // an array of objects
    where_ = Where::array;
    array_depth_ = open_.size();
  }
  candidate_ = c == '[' && where_ == Where::wrapper && open_ == "{";
  const bool starts_array = c == '[' && where_ == Where::start;
  if (where_ == Where::start && c == '{') where_ = Where::wrapper;
  if (where_ == Where::array && open_.size() == array_depth_) {
    if (c != '{') return broken("the array holds something that is no object");
    in_object_ = true;
    begin_ = p_;
    begin_line_ = line_;
  }
  open_ += c;
  if (starts_array) {
    where_ = Where::array;
    array_depth_ = open_.size();
  }
  return Done{};
}

Status ArrayReader::close(char c) {
  if (open_.empty() || open_.back() != (c == '}' ? '{' : '['))
    return broken(fmt::format("a `{}` that closes nothing", c));
  open_.pop_back();
  if (in_object_ && open_.size() == array_depth_) {
    in_object_ = false;
    if (static_cast<int64_t>(p_ + 1 - begin_) > max_record_) {
      go_on_ = sink_.bad_row(too_long(begin_line_, max_record_, block_.view(begin_, p_ + 1)));
    } else {
      KENKO_TRY(go_on_, objects_.give(block_.view(begin_, p_ + 1), begin_line_));
    }
  } else if (where_ == Where::array && open_.size() < array_depth_) {
    where_ = open_.empty() ? Where::done : Where::after_array;
  } else if (open_.empty()) {
    if (where_ == Where::wrapper && !has_empty_array_) return broken("the object holds no array of objects");
    where_ = Where::done;
  }
  return Done{};
}

Status ArrayReader::step(char c) {
  if (c == '\n') ++line_;
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return Done{};
  }
  const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
  if (blank) return Done{};
  if (candidate_ && c != '{') {  // an array of something else, or of nothing
    has_empty_array_ = has_empty_array_ || c == ']';
    candidate_ = false;
  }
  if (where_ == Where::array && !in_object_ && c != '{' && c != ']' && c != ',') {
    return broken("the array holds something that is no object");
  }
  if (c == '"') {
    in_string_ = true;
    if (open_.empty()) return broken("not an array of objects");
  } else if (c == '{' || c == '[') {
    return open(c);
  } else if (c == '}' || c == ']') {
    return close(c);
  } else if (open_.empty()) {
    return broken(where_ == Where::done ? "text after the end of the array" : "this is no array of objects");
  }
  return Done{};
}

Status ArrayReader::run() {
  while (go_on_) {
    if (p_ == block_.size()) {
      const size_t keep = in_object_ ? begin_ : p_;
      if (static_cast<int64_t>(p_ - keep) > 4 * max_record_) {
        return fault("record-too-long", path_, begin_line_,
                     fmt::format("an object is longer than {} bytes", text::grouped(4 * max_record_)));
      }
      if (block_.ended()) break;
      KENKO_TRY(const bool more, block_.fill(keep));
      p_ -= keep;
      begin_ = 0;
      if (!more || p_ == block_.size()) break;
    }
    // Most bytes of an object mean nothing to the brackets.
    const char c = block_[p_];
    const bool plain =
        in_object_ && !escaped_ && c != '"' && c != '\\' && c != '{' && c != '}' && c != '[' && c != ']' && c != '\n';
    if (!plain) KENKO_TRY_STATUS(step(c));
    ++p_;
  }
  if (!go_on_) return Done{};
  if (where_ == Where::start) return fault("empty-file", path_, 0, "the file is empty");
  if (where_ != Where::done) {
    return fault("cut-off", path_, line_, "the JSON text ends in the middle",
                 "copy or export it again; nothing of it was imported");
  }
  return objects_.verdict();
}

}  // namespace

Status read_ndjson(TextSource& source, const std::string& path, const ReadOptions& options, RecordSink& sink) {
  Block block(source);
  Objects objects(path, options, sink, source.encoding());
  size_t at = 0;
  int64_t line = 1;
  bool skipping = false;  // inside a line that is too long
  while (true) {
    const void* hit = std::memchr(block.data() + at, '\n', block.size() - at);
    const size_t end =
        hit == nullptr ? block.size() : static_cast<size_t>(static_cast<const char*>(hit) - block.data());
    if (hit == nullptr && !block.ended()) {
      if (static_cast<int64_t>(end - at) > options.max_record_bytes) {
        if (!skipping && !sink.bad_row(too_long(line, options.max_record_bytes, block.view(at, end)))) return Done{};
        skipping = true;
        at = end;
      }
      KENKO_TRY_STATUS([&]() -> Status {
        KENKO_TRY([[maybe_unused]] const bool more, block.fill(at));
        return Done{};
      }());
      at = 0;
      continue;
    }
    const std::string_view text = text::trim(block.view(at, end));
    if (!skipping && static_cast<int64_t>(end - at) > options.max_record_bytes) {
      if (!sink.bad_row(too_long(line, options.max_record_bytes, text))) return Done{};
    } else if (!skipping && !text.empty()) {
      KENKO_TRY(const bool go_on, objects.give(text, line));
      if (!go_on) return Done{};
    }
    skipping = false;
    if (hit == nullptr) break;
    at = end + 1;
    ++line;
  }
  return objects.verdict();
}

Status read_json(TextSource& source, const std::string& path, const ReadOptions& options, RecordSink& sink) {
  return ArrayReader(source, path, options, sink).run();
}

}  // namespace kenko::readers

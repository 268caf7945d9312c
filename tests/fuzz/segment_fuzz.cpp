// A segment in which bytes changed gives the events that were written, or says that it is damaged; any other bytes are
// refused.
#include <cstring>
#include <filesystem>

#include "bytes_file.h"
#include "ports/files.h"
#include "segments/reader.h"
#include "segments/segment_files.h"
#include "segments/writer.h"

namespace {

using namespace kenko;

constexpr int64_t kRows = 40;

std::vector<facts::EventFact> some_events() {
  std::vector<facts::EventFact> events;
  for (int64_t i = 0; i < kRows; ++i) {
    facts::EventFact& e = events.emplace_back();
    e.source = "product";
    e.event_id = std::to_string(i * 7919);
    e.account_ref = "a" + std::to_string(i % 5);
    if (i % 3 != 0) e.user_ref = "u" + std::to_string(i % 11);
    e.name = i % 2 == 0 ? "login" : "purchase";
    e.occurred_at = {1772323200000000 + i * 3'600'000'000};
    if (i % 2 == 1) e.value = Decimal{i * 1'250'000};
    if (i % 4 == 0) e.properties = {{"plan", "pro"}, {"text", "a \"b\" \n"}};
    if (i % 5 == 0) e.text = "thank you";
    e.recorded = {e.occurred_at, i + 1, i % 2 == 0};
  }
  return events;
}

// A workspace with one good segment, made once.
struct Segment {
  fuzz::BytesFile folder{"unused"};
  ports::SegmentInfo info;
  std::string path, bytes;

  Segment() {
    auto writer = segments::Writer::open(folder.folder(), {});
    KENKO_CHECK(writer.ok(), "{}", to_text(writer.problems()));
    const auto written = writer->write(some_events(), Instant{1});
    KENKO_CHECK(written.ok(), "{}", to_text(written.problems()));
    info = written->segment;
    path = segments::events_path(folder.folder(), info);
    bytes = ports::read_file(path).value();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Segment segment;
  if (size < 4) return 0;
  std::string bytes = segment.bytes;
  if (data[0] % 4 == 0) {
    bytes.assign(reinterpret_cast<const char*>(data), size);
  } else {
    for (size_t i = 0; i + 4 <= size; i += 4) {
      uint32_t place = 0;
      std::memcpy(&place, data + i, 3);
      bytes[place % bytes.size()] ^= static_cast<char>(data[i + 3]);
    }
  }
  KENKO_CHECK(ports::write_derived_file(segment.path, {bytes}).ok(), "cannot write");
  int64_t rows = 0;
  const Status status = segments::for_each_event(segment.folder.folder(), {segment.info}, [&rows](facts::EventFact&&) {
    ++rows;
    return true;
  });
  if (status.ok()) {
    KENKO_CHECK(rows == kRows, "{} rows of {} without a word", rows, kRows);
  } else {
    KENKO_CHECK(!status.problems().front().code.empty(), "refused without a reason");
  }
  return 0;
}

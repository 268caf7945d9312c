// What is derived is never trusted: files of any bytes are taken or refused, the small rows of a portfolio too.
#include "bytes_file.h"
#include "facts/portfolio.h"
#include "segments/portfolio_rows.h"
#include "segments/properties_json.h"
#include "segments/section_file.h"

namespace {

using namespace kenko;

void read_file(const std::string& path) {
  const auto file = segments::SectionFile::open(path, {"KENKOSEG", 1, 64});
  if (!file || !file->verify(1)) return;
  uint64_t sum = 0;
  for (size_t i = 0; i < file->count(); ++i) {
    for (const char c : file->bytes(i)) sum += static_cast<uint8_t>(c);
  }
  KENKO_CHECK(sum != ~uint64_t{0}, "read");
}

// Bytes that are taken mean the same when they are written again.
void read_rows(std::string_view bytes) {
  facts::Portfolio portfolio;
  if (!segments::rows_from_bytes(bytes, portfolio)) return;
  const std::string once = segments::rows_to_bytes(portfolio);
  facts::Portfolio again;
  KENKO_CHECK(segments::rows_from_bytes(once, again), "what was written cannot be read");
  KENKO_CHECK(segments::rows_to_bytes(again) == once, "two forms of the same rows");
}

void read_properties(std::string_view json) {
  segments::PropertiesReader reader(json);
  std::vector<facts::Property> properties;
  std::string_view key, value;
  while (reader.next(key, value)) properties.push_back({std::string(key), std::string(value)});
  if (reader.bad() || properties.empty()) return;
  std::string written;
  segments::append_properties(written, properties);
  segments::PropertiesReader again(written);
  size_t count = 0;
  while (again.next(key, value)) {
    KENKO_CHECK(count < properties.size() && key == properties[count].key && value == properties[count].value,
                "a property changed on its way");
    ++count;
  }
  KENKO_CHECK(!again.bad() && count == properties.size(), "properties were lost");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static fuzz::BytesFile file("input.bin");
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      read_file(file.write(data + 1, size - 1));
      break;
    case 1:
      read_rows(bytes);
      break;
    default:
      read_properties(bytes);
  }
  return 0;
}

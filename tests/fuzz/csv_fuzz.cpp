// Any bytes are a table, or refused; the records that come out are sound, and the same when read again.
#include "bytes_file.h"
#include "record_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static kenko::fuzz::BytesFile file("input.csv");
  const std::string& path = file.write(data, size);
  for (const auto type : {kenko::mapping::FileType::csv}) kenko::fuzz::check_records(path, type);
  return 0;
}

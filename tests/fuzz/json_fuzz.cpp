// Any bytes are JSON or NDJSON, or refused; the records that come out are sound, and the same when read again.
#include "bytes_file.h"
#include "record_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static kenko::fuzz::BytesFile file("input.json");
  const std::string& path = file.write(data, size);
  for (const auto type : {kenko::mapping::FileType::json, kenko::mapping::FileType::ndjson})
    kenko::fuzz::check_records(path, type);
  return 0;
}

// Any bytes are a key file or refused; and a key file in which bytes changed gives the truth or an error, never a wrong
// answer.
#include <cstring>
#include <map>

#include "bytes_file.h"
#include "ports/files.h"
#include "segments/key_file.h"

namespace {

using namespace kenko;
using segments::KeyEntry;

// Fewer than all of them: three bytes name an id, and a key's halves are what a hash makes of it.
Hash128 key_of(uint32_t number) { return PartsHash().add(static_cast<int64_t>(number & 0xFFFFU)).hash(); }

ports::KeyFileInfo write(const std::string& path, const std::map<Hash128, KeyEntry>& entries) {
  auto writer = segments::KeyFileWriter::open(path, entries.size());
  KENKO_CHECK(writer.ok(), "{}", to_text(writer.problems()));
  for (const auto& [key, entry] : entries) KENKO_CHECK(writer->add(entry).ok(), "cannot write an entry");
  ports::KeyFileInfo info;
  info.file = "input.keys";
  const Status done = writer->finish(info);
  KENKO_CHECK(done.ok(), "{}", to_text(done.problems()));
  return info;
}

// What is damaged says so; what is read is what was written.
void check_answers(const std::string& path, const ports::KeyFileInfo& info,
                   const std::map<Hash128, KeyEntry>& entries) {
  const auto file = segments::KeyFile::open(path, info);
  if (!file.ok()) return;
  for (uint32_t number = 0; number < 0x10000U; number += 61) {
    const Hash128 key = key_of(number);
    const auto expected = entries.find(key);
    const auto may = file->may_hold(key);
    if (!may.ok()) continue;
    KENKO_CHECK(may.value() || expected == entries.end(), "the filter denies an id that is there");
    size_t from = 0;
    const auto found = file->find(key, from);
    if (!found.ok()) continue;
    KENKO_CHECK((*found != nullptr) == (expected != entries.end()),
                "an id is there that is not, or the other way round");
    KENKO_CHECK(*found == nullptr || (*found)->bits == expected->second.bits, "another content");
  }
}

void change(const std::string& path, const uint8_t* data, size_t size) {
  auto bytes = ports::read_file(path);
  KENKO_CHECK(bytes.ok(), "cannot read");
  for (size_t i = 0; i + 4 <= size; i += 4) {
    uint32_t place = 0;
    std::memcpy(&place, data + i, 3);
    if (!bytes->empty()) (*bytes)[place % bytes->size()] ^= static_cast<char>(data[i + 3]);
  }
  KENKO_CHECK(ports::write_derived_file(path, {*bytes}).ok(), "cannot write");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static fuzz::BytesFile file("input.keys");
  if (size < 2) return 0;
  if (data[0] % 2 == 0) {  // the bytes are the file
    const std::string& path = file.write(data + 1, size - 1);
    ports::KeyFileInfo info;
    info.entries = data[1];
    const auto opened = segments::KeyFile::open(path, info);
    if (opened.ok()) (void)opened->check().ok();
    return 0;
  }
  // The first part names ids, the second says what is changed.
  const size_t changes = std::min<size_t>(data[1] % 8, (size - 2) / 4) * 4;
  std::map<Hash128, KeyEntry> entries;
  for (size_t i = 2 + changes; i + 3 <= size; i += 3) {
    const uint32_t number = data[i] | static_cast<uint32_t>(data[i + 1]) << 8U;
    for (uint32_t more = 0; more < 1U + data[i + 2]; ++more) {
      KeyEntry entry;
      entry.key = key_of(number + more);
      entry.bits = entry.key.low ^ data[i + 2];
      entries[entry.key] = entry;
    }
  }
  if (entries.empty()) return 0;
  const std::string& path = file.write(nullptr, 0);
  const ports::KeyFileInfo info = write(path, entries);
  change(path, data + 2, changes);
  check_answers(path, info, entries);
  return 0;
}

#include "segments/key_file.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace kenko::segments {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");
static_assert(sizeof(KeyedContent) == 24 && alignof(KeyedContent) == 8);

constexpr std::string_view kMagic = "KENKOKEY";
constexpr uint32_t kKeyFormat = 1;

struct Header {
  char magic[8] = {};
  uint32_t format = kKeyFormat;
  uint32_t zero = 0;
  uint64_t count = 0;
  uint64_t entries_hash = 0;
  uint64_t header_hash = 0;
  uint64_t unused = 0;
};
static_assert(sizeof(Header) == 48);

std::string_view bytes_of(const void* data, size_t size) { return {static_cast<const char*>(data), size}; }

uint64_t hash_of_header(const Header& header) { return hash64(bytes_of(&header, offsetof(Header, header_hash))); }

Problem damaged(const std::string& path, std::string what) {
  Problem problem;
  problem.code = "key-file-damaged";
  problem.place.file = path;
  problem.message = std::move(what);
  return problem;
}

}  // namespace

Result<KeyFile> KeyFile::open(const std::string& path, int64_t expected_count) {
  KeyFile keys;
  KENKO_TRY(keys.file_, ports::MappedFile::open(path));
  const std::string_view bytes = keys.file_.bytes();
  Header header;
  if (bytes.size() < sizeof(Header)) return damaged(path, "the key file ends within its header");
  std::memcpy(&header, bytes.data(), sizeof(Header));
  if (bytes_of(header.magic, kMagic.size()) != kMagic) return damaged(path, "this is not a key file");
  if (header.format != kKeyFormat || header.header_hash != hash_of_header(header)) {
    return damaged(path, "the key file's header is damaged");
  }
  const std::string_view entries = bytes.substr(sizeof(Header));
  if (header.count != static_cast<uint64_t>(expected_count) || entries.size() != header.count * sizeof(KeyedContent)) {
    return damaged(path, fmt::format("the key file holds {} ids, not {}", header.count, expected_count));
  }
  if (hash64(entries) != header.entries_hash) return damaged(path, "the key file's content is damaged");
  keys.entries_ = {reinterpret_cast<const KeyedContent*>(entries.data()), header.count};
  return keys;
}

Status write_key_file(const std::string& path, std::span<const KeyedContent> entries) {
  const std::string_view bytes = bytes_of(entries.data(), entries.size_bytes());
  Header header;
  std::memcpy(header.magic, kMagic.data(), kMagic.size());
  header.count = entries.size();
  header.entries_hash = hash64(bytes);
  header.header_hash = hash_of_header(header);
  return ports::write_file(path, {bytes_of(&header, sizeof(Header)), bytes});
}

}  // namespace kenko::segments

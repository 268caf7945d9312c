#include "segments/section_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <thread>

#include "base/check.h"

namespace kenko::segments {
namespace {

constexpr size_t kPiece = size_t{1} << 20;

struct Header {
  char magic[8] = {};
  uint32_t format = 0;
  uint32_t sections = 0;
  uint64_t fingerprint_high = 0;
  uint64_t fingerprint_low = 0;
  uint64_t file_size = 0;
  uint64_t unused[2] = {};
  uint64_t hash = 0;  ///< of all before it and the section table
};
static_assert(sizeof(Header) == 64);

uint64_t aligned(uint64_t n, uint64_t to) { return (n + to - 1) / to * to; }

uint64_t hash_of(const Header& header, std::span<const SectionEntry> table) {
  std::string bytes(reinterpret_cast<const char*>(&header), offsetof(Header, hash));
  bytes += bytes_of(table);
  return hash64(bytes);
}

uint64_t hash_of_pieces(const std::vector<uint64_t>& pieces) { return hash64(bytes_of(pieces)); }

}  // namespace

SectionWriter::SectionWriter(std::string path, const SectionKind& kind)
    : path_(std::move(path)), temporary_(ports::temporary_name(path_)), kind_(kind), end_(sizeof(Header)) {
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file_ < 0) status_ = ports::file_problem("make", temporary_, errno);
}

SectionWriter::~SectionWriter() {
  if (file_ < 0) return;
  ::close(file_);
  ports::remove_file(temporary_);
}

size_t SectionWriter::reserve(uint64_t size) {
  if (!sections_.empty()) {  // an open end before it is now closed
    Section& last = sections_.back();
    const uint64_t used = last.written + last.buffer.size();
    if (used > last.entry.size) last.entry.size = used;
    end_ = std::max(end_, last.entry.offset + last.entry.size);
  }
  Section& section = sections_.emplace_back();
  section.entry = {aligned(end_, kind_.alignment), size, 0};
  end_ = section.entry.offset + size;
  return sections_.size() - 1;
}

void SectionWriter::append(size_t number, std::string_view bytes) {
  Section& section = sections_[number];
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), kPiece - section.buffer.size());
    section.buffer.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    if (section.buffer.size() == kPiece) write_piece(section);
  }
}

size_t SectionWriter::add(std::string_view bytes) {
  const size_t number = reserve(bytes.size());
  append(number, bytes);
  write_piece(sections_[number]);
  sections_[number].buffer = {};
  return number;
}

void SectionWriter::write_piece(Section& section) {
  if (section.buffer.empty()) return;
  section.piece_hashes.push_back(hash64(section.buffer));
  write_at(section.entry.offset + section.written, section.buffer);
  section.written += section.buffer.size();
  section.buffer.clear();
}

void SectionWriter::write_at(uint64_t offset, std::string_view bytes) {
  while (!bytes.empty() && status_.ok()) {
    const ssize_t n = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      status_ = ports::file_problem("write", temporary_, errno);
      return;
    }
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
}

Status SectionWriter::finish(const Hash128& fingerprint) {
  std::vector<SectionEntry> table;
  for (Section& section : sections_) {
    write_piece(section);
    KENKO_CHECK(section.entry.size <= section.written || !status_.ok(), "{} of {} bytes", section.written,
                section.entry.size);
    section.entry.size = section.written;
    section.entry.hash = hash_of_pieces(section.piece_hashes);
    end_ = std::max(end_, section.entry.offset + section.entry.size);
    table.push_back(section.entry);
  }
  const uint64_t table_at = aligned(end_, sizeof(SectionEntry));
  Header header;
  std::memcpy(header.magic, kind_.magic.data(), sizeof(header.magic));
  header.format = kind_.format;
  header.sections = static_cast<uint32_t>(table.size());
  header.fingerprint_high = fingerprint.high;
  header.fingerprint_low = fingerprint.low;
  header.file_size = table_at + table.size() * sizeof(SectionEntry);
  header.hash = hash_of(header, table);
  write_at(0, {reinterpret_cast<const char*>(&header), sizeof(header)});
  write_at(table_at, bytes_of(table));
  if (!status_.ok()) return status_;
  if (::close(std::exchange(file_, -1)) != 0) status_ = ports::file_problem("write", temporary_, errno);
  if (status_.ok() && ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    status_ = ports::file_problem("rename", path_, errno);
  }
  if (!status_.ok()) ports::remove_file(temporary_);
  return status_;
}

/// The file stays open: what it is renamed to or replaced by meanwhile is another file.
struct SectionFile::Mapping {
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data != MAP_FAILED) ::munmap(data, size);
    if (descriptor >= 0) ::close(descriptor);
  }
  static std::shared_ptr<const Mapping> open(const std::string& path) {
    auto out = std::make_shared<Mapping>();
    out->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (out->descriptor < 0 || ::fstat(out->descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return nullptr;
    if (status.st_size == 0) return nullptr;
    out->size = static_cast<size_t>(status.st_size);
    out->data = ::mmap(nullptr, out->size, PROT_READ, MAP_PRIVATE, out->descriptor, 0);
    return out->data == MAP_FAILED ? nullptr : out;
  }
  [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(data), size}; }

  int descriptor = -1;
  void* data = MAP_FAILED;
  size_t size = 0;
};

int SectionFile::descriptor() const { return mapping_->descriptor; }

std::optional<SectionFile> SectionFile::open(const std::string& path, const SectionKind& kind) {
  SectionFile out;
  out.mapping_ = Mapping::open(path);
  if (out.mapping_ == nullptr) return std::nullopt;
  const std::string_view file = out.bytes_ = out.mapping_->bytes();
  Header header;
  if (file.size() < sizeof(Header)) return std::nullopt;
  std::memcpy(&header, file.data(), sizeof(Header));
  const uint64_t table_size = uint64_t{header.sections} * sizeof(SectionEntry);
  if (std::string_view(header.magic, sizeof(header.magic)) != kind.magic || header.format != kind.format ||
      header.file_size != file.size() || table_size > file.size() - sizeof(Header)) {
    return std::nullopt;
  }
  const uint64_t table_at = file.size() - table_size;
  if (table_at % alignof(SectionEntry) != 0) return std::nullopt;
  out.table_ = {reinterpret_cast<const SectionEntry*>(file.data() + table_at), header.sections};
  if (hash_of(header, out.table_) != header.hash) return std::nullopt;
  for (const SectionEntry& s : out.table_) {
    if (s.offset % kind.alignment != 0 || s.offset > file.size() || s.size > file.size() - s.offset)
      return std::nullopt;
  }
  out.fingerprint_ = {header.fingerprint_high, header.fingerprint_low};
  return out;
}

namespace {

// Takes mapped bytes out of this process's memory: they stay in the kernel's, and come back with the next look.  So a
// large file that is checked as a whole does not count as memory in use, but for the parts that are read later.
void let_go(std::string_view bytes) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(bytes.data()) / page * page;
  const uintptr_t end = reinterpret_cast<uintptr_t>(bytes.data()) + bytes.size();
  if (begin < end) (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace

bool SectionFile::verify(int threads) const {
  struct Piece {
    size_t section;
    std::string_view bytes;
  };
  std::vector<Piece> pieces;
  std::vector<std::vector<uint64_t>> hashes(count());
  for (size_t s = 0; s < count(); ++s) {
    const std::string_view all = bytes(s);
    for (size_t at = 0; at < all.size(); at += kPiece) pieces.push_back({s, all.substr(at, kPiece)});
    hashes[s].reserve(all.size() / kPiece + 1);
  }
  std::vector<uint64_t> found(pieces.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < pieces.size(); i = next++) {
      found[i] = hash64(pieces[i].bytes);
      let_go(pieces[i].bytes);
    }
  };
  {
    std::vector<std::jthread> pool;
    constexpr size_t kPiecesOfThread = 8;
    for (int t = 1; t < threads && pieces.size() > kPiecesOfThread; ++t) pool.emplace_back(work);
    work();
  }
  for (size_t i = 0; i < pieces.size(); ++i) hashes[pieces[i].section].push_back(found[i]);
  for (size_t s = 0; s < count(); ++s) {
    if (hash_of_pieces(hashes[s]) != table_[s].hash) return false;
  }
  return true;
}

}  // namespace kenko::segments

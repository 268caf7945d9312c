#include "readers/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "readers/fault.h"

namespace kenko::readers {
namespace {

constexpr size_t kPackedBlock = 256 * 1024;

class PlainFile : public ByteSource {
 public:
  PlainFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;
  ~PlainFile() override { ::close(fd_); }

  Result<size_t> read(char* out, size_t size) override {
    while (true) {
      const ssize_t n = ::read(fd_, out, size);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno != EINTR) return fault("cannot-read", path_, 0, fmt::format("cannot read: {}", std::strerror(errno)));
    }
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  void rewind() { (void)::lseek(fd_, 0, SEEK_SET); }

 private:
  int fd_;
  std::string path_;
};

/// The packed bytes in blocks, and the guard against files that unpack without end.
class Unpacker : public ByteSource {
 protected:
  Unpacker(std::unique_ptr<PlainFile> file, const ReadOptions& options)
      : file_(std::move(file)), ratio_(options.max_ratio), ratio_from_(options.max_ratio_from), block_(kPackedBlock) {}

  // Fills the block when it is used up; false at the end of the file.
  Result<bool> more() {
    if (at_ < size_) return true;
    KENKO_TRY(size_, file_->read(block_.data(), block_.size()));
    at_ = 0;
    packed_ += static_cast<int64_t>(size_);
    return size_ > 0;
  }
  Status count(size_t unpacked) {
    unpacked_ += static_cast<int64_t>(unpacked);
    if (unpacked_ > ratio_from_ && unpacked_ / std::max<int64_t>(packed_, 1) > ratio_) {
      return fault("too-much-unpacked", file_->path(), 0,
                   fmt::format("{} packed bytes give more than {} bytes; this is no table", packed_, unpacked_),
                   "unpack the file and look at it");
    }
    return Done{};
  }
  Problem cut_off() const {
    return fault("cut-off", file_->path(), 0, "the packed file ends in the middle",
                 "copy or export it again; nothing of it was imported");
  }
  Problem broken(std::string_view why) const {
    return fault("broken-archive", file_->path(), 0, fmt::format("the packed file is broken: {}", why),
                 "copy or export it again; nothing of it was imported");
  }

  std::unique_ptr<PlainFile> file_;
  int64_t ratio_, ratio_from_;
  int64_t packed_ = 0, unpacked_ = 0;
  std::vector<char> block_;
  size_t at_ = 0, size_ = 0;
};

class GzipFile : public Unpacker {
 public:
  GzipFile(std::unique_ptr<PlainFile> file, const ReadOptions& options) : Unpacker(std::move(file), options) {
    KENKO_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK, "inflateInit2 failed");
  }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() override { inflateEnd(&stream_); }

  Result<size_t> read(char* out, size_t size) override {
    while (true) {
      KENKO_TRY(const bool some, more());
      if (!some) {
        if (!between_) return cut_off();
        return size_t{0};
      }
      if (between_) {  // a further member, or the zeros with which some tools fill the last block
        if (block_[at_] == '\0') {
          ++at_;
          continue;
        }
        inflateReset(&stream_);
        between_ = false;
      }
      stream_.next_in = reinterpret_cast<Bytef*>(block_.data() + at_);
      stream_.avail_in = static_cast<uInt>(size_ - at_);
      stream_.next_out = reinterpret_cast<Bytef*>(out);
      stream_.avail_out = static_cast<uInt>(size);
      const int rc = inflate(&stream_, Z_NO_FLUSH);
      at_ = size_ - stream_.avail_in;
      const size_t got = size - stream_.avail_out;
      if (rc == Z_STREAM_END) {
        between_ = true;
      } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
        return broken(stream_.msg != nullptr ? stream_.msg : "not gzip");
      }
      KENKO_TRY_STATUS(count(got));
      if (got > 0) return got;
    }
  }

 private:
  z_stream stream_{};
  bool between_ = false;  // at the end of a member
};

class ZstdFile : public Unpacker {
 public:
  ZstdFile(std::unique_ptr<PlainFile> file, const ReadOptions& options)
      : Unpacker(std::move(file), options), stream_(ZSTD_createDStream()) {
    KENKO_CHECK(stream_ != nullptr, "ZSTD_createDStream failed");
  }
  ZstdFile(const ZstdFile&) = delete;
  ZstdFile& operator=(const ZstdFile&) = delete;
  ~ZstdFile() override { ZSTD_freeDStream(stream_); }

  Result<size_t> read(char* out, size_t size) override {
    while (true) {
      KENKO_TRY(const bool some, more());
      // At the end of the input zstd may still hold bytes that did not fit the last time.
      ZSTD_inBuffer in{block_.data(), size_, at_};
      ZSTD_outBuffer to{out, size, 0};
      if (!some && between_) return size_t{0};
      const size_t rc = ZSTD_decompressStream(stream_, &to, &in);
      at_ = in.pos;
      if (ZSTD_isError(rc) != 0) return broken(ZSTD_getErrorName(rc));
      between_ = rc == 0;
      KENKO_TRY_STATUS(count(to.pos));
      if (to.pos > 0) return to.pos;
      if (!some && !between_) return cut_off();
    }
  }

 private:
  ZSTD_DStream* stream_;
  bool between_ = false;  // at the end of a frame
};

}  // namespace

Result<size_t> read_fully(ByteSource& source, char* out, size_t size) {
  size_t total = 0;
  while (total < size) {
    KENKO_TRY(const size_t n, source.read(out + total, size - total));
    if (n == 0) break;
    total += n;
  }
  return total;
}

Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path, const ReadOptions& options) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fault("cannot-read", path, 0, fmt::format("cannot open: {}", std::strerror(errno)));
  auto file = std::make_unique<PlainFile>(fd, path);
  struct stat info{};
  if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    return fault("cannot-read", path, 0, "this is a folder, not a file");
  }
  unsigned char magic[4] = {};
  KENKO_TRY(const size_t n, read_fully(*file, reinterpret_cast<char*>(magic), sizeof magic));
  file->rewind();
  if (n >= 2 && magic[0] == 0x1F && magic[1] == 0x8B) {
    return std::unique_ptr<ByteSource>(std::make_unique<GzipFile>(std::move(file), options));
  }
  if (n == 4 && magic[0] == 0x28 && magic[1] == 0xB5 && magic[2] == 0x2F && magic[3] == 0xFD) {
    return std::unique_ptr<ByteSource>(std::make_unique<ZstdFile>(std::move(file), options));
  }
  return std::unique_ptr<ByteSource>(std::move(file));
}

}  // namespace kenko::readers

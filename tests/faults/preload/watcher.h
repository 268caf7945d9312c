// The one place that every intercepted call goes through: counts it, lets it fail, does it, writes it down.
#pragma once

#include <cerrno>
#include <functional>
#include <mutex>
#include <string>

#include "journal.h"
#include "plan.h"
#include "watched.h"

namespace kenko::faults {

class Watcher {
 public:
  /// Lives until the process ends.
  static Watcher& get();

  Workspace workspace;

  /// Holds off all other watched calls, of this process and (while there is a log) of others.
  class Turn {
   public:
    explicit Turn(Watcher& watcher) : watcher_(watcher), lock_(watcher.mutex_) { watcher_.journal_.lock(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      const int kept = errno;
      watcher_.journal_.unlock();
      errno = kept;
    }

   private:
    Watcher& watcher_;
    std::lock_guard<std::recursive_mutex> lock_;
  };

  /// A call that changes nothing by halves.  `act` returns -1 and sets errno when it fails; it may complete the record.
  int call(Record record, bool needs_space, const std::function<int(Record&)>& act);
  /// A call that writes `size` bytes.  `act(n)` writes the first n of them and returns how many it wrote;
  /// `bytes(n)` are the first n.  The record's offset is asked for by `where(n)` afterwards.
  ssize_t write(Record record, size_t size, const std::function<ssize_t(size_t)>& act,
                const std::function<std::string(size_t)>& bytes, const std::function<int64_t(size_t)>& where);
  void said(std::string_view bytes);
  /// True when flushing files (or folders) does nothing, by KENKO_FAULTS_NO_SYNC=file,folder.
  [[nodiscard]] bool ignores_sync(bool folder) const { return folder ? no_folder_sync_ : no_file_sync_; }
  [[nodiscard]] bool records() const { return journal_.on(); }

 private:
  Watcher();
  [[noreturn]] static void die();

  std::recursive_mutex mutex_;
  Journal journal_;
  Plan plan_;
  bool no_file_sync_ = false;
  bool no_folder_sync_ = false;
};

}  // namespace kenko::faults

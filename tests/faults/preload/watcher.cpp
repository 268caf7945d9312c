#include "watcher.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace kenko::faults {

Watcher& Watcher::get() {
  static Watcher* watcher = new Watcher;  // never destroyed: files are closed until the very end
  return *watcher;
}

Watcher::Watcher() {
  const char* ignored = std::getenv("KENKO_FAULTS_NO_SYNC");
  if (ignored == nullptr) return;
  no_file_sync_ = std::strstr(ignored, "file") != nullptr;
  no_folder_sync_ = std::strstr(ignored, "folder") != nullptr;
}

void Watcher::die() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}

int Watcher::call(Record record, bool needs_space, const std::function<int(Record&)>& act) {
  const Turn turn(*this);
  const Verdict verdict = plan_.next(record.kind, 0, needs_space);
  if (verdict.what == Verdict::Do::kill) die();
  if (verdict.what == Verdict::Do::fail) {
    // A file is closed even when close() reports an error.
    if (record.kind == Kind::close) act(record);
    record.flags |= kInjected;
    record.error = verdict.error;
    journal_.add(record);
    errno = verdict.error;
    return -1;
  }
  const int result = act(record);
  const int error = result < 0 ? errno : 0;
  record.error = error;
  journal_.add(record);
  errno = error;
  return result;
}

ssize_t Watcher::write(Record record, size_t size, const std::function<ssize_t(size_t)>& act,
                       const std::function<std::string(size_t)>& bytes, const std::function<int64_t(size_t)>& where) {
  const Turn turn(*this);
  const Verdict verdict = plan_.next(Kind::write, size, true);
  const bool dies = verdict.what == Verdict::Do::kill;
  if (dies && verdict.length == 0) die();
  ssize_t written = -1;
  int error = verdict.error;
  if (verdict.what == Verdict::Do::fail) {
    record.flags |= kInjected;
  } else {
    const bool whole = verdict.what == Verdict::Do::pass;
    if (!whole) record.flags |= kInjected;
    written = act(whole ? size : verdict.length);
    error = written < 0 ? errno : 0;
  }
  record.error = error;
  std::string content;
  if (written >= 0 && records()) {
    content = bytes(static_cast<size_t>(written));
    record.offset = where(static_cast<size_t>(written));
    record.data = content;
  }
  journal_.add(record);
  if (dies) die();
  errno = error;
  return written;
}

void Watcher::said(std::string_view bytes) {
  const Turn turn(*this);
  Record record;
  record.kind = Kind::said;
  record.data = bytes;
  journal_.add(record);
}

}  // namespace kenko::faults

#include "app/sealer.h"

#include <utility>

#include "app/compact.h"

namespace kenko::app {
namespace {

Result<SealReport> seal(const std::string& dir, Instant now, const SealScope& scope) {
  KENKO_TRY(state::Database database, state::Database::open_for_writing(dir));
  KENKO_TRY(SealReport report, seal_intake(dir, database, now, scope));
  KENKO_TRY([[maybe_unused]] const bool compacted, compact_if_needed(dir, database, now));
  return report;
}

}  // namespace

Sealer::Sealer(std::string dir, Instant now, const SealScope& scope)
    : thread_([this, dir = std::move(dir), now, scope] {
        result_.emplace(seal(dir, now, scope));
        done_ = true;
      }) {}

Sealer::~Sealer() {
  if (thread_.joinable()) thread_.join();
}

Result<SealReport> Sealer::wait() {
  thread_.join();
  return std::move(*result_);
}

}  // namespace kenko::app

// app/sealer.h
//
// Seals the intake in a thread of its own.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "app/seal.h"

namespace kenko::app {

/// One sealing that is under way; its end is waited for.  Not movable.
class Sealer {
 public:
  Sealer(std::string dir, Instant now, const SealScope& scope);
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  [[nodiscard]] bool is_done() const { return done_; }
  /// What seal_intake() gave.  Once.
  [[nodiscard]] Result<SealReport> wait();

 private:
  std::optional<Result<SealReport>> result_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace kenko::app

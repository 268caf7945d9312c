// score/blocks.h
//
// Whole blocks of accounts, computed and taken by several threads at once: for what is written out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "score/history.h"

namespace kenko::score {

/// What takes the accounts of for_each_block.  One for each thread; its functions are called on that thread.
class BlockSink {
 public:
  virtual ~BlockSink() = default;
  /// The views are gone after the call.
  virtual void add(const AccountHistory& history) = 0;
  /// All accounts of the block were added.  Blocks are begun in order, so waiting for an earlier one is safe.  False =
  /// no more is wanted.
  [[nodiscard]] virtual bool end_block(size_t block) = 0;
};

/// The same as for_each_account, but whole blocks of `size` accounts are handed over, by several threads at once and in
/// any order: block i holds the accounts from position i x size on, in order.
void for_each_block(const engine::Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
                    size_t size, const std::function<std::unique_ptr<BlockSink>()>& make_sink,
                    const engine::RunOptions& options = {});

}  // namespace kenko::score

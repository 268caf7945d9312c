// explain/causes.h
//
// The change of a score between two days, split by cause: everything is computed again with one thing after the other
// put from how it was to how it is.  docs/SEMANTICS.md#change-by-cause.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "engine/engine.h"

namespace kenko::explain {

/// In the order in which the change is split.
enum class Cause : uint8_t { data, time, behaviour, membership, model, trigger, override_ };
inline constexpr size_t kCauses = 7;
/// "late or corrected data", "time passing", "behaviour", "membership", "model", "trigger", "override".
[[nodiscard]] std::string_view word(Cause cause);
/// "data", "time", ...: one word, for columns and JSON.
[[nodiscard]] std::string_view key(Cause cause);

/// What is compared: a model over what was known then, with a model over what is known now.
///
/// Ownership: refers to the engines.  Where nothing differs they may be (and for speed should be) the same object.
struct Ends {
  const engine::Engine* before = nullptr;      ///< the earlier model, over what was known then
  const engine::Engine* before_now = nullptr;  ///< the earlier model, over what is known now
  const engine::Engine* after = nullptr;       ///< the later model; the same portfolio object as `before_now`
};

/// A change in hundredths of a point.  Invariant: the parts add up to `to` - `from` exactly.
struct Causes {
  int32_t from = 0, to = 0;  ///< the scores as published
  std::array<int32_t, kCauses> part{};
  [[nodiscard]] int32_t of(Cause cause) const { return part[static_cast<size_t>(cause)]; }
};

/// The changes from day `from` to each of the days `to` (none before `from`) of `accounts` of `after`'s portfolio
/// (empty = all), by account, then day.  nullopt where either end has no score.
///
/// Cost: at most nine histories of these accounts, however many days are asked for; as many fewer as the engines are
/// the same, and as there are no triggers, no overrides, and no segments, stages and parents.
[[nodiscard]] std::vector<std::optional<Causes>> split_by_cause(const Ends& ends, Day from, std::span<const Day> to,
                                                                std::span<const uint32_t> accounts, int threads);

}  // namespace kenko::explain

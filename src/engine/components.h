// engine/components.h
//
// Strongly connected components of a small directed graph.  Internal to the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace kenko::engine {

/// The strong components of the graph with these edges (child, parent), each ascending, in an order in which a
/// component comes after those from which an edge leads to it.
[[nodiscard]] std::vector<std::vector<uint32_t>> strong_components(
    const std::vector<std::pair<uint32_t, uint32_t>>& edges);

/// The components (children first) in levels: each stands one level above the highest of its members' children outside
/// of it.
[[nodiscard]] std::vector<std::vector<std::vector<uint32_t>>> in_levels(
    std::vector<std::vector<uint32_t>> components, const std::function<std::span<const uint32_t>(uint32_t)>& children);

}  // namespace kenko::engine

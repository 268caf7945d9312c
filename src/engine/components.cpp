#include "engine/components.h"

#include <algorithm>
#include <map>

namespace kenko::engine {
namespace {

// Tarjan's algorithm without recursion, along the edges from parent to child: a component is complete after all that
// lie below it.
class Tarjan {
 public:
  explicit Tarjan(const std::vector<std::pair<uint32_t, uint32_t>>& edges) {
    for (const auto& [child, parent] : edges) {
      nodes_[child];
      nodes_[parent].below.push_back(child);
    }
  }

  std::vector<std::vector<uint32_t>> run() {
    for (auto& [account, node] : nodes_) {
      if (node.index < 0) visit(account);
    }
    return std::move(out_);
  }

 private:
  struct Node {
    std::vector<uint32_t> below;
    size_t next = 0;  // position in below
    int64_t index = -1, low = 0;
    bool open = false;
  };

  void enter(uint32_t account, Node& node) {
    node.index = node.low = count_++;
    node.open = true;
    open_.push_back(account);
    path_.push_back(account);
  }

  void visit(uint32_t start) {
    enter(start, nodes_[start]);
    while (!path_.empty()) {
      Node& node = nodes_[path_.back()];
      if (node.next < node.below.size()) {
        const uint32_t to = node.below[node.next++];
        Node& child = nodes_[to];
        if (child.index < 0) {
          enter(to, child);
        } else if (child.open) {
          node.low = std::min(node.low, child.index);
        }
        continue;
      }
      const uint32_t account = path_.back();
      path_.pop_back();
      if (!path_.empty()) nodes_[path_.back()].low = std::min(nodes_[path_.back()].low, node.low);
      if (node.low == node.index) close(account);
    }
  }

  void close(uint32_t account) {
    std::vector<uint32_t> component;
    while (true) {
      const uint32_t top = open_.back();
      open_.pop_back();
      nodes_[top].open = false;
      component.push_back(top);
      if (top == account) break;
    }
    std::sort(component.begin(), component.end());
    out_.push_back(std::move(component));
  }

  std::map<uint32_t, Node> nodes_;
  std::vector<uint32_t> open_, path_;
  std::vector<std::vector<uint32_t>> out_;
  int64_t count_ = 0;
};

}  // namespace

std::vector<std::vector<uint32_t>> strong_components(const std::vector<std::pair<uint32_t, uint32_t>>& edges) {
  return Tarjan(edges).run();
}

std::vector<std::vector<std::vector<uint32_t>>> in_levels(
    std::vector<std::vector<uint32_t>> components, const std::function<std::span<const uint32_t>(uint32_t)>& children) {
  std::vector<std::vector<std::vector<uint32_t>>> out;
  std::map<uint32_t, size_t> level_of;
  for (std::vector<uint32_t>& component : components) {
    size_t level = 0;
    for (const uint32_t account : component) {
      for (const uint32_t child : children(account)) {
        if (!std::binary_search(component.begin(), component.end(), child))
          level = std::max(level, level_of.at(child) + 1);
      }
    }
    for (const uint32_t account : component) level_of[account] = level;
    if (out.size() <= level) out.resize(level + 1);
    out[level].push_back(std::move(component));
  }
  return out;
}

}  // namespace kenko::engine

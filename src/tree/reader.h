// tree/reader.h
//
// Typed getters over the keys of a map.  Each reports what is wrong and goes on, so that one run shows every mistake:
//
//   Reader source(tree, node, problems);
//   auto emits = source.texts("emits");
//   auto covers = source.choice<Coverage>("covers", {{"all", Coverage::all}, {"touched", Coverage::touched}});
//   source.finish();                                    // complains of every key that nobody asked for
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/text.h"
#include "tree/tree.h"

namespace kenko::tree {

/// Reads single values.  Every function returns nullopt after adding a problem (code "wrong-type" or "out-of-range").
/// `what` names the value in the message ("`weight`").
class Values {
 public:
  Values(const Tree& tree, Problems& problems) : tree_(&tree), problems_(&problems) {}

  [[nodiscard]] std::optional<std::string> text(const Node& node,
                                                std::string_view what) const;  ///< any scalar, not empty
  [[nodiscard]] std::optional<int64_t> integer(const Node& node, std::string_view what, int64_t least,
                                               int64_t most) const;
  [[nodiscard]] std::optional<Decimal> decimal(const Node& node,
                                               std::string_view what) const;  ///< 1.5 or 40% (= 0.4), <= 6 places
  /// `60%` or `0.6` -> 600'000; 0 to 100 %.
  [[nodiscard]] std::optional<int64_t> percent(const Node& node, std::string_view what) const;
  [[nodiscard]] std::optional<Day> day(const Node& node, std::string_view what) const;    ///< 2026-11-20
  [[nodiscard]] std::optional<bool> flag(const Node& node, std::string_view what) const;  ///< true or false
  /// `28d`, `4w`: a number of days, at least 1.
  [[nodiscard]] std::optional<int32_t> days(const Node& node, std::string_view what) const;
  /// A list of texts; one text alone is a list of one.
  [[nodiscard]] std::optional<std::vector<std::string>> texts(const Node& node, std::string_view what) const;

  void add(const Node& node, std::string code, std::string message, std::string hint = "",
           Severity severity = Severity::error) const;

  [[nodiscard]] const Tree& tree() const { return *tree_; }
  [[nodiscard]] Problems& problems() const { return *problems_; }

 private:
  const Tree* tree_;
  Problems* problems_;
};

enum class Need : uint8_t { optional, required };

/// Reads the keys of one map.
///
/// Meaning:   every getter remembers its key as known; a missing optional key or an empty value (`key:`) gives nullopt
///            without a problem; a missing required key gives a problem "missing-key" at the map's own key or start.
/// Ownership: points to tree, node and problems, which must live longer.
class Reader {
 public:
  /// `what` names the map in messages ("metric `logins`"); `owner` is the key's node, where a missing key is reported.
  /// When `node` is no map, a problem is added and all getters give nullopt silently.
  Reader(const Tree& tree, const Node& node, Problems& problems, std::string what = "the file",
         const Node* owner = nullptr);

  [[nodiscard]] bool is_map() const { return node_->is_map(); }
  [[nodiscard]] const Node& node() const { return *node_; }
  [[nodiscard]] const Tree& tree() const { return values_.tree(); }
  [[nodiscard]] Problems& problems() const { return values_.problems(); }
  [[nodiscard]] const Values& values() const { return values_; }

  /// The value of a key, for values of other shapes; nullptr when missing or empty.
  [[nodiscard]] const Node* find(std::string_view key, Need need = Need::optional);

  [[nodiscard]] std::optional<std::string> text(std::string_view key, Need need = Need::optional);
  [[nodiscard]] std::optional<int64_t> integer(std::string_view key, int64_t least = INT64_MIN,
                                               int64_t most = INT64_MAX, Need need = Need::optional);
  [[nodiscard]] std::optional<Decimal> decimal(std::string_view key, Need need = Need::optional);
  [[nodiscard]] std::optional<int64_t> percent(std::string_view key, Need need = Need::optional);
  [[nodiscard]] std::optional<Day> day(std::string_view key, Need need = Need::optional);
  [[nodiscard]] std::optional<bool> flag(std::string_view key, Need need = Need::optional);
  [[nodiscard]] std::optional<int32_t> days(std::string_view key, Need need = Need::optional);
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key, Need need = Need::optional);

  /// One of a few words; another one gets a "did you mean" (code "unknown-word").
  template <typename T>
  [[nodiscard]] std::optional<T> choice(std::string_view key, const std::vector<std::pair<std::string, T>>& words,
                                        Need need = Need::optional) {
    const auto word = text(key, need);
    if (!word) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [name, value] : words) {
      if (name == *word) return value;
      names.push_back(name);
    }
    refuse_word(key, *word, names);
    return std::nullopt;
  }

  /// Reads a map of maps: calls `read(name, reader)` for every entry in file order.  `what` is put before the name.
  void each(std::string_view key, std::string_view what,
            const std::function<void(const Node& name, Reader& entry)>& read, Need need = Need::optional);
  /// Reads a list of maps in the same way; `index` counts from 0.
  void each_item(std::string_view key, std::string_view what,
                 const std::function<void(size_t index, Reader& entry)>& read, Need need = Need::optional);
  /// A nested map; nullopt when missing, empty, or no map (which is reported).
  [[nodiscard]] std::optional<Reader> map(std::string_view key, Need need = Need::optional);

  /// Marks a key as known without reading it.
  void allow(std::string_view key) { known_.emplace_back(key); }
  /// Refuses a key that is planned but not built (code "not-yet").
  void not_yet(std::string_view key, std::string_view sentence);
  /// Reports every key that was not asked for (code "unknown-key").
  void finish();

  /// A problem at the value of `key`, or at the map when the key is missing.
  void add(std::string_view key, std::string code, std::string message, std::string hint = "",
           Severity severity = Severity::error);

 private:
  void refuse_word(std::string_view key, const std::string& word, const std::vector<std::string>& names);
  [[nodiscard]] std::string name_of(std::string_view key) const;

  const Node* node_;
  const Node* owner_;
  std::string what_;
  Values values_;
  std::vector<std::string> known_;
  std::vector<std::string> refused_;  ///< by not_yet: known, but never suggested
};

}  // namespace kenko::tree

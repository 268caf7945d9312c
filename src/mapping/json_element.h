// mapping/json_element.h
//
// Elements of lists: readers flatten objects (`price.id`) but leave a list as its JSON text; a mapping may name an
// element of it, `items.data[0].price.id`.
#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace kenko::mapping {

/// The column that holds the list of an element's name: "items.data" of "items.data[0].id".  Empty = not such a name.
[[nodiscard]] std::string_view list_of_element(std::string_view name);

/// The text of an element of a list, as readers write cells: a text without its quotes, numbers and flags as they are,
/// null as nothing, objects and lists as JSON.  `path` is what stands behind the list's name: "[0].price.id".
///
/// Null:      empty when there is no such element or `list` is no JSON list.
/// Ownership: a view of `list`, or of a text added to `texts`.
[[nodiscard]] std::string_view json_element(std::string_view list, std::string_view path,
                                            std::deque<std::string>& texts);

}  // namespace kenko::mapping

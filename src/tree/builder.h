// tree/builder.h
//
// The two passes of Tree::parse: what may not stand in a text file at all, and YAML itself.  Private to this folder.
#pragma once

#include "base/result.h"
#include "tree/tree.h"

namespace kenko::tree {

/// Adds a problem for text that is not UTF-8, for control characters and for tabs as indentation.
void check_characters(const Tree& tree, Problems& problems);

/// Reads the source of `tree` into `root`.  False when the YAML is broken; other problems leave a usable root.
[[nodiscard]] bool build(const Tree& tree, Node& root, Problems& problems);

}  // namespace kenko::tree

// facts/attribute_text.h
//
// The value of an attribute as a person reads it.
#pragma once

#include <string>

#include "facts/fact.h"

namespace kenko::facts {

/// "12.5", "40 EUR", "enterprise", "2026-03-01", "yes".
[[nodiscard]] std::string attribute_text(const AttributeValue& value);

}  // namespace kenko::facts

// facts/property_names.h
//
// Properties that a portfolio gives events of its own accord.
#pragma once

#include <string_view>

namespace kenko::facts {

/// The currency of the event's value; absent without one.  A property of that name that a source gave is not read.
inline constexpr std::string_view kCurrencyProperty = "currency()";

}  // namespace kenko::facts

// segments/base_record.h
//
// Internal to segments: the record of a base as bytes.
#pragma once

#include <string>
#include <string_view>

#include "segments/portfolio_base.h"

namespace kenko::segments {

[[nodiscard]] std::string record_to_bytes(const BaseRecord& record);
/// False when the bytes are damaged.
[[nodiscard]] bool record_from_bytes(std::string_view bytes, BaseRecord& record);

}  // namespace kenko::segments

#pragma once

#include <cstdint>
#include <span>

namespace verger {

using Bytes = std::span<const uint8_t>;  // borrowed

}  // namespace verger

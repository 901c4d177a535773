// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace verger {

using Bytes = std::span<const uint8_t>;  // borrowed

}  // namespace verger

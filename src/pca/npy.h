// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy format, version 1.0 (numpy.lib.format), of little-endian float64 in C order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace verger {

std::vector<uint8_t> encode_npy(std::span<const double> values, std::span<const std::size_t> shape);

// The bytes of the values of an array of exactly this shape, borrowed; none when `bytes` are
// anything else.
std::optional<std::span<const uint8_t>> npy_values(std::span<const uint8_t> bytes,
                                                   std::span<const std::size_t> shape);
// The values of such an array.
std::optional<std::vector<double>> decode_npy(std::span<const uint8_t> bytes,
                                              std::span<const std::size_t> shape);

}  // namespace verger

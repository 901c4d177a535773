// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/hdf5_object.h"

namespace verger {

bool is_hdf5_array(const Hdf5Object& object);

// The shape of a simple dataspace of at most 4 dimensions; empty for any other.
std::vector<std::size_t> hdf5_shape(const Hdf5Object& array);

// Reads an array as Hdf5File::read() says.
std::optional<std::span<const float>> read_hdf5_array(std::span<const uint8_t> file,
                                                      const Hdf5Object& array, std::size_t count,
                                                      std::vector<float>& converted);

}  // namespace verger

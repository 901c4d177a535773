// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/hdf5_object.h"

namespace verger {

// A hard link of a group: a name, and the address of the object that it names.
struct Hdf5Link {
  std::string name;
  uint64_t address = 0;
};

bool is_hdf5_group(const Hdf5Object& object);

// The hard links of a group, of names of at most 256 bytes; other links are left out. Nothing when
// the group is damaged or keeps its links in a fractal heap, which only programs that ask for the
// newest format write. What is looked at is taken off `budget`; more than that counts as damage.
std::optional<std::vector<Hdf5Link>> hdf5_links(std::span<const uint8_t> file,
                                                const Hdf5Object& group, std::size_t& budget);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// A map on which what is alike lies together: t-SNE (van der Maaten and Hinton 2008).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "embedding/plane.h"
#include "verger/status.h"

namespace verger {

// Nearest neighbours of a point that the map is made of.
inline constexpr std::size_t kMapNeighbors = 15;

// `neighbours`: of each point, the numbers of those nearest to it, itself not among them. `start`:
// as many points, where the map begins; only their shape counts. The principal plane is a good one:
// it gives the large distances of the map a meaning (Kobak and Berens 2019).
//
// All edges of the graph of neighbours pull alike, which gives the map that perplexities do and
// needs no search for them (Böhm, Berens and Kobak 2022); repulsion is by Barnes and Hut
// (repulsion.h). The same input gives the same bits, on every processor and for any `threads` (at
// least 1). The map's mean is 0. kCancelled.
Result<std::vector<PlanePoint>> make_map(std::span<const std::vector<std::size_t>> neighbours,
                                         std::span<const PlanePoint> start, int threads,
                                         const CancelToken& cancel);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// What the neighbours of a photograph say that it shows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/nearest.h"

namespace verger {

struct Vote {
  std::string label;
  double share = 0;  // a part of all weights; the shares add up to 1
};

// The weighted vote of k nearest neighbours of Wu, Xiong, Yu and Lin (2018, "Unsupervised Feature
// Learning via Non-Parametric Instance Discrimination", section 3.4): each neighbour gives its
// label the weight exp(cosine / τ), τ = 0.07. Largest share first; of equal shares the label whose
// nearest neighbour comes first.
inline constexpr double kVoteTemperature = 0.07;
std::vector<Vote> vote(const SearchTable& table, std::span<const Neighbour> neighbours);

}  // namespace verger

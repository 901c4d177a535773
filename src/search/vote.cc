// SPDX-License-Identifier: Apache-2.0
#include "search/vote.h"

#include <algorithm>
#include <cmath>

namespace verger {

std::vector<Vote> vote(const SearchTable& table, std::span<const Neighbour> neighbours) {
  std::vector<Vote> votes;  // in the order of each label's nearest neighbour
  double total = 0;
  for (const Neighbour& neighbour : neighbours) {
    // Relative to the nearest one, which keeps the exponent small and the shares as they are.
    const double lead = static_cast<double>(neighbour.cosine - neighbours.front().cosine);
    const double weight = std::exp(lead / kVoteTemperature);
    const std::string& label = table.label[neighbour.row];
    auto vote = std::ranges::find(votes, label, &Vote::label);
    if (vote == votes.end()) vote = votes.insert(vote, {.label = label});
    vote->share += weight;
    total += weight;
  }
  for (Vote& of_label : votes) of_label.share /= total;
  std::ranges::stable_sort(votes, std::ranges::greater(), &Vote::share);
  return votes;
}

}  // namespace verger

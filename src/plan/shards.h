// SPDX-License-Identifier: Apache-2.0
// Which shard an image is in: decided by the number of images alone, whoever drives the run.
#pragma once

#include <cstddef>
#include <vector>

namespace verger {

// Shard `number` holds images [begin, end) of the sorted list.
struct Shard {
  std::size_t number = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

// The numbers of its images.
std::vector<std::size_t> images_of(const Shard& shard);

// Full parts of 1280 features are files of 160 MB, so that a table of a billion images has some
// 30,000; and a shard's moments, 6.5 MB whatever its rows, are a twenty-fifth of its features.
inline constexpr std::size_t kMaxShardRows = 32768;

// Splits `images` into `parts` runs whose sizes differ by at most one, fewer when there are fewer
// images. When a run would pass kMaxShardRows, all but the last are of just that size: then which
// shard an image is in does not depend on how many come after it.
std::vector<Shard> plan_shards(std::size_t images, int parts);

}  // namespace verger

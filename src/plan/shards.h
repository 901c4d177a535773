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

inline constexpr std::size_t kMaxShardRows = 4096;

// Splits `images` into `parts` runs whose sizes differ by at most one; more parts when one would
// pass kMaxShardRows, fewer when there are fewer images. Depends on nothing else.
std::vector<Shard> plan_shards(std::size_t images, int parts);

}  // namespace verger

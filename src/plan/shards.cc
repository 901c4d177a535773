// SPDX-License-Identifier: Apache-2.0
#include "plan/shards.h"

#include <algorithm>
#include <numeric>

namespace verger {

std::vector<std::size_t> images_of(const Shard& shard) {
  std::vector<std::size_t> images(shard.size());
  std::iota(images.begin(), images.end(), shard.begin);
  return images;
}

std::vector<Shard> plan_shards(std::size_t images, int parts) {
  const std::size_t wanted = std::min(static_cast<std::size_t>(std::max(parts, 1)), images);
  const bool full = images > wanted * kMaxShardRows;
  const std::size_t count = full ? (images + kMaxShardRows - 1) / kMaxShardRows : wanted;
  std::vector<Shard> shards;
  shards.reserve(count);
  std::size_t begin = 0;
  for (std::size_t number = 0; number < count; ++number) {
    const std::size_t even = images / count + (number < images % count ? 1 : 0);
    const std::size_t size = full ? std::min(kMaxShardRows, images - begin) : even;
    shards.push_back({number, begin, begin + size});
    begin += size;
  }
  return shards;
}

}  // namespace verger

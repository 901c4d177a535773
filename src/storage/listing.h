// INPUT → the sorted list of images, and the shards it falls into.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// The files of `input` that match, in any order.
Status visit_images(const Store& input, const InputOptions& options, const FileVisitor& visitor);

// The same, sorted by the bytes of their names. No match is kIo, naming the
// pattern and the place.
Result<std::vector<FileEntry>> list_images(const Store& input, const InputOptions& options);

// The name of the folder that holds the file: "Test/Apple Red 1/3_100.jpg" → "Apple Red 1". For a
// file directly in the root it is the root folder's own name, so it needs the display path.
std::string label_of(std::string_view display_path);

// Shard `number` holds images [begin, end) of the sorted list.
struct Shard {
  std::size_t number = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

inline constexpr std::size_t kMaxShardRows = 4096;

// Splits `images` into `parts` runs whose sizes differ by at most one; more parts when one would
// pass kMaxShardRows, fewer when there are fewer images. Depends on nothing else.
std::vector<Shard> plan_shards(std::size_t images, int parts);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// What brings an output up to date with a listing: which shards stay as they are, which are written
// anew, and which images are to be read for that.
//
// Stored rows are matched with the sorted listing by path, and by the stamp of the fingerprint. The
// plan takes two bits a listed image and eight bytes an image that is read anew; of what the output
// holds, the lists of 16 shards are in memory at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/watch.h"
#include "input/image_source.h"
#include "output/shard_manifest.h"
#include "shards/shard_rewrite.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// What the output holds of a listed image.
enum class ImageState : uint8_t {
  kNew,      // nothing
  kKept,     // it, as it is
  kChanged,  // it, as it was
  kTwice     // two rows of it, as it was: both go, and it counts as new
};

// By image; two bits each.
class ImageStates {
 public:
  explicit ImageStates(std::size_t images = 0) : size_(images), bits_((images + 3) / 4) {}
  std::size_t size() const { return size_; }
  ImageState operator[](std::size_t image) const {
    return static_cast<ImageState>(bits_[image / 4] >> shift(image) & 3);
  }
  void set(std::size_t image, ImageState state) {
    const int others = bits_[image / 4] & ~(3 << shift(image));
    bits_[image / 4] = static_cast<uint8_t>(others | static_cast<int>(state) << shift(image));
  }

 private:
  static int shift(std::size_t image) { return static_cast<int>(2 * (image % 4)); }

  std::size_t size_;
  std::vector<uint8_t> bits_;
};

// A shard that lost images, or some of whose images changed.
struct ChangedShard {
  ShardManifest manifest;  // as it stands
  std::size_t images = 0;  // that remain; without any the shard disappears
  std::size_t begin = 0;   // images [begin, end) of UpdatePlan::anew are the shard's
  std::size_t end = 0;
};

struct UpdatePlan {
  std::vector<ShardManifest> kept;    // shards that stay, in the order of their numbers
  std::vector<ChangedShard> changed;  // in the order of their numbers
  std::vector<std::size_t> anew;  // images to read: changed ones by shard, then new ones in order
  ImageStates states;

  int64_t images_kept = 0;
  int64_t images_changed = 0;  // as many of `anew`, from the front
  int64_t images_added = 0;    // the rest of `anew`
  int64_t images_removed = 0;
  std::size_t next_number = 0;  // the next new shard's

  bool nothing() const { return changed.empty() && anew.empty(); }
};

// `manifests`: all of the output, in the order of their numbers, each with inputs. kIo when one of
// the inputs' files is damaged, or they name an image twice. Advances by a manifest.
Result<UpdatePlan> plan_update(const Store& output, const ImageSource& source,
                               std::vector<ShardManifest> manifests, const Watch& watch);

// By the states of a plan. Of rows of one path, which only containers have, either all are kept or
// none: the tables do not tell them apart.
Result<ShardMatch> match_shard(const Store& output, const ImageSource& source,
                               const ImageStates& states, const ShardManifest& manifest);

}  // namespace verger

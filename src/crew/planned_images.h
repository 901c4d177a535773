// SPDX-License-Identifier: Apache-2.0
// Images as a plan file lists them, and back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "input/image_source.h"
#include "output/shard_manifest.h"
#include "parquet/plan_part.h"
#include "shards/shard_rewrite.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Images of one input are all in files of their own or all in containers.
void add_image(const ListedImage& image, PlanRows& rows);

// Image i is that of row i. Of the options the columns count. kIo when a container cannot be
// opened.
Result<std::unique_ptr<ImageSource>> planned_source(std::shared_ptr<const Store> input,
                                                    PlanRows rows, const InputOptions& options);

// What becomes of a stored shard's rows, a letter each: k it is kept, c its image changed, r it is
// removed.
std::string letters_of(const ShardMatch& match);

// The match again: its images are 0, 1, … in order, those of a plan. kIo when the letters are not
// as many as the rows of the shard of `manifest`, or not these.
Result<ShardMatch> match_of(const std::string& letters, const Store& output,
                            const ShardManifest& manifest);

}  // namespace verger

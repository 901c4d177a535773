// SPDX-License-Identifier: Apache-2.0
// Makes up what is missing of an interrupted run; see run.py.
//
//   verger_fill_shards INPUT OUTPUT LEFT
//
// Writes every shard of the run in OUTPUT but the last LEFT as the program would, with numbers made
// up in place of the network's.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/observer.h"
#include "base/parallel.h"
#include "base/status_macros.h"
#include "base/watch.h"
#include "input/inventory.h"
#include "input/list_input.h"
#include "output/output_folder.h"
#include "output/run_record.h"
#include "plan/shards.h"
#include "shards/shard_writer.h"
#include "storage/store.h"

namespace {

using namespace verger;

// From −1 to 1, and the more alike the nearer the columns are, so that a PCA finds something.
float made_up(std::size_t image, std::size_t column) {
  uint64_t bits = (image + 1) * 0x9E3779B97F4A7C15u + (column / 4) * 0xD1B54A32D192ED03u;
  bits ^= bits >> 31;
  bits *= 0xBF58476D1CE4E5B9u;
  const auto shared = static_cast<double>(bits >> 11) * 0x1p-52 - 1;
  return static_cast<float>(shared + 0.01 * static_cast<double>(column % 4));
}

Status write_shard(const ShardWriter& writer, const ImageSource& source, const Shard& shard,
                   std::size_t width) {
  FeatureRows rows;
  rows.width = width;
  rows.features.resize(shard.size() * width);
  const auto images = images_of(shard);
  std::size_t at = 0;
  for (const std::size_t image : images) {
    rows.path.push_back(source.path(image));
    rows.label.push_back(source.label(image));
    for (std::size_t column = 0; column < width; ++column) {
      rows.features[at++] = made_up(image, column);
    }
  }
  VERGER_ASSIGN_OR_RETURN(const auto open, writer.begin(shard));
  VERGER_RETURN_IF_ERROR(open->add(rows, {}));
  const auto finished = open->finish(source, images);
  return finished.ok() ? Status() : finished.error();
}

Status fill(const char* input, const char* place, std::size_t left) {
  VERGER_ASSIGN_OR_RETURN(const auto store, Store::open(place, {}));
  VERGER_ASSIGN_OR_RETURN(const RunRecord run, read_run_record(*store));
  VERGER_ASSIGN_OR_RETURN(auto from, open_input(input, {}));
  const CancelToken never;
  Observer silent;
  VERGER_ASSIGN_OR_RETURN(const ListedInput listed,
                          list_input(from.store, run.options.input, {never, silent}));
  const ImageSource& source = *listed.images;
  auto shards = plan_shards(source.size(), run.options.output.parts);
  shards.resize(shards.size() - std::min(left, shards.size()));
  const OutputFolder output(store, run.options.output.layout, Tables::kAll);
  const ShardWriter writer({.output = output,
                            .model = *run.model,
                            .image = run.options.image,
                            .layout = run.options.output.layout,
                            .uuid = run.uuids.back()});
  const auto write = [&](std::size_t i) -> Status {
    ShardManifest manifest;
    manifest.shard = shards[i];
    VERGER_ASSIGN_OR_RETURN(const bool stands, store->exists(manifest.name()));
    if (stands) return {};
    return write_shard(writer, source, shards[i], static_cast<std::size_t>(run.model->width));
  };
  return parallel_for(shards.size(), default_threads(), never, write);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Status status = fill(argv[1], argv[2], static_cast<std::size_t>(std::atoi(argv[3])));
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
// The plan of an update of 10^7 images: what the output holds, in 2,442 shards, against a listing
// in which a hundred images are new, a hundred are changed and a hundred are gone. Read once; the
// counts of the plan are checked. Labelled with the memory that planning took beyond the listing.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "parquet/inputs_part.h"
#include "plan/shards.h"
#include "storage/scratch_folder.h"
#include "storage/store.h"
#include "update/update_plan.h"

namespace verger {
namespace {

constexpr std::size_t kImages = 10'000'000;
constexpr std::size_t kEach = 100;  // So many images each are new, changed and removed.
constexpr std::size_t kStride = kImages / kEach;
constexpr std::size_t kPerClass = 10'000;

// Images are made as they are asked for, so that the listing takes no memory: of every kStride, one
// that the output lacks, one that is of another time, and one that is gone.
class MadeUpSource final : public ImageSource {
 public:
  explicit MadeUpSource(bool stored) : stored_(stored) {}
  std::size_t size() const override { return kImages; }
  std::string path(std::size_t image) const override {
    const bool renamed = !stored_ && image % kStride == 5;  // gone; its successor is new
    char path[80];
    std::snprintf(path, sizeof path, "file:/data/Test/class-%05zu/%08zu_100%s.jpg",
                  image / kPerClass, image, renamed ? "-new" : "");
    return path;
  }
  std::string label(std::size_t /*image*/) const override { return "label"; }
  int64_t length(std::size_t /*image*/) const override { return 7'000; }
  Result<std::vector<uint8_t>> read(std::size_t /*image*/) const override {
    return Status::io("A plan reads no image.");
  }
  std::string fingerprint(std::size_t image) const override {
    const bool changed = !stored_ && image % kStride == 7;
    return path(image) + (changed ? "\t7001\t1700000000" : "\t7000\t1600000000");
  }

 private:
  const bool stored_;
};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "update_bench: %s\n", what);
  std::exit(1);
}

std::vector<ShardManifest> store_inputs(Store& store) {
  const MadeUpSource source(true);
  std::vector<ShardManifest> manifests;
  for (const Shard& shard : plan_shards(kImages, 24)) {
    InputRows rows;
    for (std::size_t image = shard.begin; image < shard.end; ++image) {
      rows.path.push_back(source.path(image));
      rows.stamp.push_back(stamp_of(source.fingerprint(image)));
    }
    ShardManifest manifest;
    manifest.shard = shard;
    manifest.counts.listed = static_cast<int64_t>(shard.size());
    const std::string name = "inputs-" + std::to_string(shard.number) + ".parquet";
    manifest.inputs = write_inputs_part(store, name, rows).value();
    manifests.push_back(std::move(manifest));
  }
  return manifests;
}

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void plan_ten_million(benchmark::State& state) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  const auto manifests = store_inputs(*store);
  const MadeUpSource listing(false);
  const long before = peak_kilobytes();
  for (auto _ : state) {
    const auto plan = plan_update(*store, listing, manifests, CancelToken());
    require(plan.ok(), "the plan fails");
    require(plan->images_added == kEach && plan->images_changed == kEach &&
                plan->images_removed == kEach,
            "the plan finds other changes than were made");
    require(plan->changed.size() == kEach, "the plan touches other shards than changed");
  }
  state.counters["images"] = kImages;
  state.counters["shards"] = static_cast<double>(manifests.size());
  state.SetLabel(std::to_string((peak_kilobytes() - before) / 1024) + " MiB beyond the listing");
}
BENCHMARK(plan_ten_million)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace verger

BENCHMARK_MAIN();

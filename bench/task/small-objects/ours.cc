// SPDX-License-Identifier: Apache-2.0
// verger's side of the measurement; see run.py.
//
//   verger_small_objects PLACE
//
// Lists PLACE, whose images may be loose or packed, and sends them down the road's first half,
// fetching included, to a network that does nothing: what is timed is how fast the road is fed
// ("wall"; "all" with the listing). Prints JSON.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "input/image_source.h"
#include "input/list_input.h"
#include "shards/extract_shards.h"
#include "storage/store.h"

namespace {

using namespace verger;

class NoStream final : public ModelStream {
 public:
  std::span<float> input() override { return tensor_; }
  Status infer(std::span<float> features) override {
    features[0] = tensor_[0];
    return {};
  }

 private:
  std::vector<float> tensor_ = std::vector<float>(kTensorSize);
};

class NoModel final : public Model {
 public:
  const ModelInfo& info() const override { return info_; }
  Result<std::unique_ptr<ModelStream>> open_stream() const override {
    return std::unique_ptr<ModelStream>(std::make_unique<NoStream>());
  }

 private:
  ModelInfo info_ = [] {
    ModelInfo info;
    info.width = 1;
    return info;
  }();
};

class Nowhere final : public ShardSink {
 public:
  Status add(FeatureRows, std::vector<RejectedRow>) override { return {}; }
  Status finish() override { return {}; }
};

// Adds up a number of each image's hash, so that the order of arrival does not matter.
struct Sum {
  void add(const Result<std::vector<uint8_t>>& image) {
    if (!image.ok()) return;
    numbers += std::stoul(sha256_hex(*image).substr(0, 8), nullptr, 16);
    bytes += image->size();
  }

  std::atomic<uint64_t> numbers = 0;
  std::atomic<uint64_t> bytes = 0;
};

class CheckingSink final : public ImageSink {
 public:
  CheckingSink(ImageSink& to, Sum& sum) : to_(to), sum_(sum) {}
  bool reserve(int64_t bytes) override { return to_.reserve(bytes); }
  bool deliver(std::size_t index, Result<std::vector<uint8_t>> bytes) override {
    sum_.add(bytes);
    return to_.deliver(index, std::move(bytes));
  }

 private:
  ImageSink& to_;
  Sum& sum_;
};

class CheckedSource final : public ImageSource {
 public:
  explicit CheckedSource(const ImageSource& source) : source_(source) {}

  std::size_t size() const override { return source_.size(); }
  std::string path(std::size_t image) const override { return source_.path(image); }
  std::string label(std::size_t image) const override { return source_.label(image); }
  int64_t length(std::size_t image) const override { return source_.length(image); }
  std::string fingerprint(std::size_t image) const override { return source_.fingerprint(image); }
  int default_reads_in_flight() const override { return source_.default_reads_in_flight(); }

  Result<std::vector<uint8_t>> read(std::size_t image) const override {
    return source_.read(image);
  }
  std::vector<std::vector<std::size_t>> runs(std::vector<std::size_t> images) const override {
    return source_.runs(std::move(images));
  }
  void read_run(std::span<const std::size_t> run, ImageSink& sink) const override {
    CheckingSink checking(sink, sum);
    source_.read_run(run, checking);
  }

  mutable Sum sum;

 private:
  const ImageSource& source_;
};

Status measure(const char* place) {
  const StorageOptions storage;
  VERGER_ASSIGN_OR_RETURN(const auto store, Store::open(place, storage));
  Observer nobody;
  const CancelToken never;
  const auto listing = std::chrono::steady_clock::now();
  VERGER_ASSIGN_OR_RETURN(const auto input, list_input(store, {}, {never, nobody}));
  const CheckedSource source(*input.images);
  const auto shards = plan_shards(source.size(), 24);
  const WorkerOptions worker{.threads = 2, .reads_in_flight = source.default_reads_in_flight()};
  const OpenSink keep_nothing = [](const Shard&) {
    return std::unique_ptr<ShardSink>(std::make_unique<Nowhere>());
  };
  const auto start = std::chrono::steady_clock::now();
  VERGER_RETURN_IF_ERROR(
      extract_shards(source, shards, NoModel(), worker, never, nobody, keep_nothing));
  const auto end = std::chrono::steady_clock::now();
  const std::chrono::duration<double> wall = end - start;
  const std::chrono::duration<double> all = end - listing;
  std::printf("{\"objects\": %zu, \"bytes\": %zu, \"sum\": %zu, \"wall\": %.6f, \"all\": %.6f}\n",
              source.size(), source.sum.bytes.load(), source.sum.numbers.load(), wall.count(),
              all.count());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Status status = measure(argv[1]);
  close_storage();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}

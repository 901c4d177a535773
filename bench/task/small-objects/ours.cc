// verger's side of the measurement; see run.py.
//
//   verger_small_objects PLACE
//
// Lists PLACE and sends its images down the road's first half, fetching included, to a network that
// does nothing: what is timed is how fast the road is fed. Prints JSON.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "pipeline/extract_shards.h"
#include "pipeline/image_source.h"
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

// Adds up a number of each object's hash, so that the order of arrival does not matter.
class CheckedSource final : public ImageSource {
 public:
  explicit CheckedSource(const ImageSource& source) : source_(source) {}

  std::size_t size() const override { return source_.size(); }
  std::string path(std::size_t image) const override { return source_.path(image); }
  std::string label(std::size_t image) const override { return source_.label(image); }
  int64_t length(std::size_t image) const override { return source_.length(image); }
  std::string fingerprint(std::size_t image) const override { return source_.fingerprint(image); }

  Result<std::vector<uint8_t>> read(std::size_t image) const override {
    auto bytes = source_.read(image);
    if (bytes.ok()) {
      sum_ += std::stoul(sha256_hex(*bytes).substr(0, 8), nullptr, 16);
      bytes_ += bytes->size();
    }
    return bytes;
  }

  mutable std::atomic<uint64_t> sum_ = 0, bytes_ = 0;

 private:
  const ImageSource& source_;
};

Status measure(const char* place) {
  const StorageOptions storage;
  VERGER_ASSIGN_OR_RETURN(const auto store, Store::open(place, storage));
  VERGER_ASSIGN_OR_RETURN(const auto listed, StoreSource::list(store, {}));
  const CheckedSource source(*listed);
  const auto shards = plan_shards(source.size(), 24);
  const WorkerOptions worker{.threads = 2, .reads_in_flight = store->default_reads_in_flight()};
  const auto keep_nothing = [](const ShardResult&) { return Status(); };
  Observer nobody;
  const auto start = std::chrono::steady_clock::now();
  VERGER_RETURN_IF_ERROR(
      extract_shards(source, shards, NoModel(), worker, CancelToken(), nobody, keep_nothing));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::printf("{\"objects\": %zu, \"bytes\": %zu, \"sum\": %zu, \"wall\": %.6f}\n", source.size(),
              source.bytes_.load(), source.sum_.load(), wall.count());
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

// SPDX-License-Identifier: Apache-2.0
#include "bindings/worker_pool.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/cancel.h"
#include "base/parallel.h"
#include "base/status_macros.h"

namespace verger::python {

namespace {

// The whole file, or half a sentence that says why not.
std::optional<std::string> read_file(const std::string& path, std::vector<uint8_t>& bytes) {
  const auto reason = [] { return std::generic_category().message(errno); };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"), [](std::FILE* f) { return std::fclose(f); });
  if (file == nullptr) return reason();
  bytes.clear();
  std::array<uint8_t, 1 << 16> buffer;
  std::size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
  }
  if (std::ferror(file.get()) != 0) return reason();
  return std::nullopt;
}

}  // namespace

struct WorkerPool::Worker {
  Worker(std::unique_ptr<ModelStream> opened, const ImageOptions& options)
      : stream(std::move(opened)), reader(options) {}

  // Fills the stream's input, or says why not.
  std::optional<Rejection> read(NoImage) {
    return Rejection{RejectReason::kUnreadable, "The value is null."};
  }
  std::optional<Rejection> read(std::span<const uint8_t> bytes) {
    return reader.read(bytes, stream->input());
  }
  std::optional<Rejection> read(const ImagePath& image) {
    if (const auto fault = read_file(image.path, file)) {
      return Rejection{RejectReason::kUnreadable, "It cannot be read: " + *fault + "."};
    }
    return read(std::span<const uint8_t>(file));
  }
  std::optional<Rejection> read(const Pixels& image) {
    if (image.width == 0 || image.height == 0) {
      return Rejection{RejectReason::kZeroSize, "The image has no pixels."};
    }
    const RgbImage rgb{image.width, image.height, {image.rgb.begin(), image.rgb.end()}};
    normalise(resize_bicubic(rgb, kImageSide, kImageSide).pixels, stream->input());
    return std::nullopt;
  }

  std::unique_ptr<ModelStream> stream;
  ImageReader reader;
  std::vector<uint8_t> file;
};

WorkerPool::WorkerPool(std::unique_ptr<Model> model, const ImageOptions& options, int threads)
    : model_(std::move(model)), options_(options), threads_(threads) {}

WorkerPool::WorkerResult WorkerPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  VERGER_ASSIGN_OR_RETURN(auto stream, model_->open_stream());
  return std::make_shared<Worker>(std::move(stream), options_);
}

void WorkerPool::give_back(std::shared_ptr<Worker> worker) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

Result<FeatureTable> WorkerPool::featurize(std::size_t count,
                                           const std::function<ImageInput(std::size_t)>& image) {
  FeatureTable table;
  table.width = static_cast<std::size_t>(model_->info().width);
  table.features.resize(count * table.width);
  table.rejections.resize(count);
  const CancelToken never;
  const Status status = parallel_for(count, threads_, never, [&](std::size_t row) -> Status {
    VERGER_ASSIGN_OR_RETURN(auto worker, take());
    auto& rejection = table.rejections[row];
    rejection = std::visit([&](const auto& input) { return worker->read(input); }, image(row));
    Status inferred;
    if (!rejection) {
      inferred = worker->stream->infer({table.features.data() + row * table.width, table.width});
    }
    give_back(std::move(worker));
    return inferred;
  });
  if (!status.ok()) return status;
  return table;
}

}  // namespace verger::python

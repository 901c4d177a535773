// SPDX-License-Identifier: Apache-2.0
// Images of any form → a table of features, on several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/lazy_vector.h"
#include "verger/image.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger::python {

struct NoImage {};  // a null
struct ImagePath {
  std::string path;
};
struct Pixels {
  int width = 0;
  int height = 0;
  std::span<const uint8_t> rgb;  // width · height · 3, row-major
};
// Spans are borrowed for the call.
using ImageInput = std::variant<NoImage, std::span<const uint8_t>, ImagePath, Pixels>;

// A row an image, in their order.
struct FeatureTable {
  std::size_t width = 0;
  LazyVector<float> features;  // rows × width; unset where the row was rejected
  std::vector<std::optional<Rejection>> rejections;  // by row
};

// A model and its streams, kept between calls. Thread-safe: each image in work has a stream of its
// own, however many calls there are at once.
class WorkerPool {
 public:
  WorkerPool(std::unique_ptr<Model> model, const ImageOptions& options, int threads);

  const Model& model() const { return *model_; }
  int threads() const { return threads_; }

  // image(i) is asked for once for each row, from any thread. An image's features do not depend on
  // the others. A Status error means that the network itself failed.
  Result<FeatureTable> featurize(std::size_t count,
                                 const std::function<ImageInput(std::size_t)>& image);

 private:
  struct Worker;
  using WorkerResult = Result<std::shared_ptr<Worker>>;

  WorkerResult take();
  void give_back(std::shared_ptr<Worker> worker);

  const std::unique_ptr<Model> model_;
  const ImageOptions options_;
  const int threads_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Worker>> idle_;
};

}  // namespace verger::python

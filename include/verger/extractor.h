// SPDX-License-Identifier: Apache-2.0
// Photograph bytes → features, one image at a time on one thread: read the image, run the network.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "verger/export.h"
#include "verger/image.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/status.h"

namespace VERGER_EXPORT verger {

// Images seen, and the time that they took: the CPU time of this thread to read them, and how long
// it waited for the network, which may compute on threads of its own.
struct ExtractTimes {
  int64_t images = 0;
  int64_t read_ns = 0;   // decode, resize, normalise; CPU time, nanoseconds
  int64_t infer_ns = 0;  // the network; wall time, nanoseconds

  ExtractTimes& operator+=(const ExtractTimes& other) {
    images += other.images;
    read_ns += other.read_ns;
    infer_ns += other.infer_ns;
    return *this;
  }
};

// Not thread-safe: one a thread. The Model must outlive it.
class Extractor {
 public:
  static Result<std::unique_ptr<Extractor>> create(const Model& model, const ImageOptions& options);

  // Writes the image's features (Model::info().width floats), or returns why it has none. A Status
  // error means that the network itself failed.
  Result<std::optional<Rejection>> extract(std::span<const uint8_t> bytes,
                                           std::span<float> features);

  const ExtractTimes& times() const { return times_; }

 private:
  Extractor(std::unique_ptr<ModelStream> stream, const ImageOptions& options);

  std::unique_ptr<ModelStream> stream_;
  ImageReader reader_;
  ExtractTimes times_;
};

}  // namespace verger

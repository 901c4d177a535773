// SPDX-License-Identifier: Apache-2.0
#include "verger/extractor.h"

#include <chrono>
#include <ctime>
#include <utility>

#include "base/status_macros.h"

namespace verger {

namespace {

int64_t thread_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

Result<std::unique_ptr<Extractor>> Extractor::create(const Model& model,
                                                     const ImageOptions& options) {
  VERGER_ASSIGN_OR_RETURN(auto stream, model.open_stream());
  return std::unique_ptr<Extractor>(new Extractor(std::move(stream), options));
}

Extractor::Extractor(std::unique_ptr<ModelStream> stream, const ImageOptions& options)
    : stream_(std::move(stream)), reader_(options) {}

Result<std::optional<Rejection>> Extractor::extract(std::span<const uint8_t> bytes,
                                                    std::span<float> features) {
  const int64_t start = thread_cpu_ns();
  std::optional<Rejection> rejection = reader_.read(bytes, stream_->input());
  times_.images += 1;
  times_.read_ns += thread_cpu_ns() - start;
  if (rejection) return rejection;
  const auto infer_start = std::chrono::steady_clock::now();
  VERGER_RETURN_IF_ERROR(stream_->infer(features));
  const auto inferred = std::chrono::steady_clock::now() - infer_start;
  times_.infer_ns += std::chrono::duration_cast<std::chrono::nanoseconds>(inferred).count();
  return rejection;
}

}  // namespace verger

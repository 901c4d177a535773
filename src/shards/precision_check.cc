// SPDX-License-Identifier: Apache-2.0
#include "shards/precision_check.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/status_macros.h"
#include "verger/extractor.h"

namespace verger {

namespace {

constexpr std::size_t kSampleImages = 32;

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0;
  double a_squared = 0;
  double b_squared = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += double{a[i]} * double{b[i]};
    a_squared += double{a[i]} * double{a[i]};
    b_squared += double{b[i]} * double{b[i]};
  }
  if (a_squared == 0 || b_squared == 0) return a_squared == b_squared ? 1 : 0;
  return product / std::sqrt(a_squared * b_squared);
}

// The least CPU time of a few inferences, in nanoseconds: what else the machine does is not in it.
Result<double> least_time(const Model& model) {
  constexpr int kInferences = 5;
  VERGER_ASSIGN_OR_RETURN(const auto stream, model.open_stream());
  std::ranges::fill(stream->input(), 0.5F);
  std::vector<float> features(static_cast<std::size_t>(model.info().width));
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  };
  double least = std::numeric_limits<double>::max();
  for (int i = 0; i < kInferences; ++i) {
    const double start = now();
    VERGER_RETURN_IF_ERROR(stream->infer(features));
    least = std::min(least, now() - start);
  }
  return least;
}

}  // namespace

Result<RunRecord::PrecisionCheck> check_precision(const ImageSource& source, const Model& model,
                                                  const Model& reference,
                                                  const ImageOptions& options) {
  VERGER_ASSIGN_OR_RETURN(const auto extractor, Extractor::create(model, options));
  VERGER_ASSIGN_OR_RETURN(const auto exact, Extractor::create(reference, options));
  std::vector<float> features(static_cast<std::size_t>(model.info().width));
  std::vector<float> expected(features.size());
  std::vector<double> cosines;
  const std::size_t samples = std::min(kSampleImages, source.size());
  for (std::size_t i = 0; i < samples; ++i) {
    const auto bytes = source.read(i * source.size() / samples);
    if (!bytes.ok()) continue;
    VERGER_ASSIGN_OR_RETURN(const auto rejection, extractor->extract(*bytes, features));
    if (rejection) continue;
    VERGER_ASSIGN_OR_RETURN(const auto also, exact->extract(*bytes, expected));
    if (!also) cosines.push_back(cosine(features, expected));
  }
  if (cosines.empty()) return RunRecord::PrecisionCheck{};
  std::sort(cosines.begin(), cosines.end());
  VERGER_ASSIGN_OR_RETURN(const double time, least_time(model));
  VERGER_ASSIGN_OR_RETURN(const double exact_time, least_time(reference));
  return RunRecord::PrecisionCheck{.images = static_cast<int64_t>(cosines.size()),
                                   .lowest_cosine = cosines.front(),
                                   .median_cosine = cosines[cosines.size() / 2],
                                   .speed = exact_time / time};
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// MobileNetV2's milliseconds an image on one stream, and on as many streams as there are cores.
// Keras' features of one image are compared first.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include "verger/image.h"
#include "verger/model.h"
#include "verger/options.h"

namespace verger {
namespace {

// From tests/golden/features/features.json: every 41st feature of image 0 from the fourth on.
constexpr uint64_t kSeed = 20201;
constexpr std::size_t kFirst = 3;
constexpr std::size_t kStep = 41;
constexpr std::array<float, 6> kKeras = {1.85458064F, 0.363253653F, 1.33902681F,
                                         2.15622044F, 2.49933672F,  3.96996427F};
constexpr float kBound = 2e-5F * 6;  // The bound is relative to the largest feature, which is 6.

// Image 0 of make_features.py.
void fill(std::span<float> tensor) {
  std::size_t i = 0;
  for (int row = 0; row < kImageSide; ++row) {
    for (int column = 0; column < kImageSide; ++column) {
      for (int channel = 0; channel < 3; ++channel) {
        const int squares = (row / 8) * (column / 8) * 37;
        const int value = row * 2 + column * (1 + channel) + squares + row * column / 32;
        tensor[i++] = static_cast<float>(value % 256) / 127.5F - 1.0F;
      }
    }
  }
}

const Model& model() {
  static const auto model =
      untrained_mobilenet_v2(kSeed, Precision::kF32, default_threads()).value();
  return *model;
}

bool answer_is_right() {
  const auto stream = std::move(model().open_stream().value());
  fill(stream->input());
  std::vector<float> features(static_cast<std::size_t>(model().info().width));
  if (!stream->infer(features).ok()) return false;
  for (std::size_t i = 0; i < kKeras.size(); ++i) {
    if (!(std::abs(features[kFirst + i * kStep] - kKeras[i]) <= kBound)) return false;
  }
  return true;
}

void infer(benchmark::State& state) {
  const auto stream = std::move(model().open_stream().value());
  fill(stream->input());
  std::vector<float> features(static_cast<std::size_t>(model().info().width));
  for (auto _ : state) {
    if (!stream->infer(features).ok()) state.SkipWithError("the network failed");
    benchmark::DoNotOptimize(features.data());
  }
  state.SetItemsProcessed(state.iterations());
}

// From weights in memory to a network that is ready.
void load(benchmark::State& state) {
  for (auto _ : state) {
    auto loaded = untrained_mobilenet_v2(kSeed, Precision::kF32, 1);
    benchmark::DoNotOptimize(loaded);
  }
}

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  if (!verger::answer_is_right()) {
    std::fputs("model_bench: the features are not those of Keras\n", stderr);
    return 1;
  }
  const auto timed = [](benchmark::internal::Benchmark* bench) {
    bench->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  timed(benchmark::RegisterBenchmark("infer", verger::infer)->Threads(1));
  const int threads = verger::default_threads();
  if (threads > 1) timed(benchmark::RegisterBenchmark("infer", verger::infer)->Threads(threads));
  timed(benchmark::RegisterBenchmark("load", verger::load));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

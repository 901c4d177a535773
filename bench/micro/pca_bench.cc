// SPDX-License-Identifier: Apache-2.0
// verger's product beside OpenBLAS' on one thread, and the processor's peak. The answers are
// compared first. The peak is that of one tile whose panels stay in the nearest cache: loading,
// multiplying and adding without waiting for memory.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "pca/product.h"
#include "verger/pca.h"

#define VERGER_BLAS_JOIN_INNER(prefix, name) prefix##name
#define VERGER_BLAS_JOIN(prefix, name) VERGER_BLAS_JOIN_INNER(prefix, name)
#define VERGER_BLAS(name) VERGER_BLAS_JOIN(VERGER_BLAS_PREFIX, name)

extern "C" {
void VERGER_BLAS(openblas_set_num_threads)(int threads);
void VERGER_BLAS(cblas_dsyrk)(int order, int triangle, int transpose, int n, int depth,
                              double alpha, const double* a, int a_stride, double beta, double* c,
                              int c_stride);
}

namespace verger {
namespace {

constexpr std::size_t kWidth = 1280;
constexpr std::size_t kDepth = 257;
constexpr std::size_t kRows = 960;  // A shard has this many rows.
constexpr int kComponents = 558;

const std::vector<double>& values() {
  static const std::vector<double> values = [] {
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    std::vector<double> made(kDepth * kWidth);
    for (double& value : made) value = normal(random);
    return made;
  }();
  return values;
}

void set_rate(benchmark::State& state, std::size_t multiply_adds) {
  state.counters["FMA/s"] = benchmark::Counter(static_cast<double>(multiply_adds),
                                               benchmark::Counter::kIsIterationInvariantRate);
}

// With panels that live on, as those of Moments do.
class Multiplier {
 public:
  void multiply(std::vector<double>& upper) {
    left_.pack(values().data(), kWidth, kDepth, kWidth);
    right_.pack(values().data(), kWidth, kDepth, kWidth);
    add_product(tile_, left_, right_, ProductTarget::upper(upper.data(), kWidth));
  }

 private:
  const ProductTile& tile_ = *product_tiles().front();
  Panels left_{tile_.rows};
  Panels right_{tile_.columns};
};

void multiply_by_openblas(std::vector<double>& full) {
  constexpr int kRowMajor = 101;
  constexpr int kUpper = 121;
  constexpr int kTransposed = 112;
  VERGER_BLAS(cblas_dsyrk)(kRowMajor, kUpper, kTransposed, kWidth, kDepth, 1, values().data(),
                           kWidth, 1, full.data(), kWidth);
}

void peak(benchmark::State& state) {
  const ProductTile& tile = *product_tiles().front();
  Panels left(tile.rows);
  Panels right(tile.columns);
  left.pack(values().data(), kWidth, kDepth, tile.rows);
  right.pack(values().data(), kWidth, kDepth, tile.columns);
  AlignedBuffer sums(tile.rows * tile.columns);
  for ([[maybe_unused]] const auto _ : state) {
    tile.run(left.panel(0), right.panel(0), kDepth, sums.data());
    benchmark::ClobberMemory();
  }
  state.SetLabel(tile.name);
  set_rate(state, kDepth * tile.rows * tile.columns);
}
BENCHMARK(peak)->Name("peak");

void moment_block(benchmark::State& state) {
  std::vector<double> upper(kWidth * (kWidth + 1) / 2);
  Multiplier multiplier;
  for ([[maybe_unused]] const auto _ : state) multiplier.multiply(upper);
  set_rate(state, kDepth * upper.size());
}
BENCHMARK(moment_block)->Name("moments/product/verger")->Unit(benchmark::kMillisecond);

void moment_block_openblas(benchmark::State& state) {
  std::vector<double> full(kWidth * kWidth);
  for ([[maybe_unused]] const auto _ : state) multiply_by_openblas(full);
  set_rate(state, kDepth * kWidth * (kWidth + 1) / 2);
}
BENCHMARK(moment_block_openblas)->Name("moments/product/OpenBLAS")->Unit(benchmark::kMillisecond);

std::vector<float> feature_rows() {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> rows(kRows * kWidth);
  for (float& value : rows) value = normal(random);
  return rows;
}

void moments_of_shard(benchmark::State& state) {
  const auto rows = feature_rows();
  for ([[maybe_unused]] const auto _ : state) {
    Moments moments(kWidth);
    if (!moments.add(rows).ok()) state.SkipWithError("rows refused");
    benchmark::DoNotOptimize(moments.count());
  }
  set_rate(state, kRows * kWidth * (kWidth + 1) / 2);
}
BENCHMARK(moments_of_shard)->Name("moments/shard")->Unit(benchmark::kMillisecond);

void fit(benchmark::State& state) {
  Moments moments(kWidth);
  const auto rows = feature_rows();
  if (!moments.add(rows).ok()) return state.SkipWithError("rows refused");
  for ([[maybe_unused]] const auto _ : state)
    benchmark::DoNotOptimize(fit_pca(moments, {.components = kComponents}).ok());
}
BENCHMARK(fit)->Name("fit")->Unit(benchmark::kMillisecond);

void project_shard(benchmark::State& state) {
  const auto rows = feature_rows();
  PcaModel model;
  model.width = kWidth;
  model.k = kComponents;
  model.mean.assign(kWidth, 0.1);
  model.deviation.assign(kWidth, 0.9);
  model.components.assign(static_cast<std::size_t>(kComponents) * kWidth, 0.5);
  std::vector<double> projected(kRows * kComponents);
  for ([[maybe_unused]] const auto _ : state) {
    project(model, rows, projected);
    benchmark::ClobberMemory();
  }
  set_rate(state, kRows * kWidth * kComponents);
}
BENCHMARK(project_shard)->Name("project/shard")->Unit(benchmark::kMillisecond);

bool answers_agree() {
  std::vector<double> upper(kWidth * (kWidth + 1) / 2);
  std::vector<double> full(kWidth * kWidth);
  Multiplier().multiply(upper);
  multiply_by_openblas(full);
  double largest = 0;
  for (std::size_t i = 0, at = 0; i < kWidth; ++i) {
    for (std::size_t j = i; j < kWidth; ++j, ++at) {
      largest = std::max(largest, std::abs(upper[at] - full[i * kWidth + j]));
    }
  }
  std::printf("largest difference from OpenBLAS: %.2g\n", largest);
  return largest < 1e-10;
}

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  VERGER_BLAS(openblas_set_num_threads)(1);
  if (!verger::answers_agree()) return 1;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// What a row costs on its way to and from a part file, fsync included; labelled with its size.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "micro/feature_rows.h"
#include "parquet/features_part.h"
#include "parquet/pca_part.h"
#include "parquet/tables.h"
#include "storage/scratch_folder.h"
#include "storage/store.h"
#include "verger/pca.h"

namespace {

using verger::FeatureRows;
using verger::kRows;
using verger::kWidth;
using verger::Layout;
using verger::made_up_features;
using verger::PcaModel;
using verger::ScratchFolder;
using verger::Store;

constexpr std::size_t kComponents = 558;

PcaModel model() {
  PcaModel model;
  model.width = kWidth;
  model.k = kComponents;
  model.count = kRows;
  model.mean.assign(kWidth, 0.3);
  model.deviation.assign(kWidth, 0.4);
  model.eigenvalues.assign(kWidth, 1.0);
  std::mt19937 random(2);
  std::normal_distribution<double> loading(0.0, 1.0 / 36);
  for (std::size_t i = 0; i < kComponents * kWidth; ++i) {
    model.components.push_back(loading(random));
  }
  return model;
}

// `write(store)` writes one part of kRows rows.
template <class Write>
void measure(benchmark::State& state, const Write& write) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  int64_t bytes = 0;
  for (auto _ : state) {
    const auto part = write(*store);
    if (!part.ok()) return state.SkipWithError(part.error().message().c_str());
    bytes = part->bytes;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
  state.SetLabel(std::to_string(bytes / static_cast<int64_t>(kRows)) + " bytes a row");
}

void write_features(benchmark::State& state) {
  const FeatureRows rows = made_up_features();
  measure(state, [&](auto& store) { return write_features_part(store, "part", rows); });
}

void write_pca(benchmark::State& state) {
  const FeatureRows rows = made_up_features();
  const PcaModel fitted = model();
  measure(state, [&](auto& store) {
    return write_pca_part(store, "part", Layout::kTables, rows, fitted);
  });
}

void write_notebook_pca(benchmark::State& state) {
  const FeatureRows rows = made_up_features();
  const PcaModel fitted = model();
  measure(state, [&](auto& store) {
    return write_pca_part(store, "part", Layout::kNotebook, rows, fitted);
  });
}

void read_features(benchmark::State& state) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  if (!write_features_part(*store, "part", made_up_features()).ok()) std::abort();
  for (auto _ : state) {
    const auto rows = read_features_part(*store, "part", kWidth);
    if (!rows.ok()) return state.SkipWithError(rows.error().message().c_str());
    benchmark::DoNotOptimize(rows->features.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}

BENCHMARK(write_features)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(write_pca)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(write_notebook_pca)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(read_features)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace

BENCHMARK_MAIN();

// SPDX-License-Identifier: Apache-2.0
// What it costs that a run asks, before each file becomes visible, whether it holds its output
// still: a part of 945 rows of features, written to a folder that is held and to one that is not,
// in turns. The two files are the same bytes. Labelled with the files written. And what it costs to
// sort out a listing's names and to count by reason what is passed over, a tenth of them.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "micro/cpu_time.h"
#include "micro/feature_rows.h"
#include "output/lease.h"
#include "parquet/features_part.h"
#include "parquet/tables.h"
#include "plan/selection.h"
#include "storage/scratch_folder.h"
#include "storage/store.h"

namespace verger {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fence_bench: %s\n", what);
  std::exit(1);
}

std::string content(const ScratchFolder& folder) {
  std::ifstream file(folder.path() / "part", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_a_part(benchmark::State& state) {
  const FeatureRows rows = made_up_features();
  const ScratchFolder free_folder;
  const ScratchFolder held_folder;
  const auto free_store = Store::open(free_folder.path().string()).value();
  auto held_store =
      hold_output(Store::open(held_folder.path().string()).value(), "bench", CancelToken()).value();
  const auto write = [&](Store& store) {
    require(write_features_part(store, "part", rows).ok(), "a part cannot be written");
  };
  double free_ms = 0;
  double held_ms = 0;
  int64_t files = 0;
  for (auto _ : state) {
    free_ms += timed([&] { write(*free_store); });
    held_ms += timed([&] { write(*held_store); });
    ++files;
  }
  require(content(free_folder) == content(held_folder), "the two files differ");
  state.counters["held / free"] = held_ms / free_ms;
  state.counters["us a row"] = 1e3 * free_ms / static_cast<double>(files) / kRows;
  state.SetLabel(std::to_string(files) + " files each");
}
void sort_out_names(benchmark::State& state) {
  constexpr int kNames = 10'000;
  std::vector<std::string> names;
  for (int i = 0; i < kNames; ++i) {
    const char* ending = i % 10 == 0 ? ".heic" : ".jpg";
    names.push_back("Apple Red 1/photograph_" + std::to_string(i) + ending);
  }
  double ms = 0;
  int64_t rounds = 0;
  for (auto _ : state) {
    Selection selection(InputOptions{});
    ms += timed([&] {
      for (const std::string& name : names) benchmark::DoNotOptimize(selection.take(name));
    });
    const PassedOver& passed_over = selection.passed_over();
    require(passed_over.by_reason.at("other-kind") == kNames / 10, "another number is counted");
    require(passed_over.kinds.at(".heic") == kNames / 10, "other kinds are counted");
    ++rounds;
  }
  state.counters["us a name"] = 1e3 * ms / static_cast<double>(rounds * kNames);
}
BENCHMARK(sort_out_names)->Unit(benchmark::kMillisecond);

BENCHMARK(write_a_part)->Unit(benchmark::kMillisecond)->MinTime(10)->Repetitions(5);

}  // namespace
}  // namespace verger

BENCHMARK_MAIN();

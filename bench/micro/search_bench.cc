// SPDX-License-Identifier: Apache-2.0
// The nearest ten of 10^5 rows of 558 components, in memory: exactly and by the index. The answers
// are compared first: the exact ones with a float64 loop over all rows, the index's by its recall.
//
// The rows are made up: clusters of a hundred, near each other within, as a class of photographs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <vector>

#include "search/all_pairs.h"
#include "search/nearest.h"
#include "search/nearest_index.h"

namespace verger {
namespace {

constexpr std::size_t kRows = 100'000;
constexpr std::size_t kWidth = 558;
constexpr std::size_t kCluster = 100;
constexpr std::size_t kQueries = 200;
constexpr std::size_t kNeighbors = 10;

SearchTable make_table(std::size_t rows, unsigned seed) {
  SearchTable table;
  table.width = kWidth;
  table.path.resize(rows);
  table.label.resize(rows);
  table.unit.resize(rows * kWidth);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centre(kWidth);
  for (std::size_t row = 0; row < rows; ++row) {
    // As in a spectrum, the later components are smaller.
    const auto scale = [](std::size_t i) { return 1 / (1 + 0.03F * static_cast<float>(i)); };
    if (row % kCluster == 0) {
      for (std::size_t i = 0; i < kWidth; ++i) centre[i] = scale(i) * normal(random);
    }
    const std::span<float> vector(table.unit.data() + row * kWidth, kWidth);
    for (std::size_t i = 0; i < kWidth; ++i) {
      vector[i] = centre[i] + 0.7F * scale(i) * normal(random);
    }
    scale_to_unit(vector);
  }
  return table;
}

const SearchTable& table() {
  static const SearchTable made = make_table(kRows, 1);
  return made;
}

const RowHeads& heads() {
  static const RowHeads made(table().unit, kWidth);
  return made;
}

// Rows of the table, each a little changed.
const std::vector<float>& queries() {
  static const std::vector<float> made = [] {
    std::mt19937 random(2);
    std::normal_distribution<float> normal;
    std::vector<float> all;
    for (std::size_t query = 0; query < kQueries; ++query) {
      const auto row = table().row(query * (kRows / kQueries) + 3);
      std::vector<float> vector(row.begin(), row.end());
      for (float& x : vector) x += 0.02F * normal(random);
      scale_to_unit(vector);
      all.insert(all.end(), vector.begin(), vector.end());
    }
    return all;
  }();
  return made;
}

std::span<const float> query(std::size_t number) {
  return std::span(queries()).subspan(number % kQueries * kWidth, kWidth);
}

const NearestIndex& index() {
  static const NearestIndex built = [] {
    Observer observer;
    const auto start = std::chrono::steady_clock::now();
    auto made = NearestIndex::build(table(), 2, {}, observer);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("index of %zu rows built by 2 threads in %.1f s\n", kRows, time.count());
    return std::move(made).value();
  }();
  return built;
}

double float64_cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

void check_exact() {
  for (std::size_t number = 0; number < 20; ++number) {
    const auto neighbours = find_nearest(table(), heads(), query(number), kNeighbors);
    std::vector<double> cosines;
    for (std::size_t row = 0; row < kRows; ++row) {
      cosines.push_back(float64_cosine(query(number), table().row(row)));
    }
    std::ranges::partial_sort(cosines, cosines.begin() + kNeighbors, std::greater());
    for (std::size_t i = 0; i < kNeighbors; ++i) {
      if (std::abs(double{neighbours[i].cosine} - cosines[i]) < 1e-5) continue;
      std::fprintf(stderr, "wrong neighbour %zu of query %zu\n", i, number);
      std::exit(1);
    }
  }
  std::printf("exact search: the answers are those of a float64 loop\n");
}

void check_recall() {
  std::size_t recalled = 0;
  for (std::size_t number = 0; number < kQueries; ++number) {
    std::set<std::size_t> rows;
    const auto exact = find_nearest(table(), heads(), query(number), kNeighbors);
    const auto neighbours = index().find(query(number), kNeighbors).value();
    for (const Neighbour& neighbour : neighbours) rows.insert(neighbour.row);
    for (const Neighbour& neighbour : exact) recalled += rows.count(neighbour.row);
  }
  const double recall = static_cast<double>(recalled) / (kQueries * kNeighbors);
  std::printf("index: recall at %zu of %.4f\n", kNeighbors, recall);
  if (recall < 0.95) std::exit(1);
}

void exact_search(benchmark::State& state) {
  std::size_t number = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(find_nearest(table(), heads(), query(number++), kNeighbors));
  }
}
BENCHMARK(exact_search)->Unit(benchmark::kMillisecond);

void index_search(benchmark::State& state) {
  std::size_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(index().find(query(number++), kNeighbors));
}
BENCHMARK(index_search)->Unit(benchmark::kMillisecond);

// One strip of the comparison of all rows with all; the similarity in hundredths.
void alike_strip(benchmark::State& state) {
  const AllPairs pairs(table());
  const std::vector<uint8_t> none(kRows, 0);
  const double similarity = static_cast<double>(state.range(0)) / 100;
  for (auto _ : state) benchmark::DoNotOptimize(pairs.find(none, 0, similarity, 1, {}));
}
BENCHMARK(alike_strip)->Arg(10)->Arg(90)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  verger::check_exact();
  verger::check_recall();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// An approximate index of nearest rows, for tables too large to compare with every row.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/observer.h"
#include "search/nearest.h"
#include "search/table.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Tables of more rows than this are searched by an index.
inline constexpr std::size_t kExactRows = 100'000;

// Where an output keeps its index (docs/formats.md).
inline constexpr std::string_view kIndexName = "_verger/search/index.hnsw";
inline constexpr std::string_view kIndexRecordName = "_verger/search/index.json";

// Hierarchical navigable small worlds (Malkov and Yashunin 2018) by hnswlib: M = 16,
// ef_construction = 200, and ef = 400 at least in a search. It holds the vectors, so a search needs
// no table of them. Rows are inserted by several threads, so that the graph, and with it which few
// neighbours are missed, may differ between two builds; built by one thread it does not. Immutable;
// find() is thread-safe.
class NearestIndex {
 public:
  ~NearestIndex();
  NearestIndex(NearestIndex&&) noexcept;
  NearestIndex& operator=(NearestIndex&&) noexcept;

  // Tells the observer of the stage "index".
  static Result<NearestIndex> build(const SearchTable& table, int threads,
                                    const CancelToken& cancel, Observer& observer);

  // Whether `output` keeps an index of the table that `searched` describes.
  static Result<bool> is_current(const Store& output, const SearchedOutput& searched);
  // Reads that index. kIo when it is damaged: its SHA-256 is checked first.
  static Result<NearestIndex> load(const Store& output, const SearchedOutput& searched);
  // Writes it, its record last.
  Status save(Store& output, const SearchedOutput& searched) const;

  // The nearest rows of a vector of length 1, nearest first, as find_nearest().
  Result<std::vector<Neighbour>> find(std::span<const float> query, std::size_t neighbors) const;

  // The vector of a row.
  Result<std::vector<float>> row(std::size_t number) const;

  std::size_t size() const;

 private:
  struct Graph;
  explicit NearestIndex(std::unique_ptr<Graph> graph);

  std::unique_ptr<Graph> graph_;
};

// Reads the vectors that an index holds, which must outlive it.
ReadRow read_row_of(const NearestIndex& index);

}  // namespace verger

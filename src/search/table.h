// SPDX-License-Identifier: Apache-2.0
// The rows that are searched: a pca table in memory, each row scaled to length 1.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/lazy_vector.h"
#include "output/run_record.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// unit.size() == path.size() * width, row-major. A row of zeros stays so: its cosine with any other
// is 0. Immutable while it is searched, which many threads may do.
struct SearchTable {
  std::vector<std::string> path;
  std::vector<std::string> label;
  LazyVector<float> unit;
  std::size_t width = 0;

  std::size_t size() const { return path.size(); }
  std::span<const float> row(std::size_t number) const {
    return {unit.data() + number * width, width};
  }
};

// Gives the vector of a row of a table, of length 1: `vector` has width floats. Thread-safe.
using ReadRow = std::function<Status(std::size_t row, std::span<float> vector)>;

// Reads a table with vectors, which must outlive it.
ReadRow read_row_of(const SearchTable& table);

// With fewer components than this, many rows point the same way by chance.
inline constexpr std::size_t kFewestComponents = 8;

// Numbers of at most `most` of `total` rows, ascending, spread evenly over them.
std::vector<std::size_t> spread_rows(std::size_t total, std::size_t most);
// Is `row` one of those?
bool is_spread_row(std::size_t row, std::size_t total, std::size_t most);

// Divides the vector by its Euclidean length, which is summed in float64.
void scale_to_unit(std::span<float> vector);

// A finished result: what its run recorded, and its pca table's parts.
struct SearchedOutput {
  RunRecord run;
  ReductionRecord reduction;
  std::string reduction_sha256;  // what _verger/reduction.json hashes to: another table has another

  // Names this state of the result among its others: 16 hex digits.
  std::string name() const { return reduction_sha256.substr(0, 16); }
  std::size_t rows() const;
  std::size_t width() const { return static_cast<std::size_t>(run.reduction->k); }
};

// kIo when `output` holds no result, one that did not finish, or one without a pca table.
Result<SearchedOutput> open_searched_output(const Store& output);

// Reads the pca table, of either layout, in the order of its parts, on `threads` threads (at
// least 1). With `vectors` false only paths and labels; `unit` stays empty. A part of other rows
// than recorded is kIo.
Result<SearchTable> read_search_table(const Store& output, const SearchedOutput& searched,
                                      bool vectors, int threads, const CancelToken& cancel);

}  // namespace verger

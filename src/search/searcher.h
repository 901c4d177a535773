// SPDX-License-Identifier: Apache-2.0
// Nearest rows of an output: exactly while it is small, by its index when it is large.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/cancel.h"
#include "base/observer.h"
#include "base/user_folders.h"
#include "search/familiarity.h"
#include "search/nearest.h"
#include "search/nearest_index.h"
#include "search/row_heads.h"
#include "search/table.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct SearcherOptions {
  bool familiarity = true;  // is it asked what is familiar?
  std::size_t exact_rows = kExactRows;
  // Where what cannot be kept in an output is kept instead, by the result's name: a folder, or ""
  // for nowhere.
  std::string cache = cache_folder();
};

// Immutable once open; find() is thread-safe.
class Searcher {
 public:
  // Reads the table; of one of more than `exact_rows` rows its index instead, which is built, and
  // kept in the output, when there is none of this table; and so it is done with what is familiar,
  // if that is asked for. An output that cannot be written is searched all the same: what was made
  // is kept in the cache. The observer is told where neither keeps it.
  static Result<Searcher> open(Store& output, int threads, const CancelToken& cancel,
                               Observer& observer, const SearcherOptions& options = {});

  const SearchedOutput& searched() const { return searched_; }
  const SearchTable& table() const { return table_; }  // with an index no vectors
  const NearestIndex* index() const { return index_ ? &*index_ : nullptr; }
  // Null where the table is too small to tell, or it was not asked for.
  const Familiarity* familiarity() const { return familiarity_ ? &*familiarity_ : nullptr; }

  // The row of this path, as the table shows it.
  std::optional<std::size_t> row_of(const std::string& path) const;
  // The vector of a row, of length 1.
  Result<std::vector<float>> vector_of(std::size_t row) const;

  // Familiarity::judge() of a photograph with this vector of length 1 and these neighbours, nearest
  // first; nothing where it cannot be told.
  Result<std::optional<Verdict>> judge(std::span<const float> unit,
                                       std::span<const Neighbour> neighbours) const;

  // As find_nearest() of nearest.h.
  Result<std::vector<Neighbour>> find(std::span<const float> query, std::size_t neighbors) const;

 private:
  Searcher(SearchedOutput searched, SearchTable table);

  SearchedOutput searched_;
  SearchTable table_;
  std::unordered_map<std::string_view, std::size_t> rows_;  // by path; borrows the table's
  std::optional<RowHeads> heads_;                           // without an index
  std::optional<NearestIndex> index_;
  std::optional<Familiarity> familiarity_;
};

}  // namespace verger

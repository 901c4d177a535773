// SPDX-License-Identifier: Apache-2.0
#include "search/searcher.h"

#include <utility>

#include "base/status_macros.h"

namespace verger {

namespace {

Result<NearestIndex> make_index(Store& output, const SearchedOutput& searched,
                                const SearchTable& table, int threads, const CancelToken& cancel,
                                Observer& observer) {
  observer.note("Building the index of nearest rows, once for this table.");
  VERGER_ASSIGN_OR_RETURN(auto index, NearestIndex::build(table, threads, cancel, observer));
  if (const Status saved = index.save(output, searched); !saved.ok()) {
    observer.warning("The index is not kept for the next search: " + saved.message());
  }
  return index;
}

Result<std::optional<Familiarity>> make_familiarity(Store& output, const SearchedOutput& searched,
                                                    const SearchTable& table, int threads,
                                                    const CancelToken& cancel, Observer& observer) {
  VERGER_ASSIGN_OR_RETURN(auto made, measure_familiarity(table, threads, cancel));
  if (!made) return made;
  if (const Status saved = made->save(output, searched); !saved.ok()) {
    observer.warning("What is familiar is not kept for the next search: " + saved.message());
  }
  return made;
}

}  // namespace

Searcher::Searcher(SearchedOutput searched, SearchTable table)
    : searched_(std::move(searched)), table_(std::move(table)) {
  rows_.reserve(table_.size());
  for (std::size_t row = 0; row < table_.size(); ++row) rows_.emplace(table_.path[row], row);
}

Result<Searcher> Searcher::open(Store& output, int threads, const CancelToken& cancel,
                                Observer& observer, std::size_t exact_rows) {
  VERGER_ASSIGN_OR_RETURN(SearchedOutput searched, open_searched_output(output));
  const bool exact = searched.rows() <= exact_rows;
  VERGER_ASSIGN_OR_RETURN(auto familiarity, Familiarity::load(output, searched));
  std::optional<NearestIndex> index;
  if (!exact) {
    VERGER_ASSIGN_OR_RETURN(const bool current, NearestIndex::is_current(output, searched));
    if (current) {
      VERGER_ASSIGN_OR_RETURN(index, NearestIndex::load(output, searched));
    }
  }
  const bool vectors = exact || !index || !familiarity;
  VERGER_ASSIGN_OR_RETURN(SearchTable table,
                          read_search_table(output, searched, vectors, threads, cancel));
  if (!familiarity) {
    VERGER_ASSIGN_OR_RETURN(familiarity,
                            make_familiarity(output, searched, table, threads, cancel, observer));
  }
  if (!exact) {
    if (!index) {
      VERGER_ASSIGN_OR_RETURN(index,
                              make_index(output, searched, table, threads, cancel, observer));
    }
    table.unit = {};
  }
  Searcher searcher(std::move(searched), std::move(table));
  searcher.index_ = std::move(index);
  searcher.familiarity_ = std::move(familiarity);
  return searcher;
}

std::optional<std::size_t> Searcher::row_of(const std::string& path) const {
  const auto entry = rows_.find(path);
  if (entry == rows_.end()) return std::nullopt;
  return entry->second;
}

Result<std::vector<float>> Searcher::vector_of(std::size_t row) const {
  if (index_) return index_->row(row);
  const auto vector = table_.row(row);
  return std::vector<float>(vector.begin(), vector.end());
}

Result<std::vector<std::vector<Neighbour>>> Searcher::find(std::span<const float> queries,
                                                           std::size_t neighbors) const {
  if (!index_) return find_nearest(table_, queries, neighbors);
  std::vector<std::vector<Neighbour>> neighbours;
  for (std::size_t at = 0; at < queries.size(); at += table_.width) {
    VERGER_ASSIGN_OR_RETURN(auto nearest,
                            index_->find(queries.subspan(at, table_.width), neighbors));
    neighbours.push_back(std::move(nearest));
  }
  return neighbours;
}

}  // namespace verger

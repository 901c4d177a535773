// SPDX-License-Identifier: Apache-2.0
#include "search/searcher.h"

#include <utility>

#include "base/status_macros.h"

namespace verger {

namespace {

// Where what a search makes is kept: in the output, or else in the cache.
class Kept {
 public:
  Kept(Store& output, const SearchedOutput& searched, const std::string& cache) : output_(output) {
    if (cache.empty()) return;
    auto opened = Store::open(cache + "/search/" + searched.reduction_sha256);
    if (opened.ok()) cache_ = *std::move(opened);
  }

  // What load(store) gives of the first place that has something.
  template <class Load>
  auto find(const Load& load) const -> decltype(load(std::declval<const Store&>())) {
    auto kept = load(output_);
    if (!kept.ok() || *kept || !cache_) return kept;
    auto cached = load(*cache_);
    return cached.ok() ? std::move(cached) : std::move(kept);  // a cache is no part of a result
  }

  // `what` begins a sentence about what could not be kept.
  template <class Save>
  void keep(const Save& save, const std::string& what, Observer& observer) const {
    const Status saved = save(output_);
    if (saved.ok() || (cache_ && save(*cache_).ok())) return;
    observer.warning(what + " is not kept for the next search: " + saved.message());
  }

 private:
  Store& output_;
  std::shared_ptr<Store> cache_;
};

Result<std::optional<NearestIndex>> load_index(const Store& store, const SearchedOutput& searched) {
  VERGER_ASSIGN_OR_RETURN(const bool current, NearestIndex::is_current(store, searched));
  if (!current) return std::optional<NearestIndex>();
  VERGER_ASSIGN_OR_RETURN(auto index, NearestIndex::load(store, searched));
  return std::optional(std::move(index));
}

Result<std::optional<Familiarity>> measure(const SearchTable& table, const NearestIndex* index,
                                           int threads, const Watch& watch) {
  watch.observer.stage_started("familiarity", kUnknownTotal);
  auto measured = index != nullptr ? measure_familiarity(table, *index, threads, watch)
                                   : measure_familiarity(table, threads, watch);
  if (measured.ok()) watch.observer.stage_finished();
  return measured;
}

}  // namespace

Searcher::Searcher(SearchedOutput searched, SearchTable table)
    : searched_(std::move(searched)), table_(std::move(table)) {
  rows_.reserve(table_.size());
  for (std::size_t row = 0; row < table_.size(); ++row) rows_.emplace(table_.path[row], row);
}

Result<Searcher> Searcher::open(Store& output, int threads, const CancelToken& cancel,
                                Observer& observer, const SearcherOptions& options) {
  VERGER_ASSIGN_OR_RETURN(SearchedOutput searched, open_searched_output(output));
  const bool exact = searched.rows() <= options.exact_rows;
  const Kept kept(output, searched, options.cache);
  std::optional<NearestIndex> index;
  if (!exact) {
    VERGER_ASSIGN_OR_RETURN(
        index, kept.find([&](const Store& store) { return load_index(store, searched); }));
  }
  VERGER_ASSIGN_OR_RETURN(SearchTable table,
                          read_search_table(output, searched, !index, threads, cancel));
  if (!exact && !index) {
    observer.note("Building the index of nearest rows, once for this table.");
    VERGER_ASSIGN_OR_RETURN(index, NearestIndex::build(table, threads, cancel, observer));
    kept.keep([&](Store& store) { return index->save(store, searched); }, "The index", observer);
    table.unit = {};
  }
  Searcher searcher(std::move(searched), std::move(table));
  if (exact) searcher.heads_.emplace(searcher.table_.unit, searcher.table_.width);
  searcher.index_ = std::move(index);
  if (!options.familiarity) return searcher;
  auto& known = searcher.familiarity_;
  const auto load = [&](const Store& store) {
    return Familiarity::load(store, searcher.searched_);
  };
  VERGER_ASSIGN_OR_RETURN(known, kept.find(load));
  if (known) return searcher;
  VERGER_ASSIGN_OR_RETURN(known,
                          measure(searcher.table_, searcher.index(), threads, {cancel, observer}));
  if (known) {
    kept.keep([&](Store& store) { return known->save(store, searcher.searched_); },
              "What is familiar", observer);
  }
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

Result<std::optional<Verdict>> Searcher::judge(std::span<const float> unit,
                                               std::span<const Neighbour> neighbours) const {
  if (!familiarity_ || neighbours.empty()) return std::optional<Verdict>();
  const ReadRow read = index_ ? read_row_of(*index_) : read_row_of(table_);
  VERGER_ASSIGN_OR_RETURN(const Verdict verdict,
                          familiarity_->judge(unit, neighbours, table_, read));
  return std::optional(verdict);
}

Result<std::vector<Neighbour>> Searcher::find(std::span<const float> query,
                                              std::size_t neighbors) const {
  if (index_) return index_->find(query, neighbors);
  return find_nearest(table_, *heads_, query, neighbors);
}

}  // namespace verger

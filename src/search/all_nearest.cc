// SPDX-License-Identifier: Apache-2.0
#include "search/all_nearest.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "search/row_block.h"

namespace verger {

namespace {

constexpr std::size_t kRowsAtOnce = 192;
constexpr double kFloatRounding = 1e-6;  // more than a cosine loses when it is made a float

// The nearest others of a few rows.
class Chunk {
 public:
  Chunk(const SearchTable& table, const RowPanels& panels, std::span<const std::size_t> rows,
        std::size_t neighbors)
      : products_(table, panels),
        rows_(rows.begin(), rows.end()),
        nearest_(rows.size(), NearestSoFar(neighbors)) {}

  void look_at(std::size_t begin, std::size_t end) {
    std::vector<std::size_t> others(end - begin);
    std::iota(others.begin(), others.end(), begin);
    std::vector<RowWish> wishes;
    for (const NearestSoFar& nearest : nearest_) {
      const double least = nearest.full() ? static_cast<double>(nearest.farthest().cosine)
                                          : -std::numeric_limits<double>::infinity();
      wishes.push_back({least - kFloatRounding, 0});
    }
    RowBlock block = products_.compare(rows_, std::move(others), std::move(wishes));
    std::size_t at = 0;  // in rows_, of which the block keeps some
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      while (rows_[at] != block.rows[i]) ++at;
      for (std::size_t j = 0; j < block.others.size(); ++j) {
        if (block.others[j] == block.rows[i]) continue;
        nearest_[at].offer({block.others[j], static_cast<float>(block.of_row(i)[j])});
      }
    }
  }

  NearestSoFar& nearest(std::size_t i) { return nearest_[i]; }

 private:
  RowProducts products_;
  std::vector<std::size_t> rows_;
  std::vector<NearestSoFar> nearest_;
};

}  // namespace

Result<std::vector<std::vector<Neighbour>>> find_nearest_others(const SearchTable& table,
                                                                std::span<const std::size_t> rows,
                                                                std::size_t neighbors, int threads,
                                                                const Watch& watch) {
  const RowPanels panels(table);
  const std::size_t blocks = (table.size() + kBlockOthers - 1) / kBlockOthers;
  std::vector<std::vector<Neighbour>> neighbours(rows.size());
  if (neighbors == 0 || table.size() < 2) return neighbours;
  const auto work = [&](std::size_t task) -> Status {
    const std::size_t first = task * kRowsAtOnce;
    const auto some = rows.subspan(first, std::min(kRowsAtOnce, rows.size() - first));
    Chunk chunk(table, panels, some, std::min(neighbors, table.size() - 1));
    // A table is in the order of its paths: the block of the rows themselves holds most that is
    // near, and after it little else can come nearer.
    const std::size_t own = some.front() / kBlockOthers;
    for (std::size_t i = 0; i < blocks && !watch.cancel.cancelled(); ++i) {
      const std::size_t begin = (own + i) % blocks * kBlockOthers;
      chunk.look_at(begin, std::min(begin + kBlockOthers, table.size()));
    }
    for (std::size_t i = 0; i < some.size(); ++i) {
      neighbours[first + i] = std::move(chunk.nearest(i)).sorted();
    }
    watch.observer.advanced(static_cast<int64_t>(some.size()), 0);
    return {};
  };
  VERGER_RETURN_IF_ERROR(
      parallel_for((rows.size() + kRowsAtOnce - 1) / kRowsAtOnce, threads, watch.cancel, work));
  if (watch.cancel.cancelled()) return Status::cancelled("Interrupted.");
  return neighbours;
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// Near-identical photographs of a result: copies saved again or resized, and their labels.
//
// Rows whose principal components are alike are the candidates; their pictures, read once more,
// decide (picture.h). Where a picture cannot be read, only components that are all but equal count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/observer.h"
#include "base/option.h"
#include "search/table.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

class NearestIndex;

// The bytes of the image of this path, as the tables show it. Must be safe to call from many
// threads.
using PictureReader = std::function<Result<std::vector<uint8_t>>(const std::string& path)>;

inline constexpr OptionDeclaration kTolerance{.name = "tolerance",
                                              .group = kResultsGroup,
                                              .value = "SHARE",
                                              .help = "How far the pixels of copies may be apart",
                                              .bounds = {.least = 0, .most = 1}};
inline constexpr OptionDeclaration kSimilarity{
    .name = "similarity",
    .group = kResultsGroup,
    .value = "COSINE",
    .help = "Look at the pixels of pairs whose components have at least this cosine",
    .bounds = {.least = -1, .most = 1}};

struct DuplicateOptions {
  // Affects results.
  double similarity = 0.1;  // cosine of the components from which a pair is a candidate, in [-1, 1]
  double tolerance = 0.022;  // largest copy_distance() of a pair of copies, in [0, 1]
  bool pixels = true;        // read the pictures again; false: go by the components alone

  // Affects speed.
  int threads = 0;  // 0: one a core this process may use

  Status validate() const;
};

// Without pixels a pair counts from this cosine on: copies without loss, and hardly any other.
inline constexpr double kSimilarityAlone = 0.995;

// From tables with an index, the candidates are so many nearest rows of each.
inline constexpr std::size_t kCandidateNeighbors = 64;

struct DuplicatePair {
  std::size_t first = 0;  // first < second: rows of the table
  std::size_t second = 0;
  double cosine = 0;       // between their components
  double distance = 0;     // copy_distance(); 0 when not confirmed
  bool confirmed = false;  // by the pixels of both
};

// Rows that pairs join, directly or by way of others.
struct DuplicateGroup {
  std::size_t representative = 0;  // has most pixels, as far as known; the first of several
  std::vector<std::size_t> rows;   // ascending, the representative among them
  bool label_conflict = false;     // not all of one label
  bool confirmed = true;           // every pair of it
};

struct Duplicates {
  std::vector<DuplicatePair> pairs;    // by first, then second
  std::vector<DuplicateGroup> groups;  // by their first rows
  int64_t candidates = 0;              // pairs that were looked at
  int64_t pictures = 0;                // read
  int64_t unread = 0;                  // candidates that are gone, or not readable any more
};

// Compares all rows with all; with an `index` (may be null) the nearest of each. The result is the
// same for any number of threads. `image`: how pictures are decoded. Memory: a few hundred bytes a
// row, besides the pairs of a few hundred rows. Tells the observer of the stage "compare".
Result<Duplicates> find_duplicates(const SearchTable& table, const NearestIndex* index,
                                   const PictureReader& read, const ImageOptions& image,
                                   const DuplicateOptions& options, const CancelToken& cancel,
                                   Observer& observer);

// A small picture cannot tell its original from the next frame of a series, but the larger ones can
// be told apart: of its pairs with larger pictures those go that are no copies of the nearest one.
// `pixels`: of each row's picture.
void drop_contradicted(std::vector<DuplicatePair>& pairs, const std::vector<int64_t>& pixels);

// The connected components of `pairs`. `pixels`: of each row's picture, 0 when unknown.
std::vector<DuplicateGroup> group_duplicates(const SearchTable& table,
                                             const std::vector<DuplicatePair>& pairs,
                                             const std::vector<int64_t>& pixels);

// Reads pictures where the table's paths say that they are.
PictureReader read_by_path(const StorageOptions& storage);

}  // namespace verger

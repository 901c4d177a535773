// SPDX-License-Identifier: Apache-2.0
// What a photograph shows, by the photographs of a result that are nearest to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/option.h"
#include "base/watch.h"
#include "pca/projector.h"
#include "search/duplicates.h"
#include "search/searcher.h"
#include "search/vote.h"
#include "verger/extractor.h"
#include "verger/image.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

inline constexpr OptionDeclaration kNeighbors{
    .name = "neighbors",
    .group = kResultsGroup,
    .value = "N",
    .help = "Nearest photographs to show, which vote on the label",
    .bounds = {.least = 1},
    .letter = 'n'};

struct SimilarOptions {
  // Affects results.
  int neighbors = 10;  // nearest photographs to give, which vote

  // Affects speed.
  int threads = 0;  // images worked on at once; 0: one a core this process may use

  Status validate() const;
};

// kModel when the table was not made by this model.
Status check_searchable(const Searcher& searcher, const DecodedPcaModel& model);

struct Query {
  std::shared_ptr<const Store> store;
  std::string name;                // in the store
  std::optional<std::size_t> row;  // when the table has it already: its vector is taken from there
};

// Each place (in the order given) is the path of a row, an image, or a folder, whose images count
// in the order of the listing. A place that is none of them is kIo.
Result<std::vector<Query>> find_queries(const Searcher& searcher,
                                        const std::vector<std::string>& places,
                                        const InputOptions& input, const StorageOptions& storage);

struct Answer {
  std::string path{};                    // the query's, as the tables show it
  std::string shown{};                   // as people read it
  std::vector<Neighbour> neighbours{};   // nearest first; a row is not its own neighbour
  std::vector<Vote> votes{};             // the neighbours'
  std::optional<Verdict> familiarity{};  // nothing where it cannot be told
  std::optional<Rejection> rejection{};  // why it could not be read; then there are no neighbours
};

// An answer a query, in their order. `network` may be null when every query is a row; else it must
// be the one that `model` was fitted on (kModel). Advances by a photograph. Memory: constant,
// besides the answers.
Result<std::vector<Answer>> answer_queries(const Searcher& searcher, const DecodedPcaModel& model,
                                           const Model* network, const ImageOptions& image,
                                           const std::vector<Query>& queries,
                                           const SimilarOptions& options, const Watch& watch);

// Photographs → the vectors that they are searched by. One a thread; the projector and the network
// outlive it.
class PhotographReader {
 public:
  // `projector` is of `model`. kModel when the network is not the one that the model was fitted on.
  static Result<PhotographReader> create(const DecodedPcaModel& model, const Projector& projector,
                                         const Model& network, const ImageOptions& image);

  // Writes the photograph's vector, of length 1 (`vector` has model.k floats), or returns why it
  // has none.
  Result<std::optional<Rejection>> read(std::span<const uint8_t> bytes, std::span<float> vector);

 private:
  PhotographReader(const Projector& projector, std::size_t features,
                   std::unique_ptr<Extractor> extractor)
      : projector_(&projector), features_(features), extractor_(std::move(extractor)) {}

  const Projector* projector_;
  std::vector<float> features_;
  std::unique_ptr<Extractor> extractor_;
};

// A photograph that was handed over and lies nowhere.
struct Photograph {
  std::string name;  // becomes Answer::path
  std::span<const uint8_t> bytes;
};

// An answer a photograph, in their order, as answer_queries() gives it for a file of these bytes.
Result<std::vector<Answer>> answer_photographs(const Searcher& searcher, PhotographReader& reader,
                                               std::span<const Photograph> photographs,
                                               int neighbors);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "search/recognition.h"

#include <algorithm>
#include <atomic>
#include <span>
#include <utility>

#include "base/numbers.h"
#include "base/parallel.h"
#include "base/run_options.h"
#include "base/status_macros.h"
#include "output/saved_model.h"
#include "storage/listing.h"
#include "storage/store.h"
#include "verger/extractor.h"

namespace verger {

namespace {

// How many neighbours are looked up where so many are to be given.
std::size_t looked_up(std::size_t neighbors) { return std::max(neighbors, kFamiliarNeighbors); }

// What the neighbours of a photograph say of it: `nearest` are those that were looked up.
Status conclude(Answer& answer, std::span<const float> vector, std::vector<Neighbour> nearest,
                std::size_t neighbors, const Searcher& searcher) {
  VERGER_ASSIGN_OR_RETURN(answer.familiarity, searcher.judge(vector, nearest));
  nearest.resize(std::min(nearest.size(), neighbors));
  answer.neighbours = std::move(nearest);
  answer.votes = vote(searcher.table(), answer.neighbours);
  return {};
}

// What the queries of a search share.
struct Recognition {
  const Searcher& searcher;
  const DecodedPcaModel& model;
  const std::optional<Projector>& projector;  // with a network
  const Model* network;
  const ImageOptions& image;
  std::size_t neighbors;
};

// Answers queries one after the other. One a thread.
class Recogniser {
 public:
  explicit Recogniser(const Recognition& shared)
      : shared_(shared), vector_(shared.searcher.table().width) {}

  Status answer(const Query& query, Answer& answer);

 private:
  Result<std::optional<Rejection>> read(const Query& query);

  const Recognition& shared_;
  std::optional<PhotographReader> reader_;  // when there has been a photograph
  std::vector<float> vector_;               // the query's, of length 1
};

Result<std::optional<Rejection>> Recogniser::read(const Query& query) {
  if (!reader_) {
    VERGER_ASSIGN_OR_RETURN(reader_, PhotographReader::create(shared_.model, *shared_.projector,
                                                              *shared_.network, shared_.image));
  }
  const auto bytes = query.store->read(query.name);
  if (bytes.ok()) return reader_->read(*bytes, vector_);
  return std::optional(Rejection{RejectReason::kUnreadable, bytes.error().message()});
}

Status Recogniser::answer(const Query& query, Answer& answer) {
  answer.path = query.store->display_path(query.name);
  answer.shown = query.store->shown(query.name);
  if (query.row) {
    VERGER_ASSIGN_OR_RETURN(vector_, shared_.searcher.vector_of(*query.row));
  } else {
    VERGER_ASSIGN_OR_RETURN(answer.rejection, read(query));
    if (answer.rejection) return {};
  }
  // One more, in place of the row itself.
  const std::size_t wanted = looked_up(shared_.neighbors) + 1;
  VERGER_ASSIGN_OR_RETURN(auto nearest, shared_.searcher.find(vector_, wanted));
  if (query.row) {
    std::erase_if(nearest, [&](const Neighbour& other) { return other.row == *query.row; });
  }
  return conclude(answer, vector_, std::move(nearest), shared_.neighbors, shared_.searcher);
}

}  // namespace

Status check_searchable(const Searcher& searcher, const DecodedPcaModel& model) {
  if (static_cast<std::size_t>(model.model.k) == searcher.table().width) return {};
  return Status::model("The model keeps " + format_count(model.model.k, "component") +
                       ", and the pca table has " + format_count(searcher.table().width) +
                       ": they are not of one run; make them anew with 'verger reduce'.");
}

Status SimilarOptions::validate() const {
  VERGER_RETURN_IF_ERROR(check_number(kNeighbors, neighbors));
  return check_number(run_option("threads"), threads);
}

Result<std::vector<Query>> find_queries(const Searcher& searcher,
                                        const std::vector<std::string>& places,
                                        const InputOptions& input, const StorageOptions& storage) {
  std::vector<Query> queries;
  const auto add = [&](const std::shared_ptr<const Store>& store, const std::string& name) {
    const auto row = searcher.row_of(store->display_path(name));
    queries.push_back({.store = store, .name = name, .row = row});
    return row.has_value();
  };
  for (const std::string& place : places) {
    VERGER_ASSIGN_OR_RETURN(const std::shared_ptr<const Store> store, Store::open(place, storage));
    if (!place.ends_with('/')) {
      if (add(store, "")) continue;
      VERGER_ASSIGN_OR_RETURN(const bool is_file, store->exists(""));
      if (is_file) continue;
      queries.pop_back();
    }
    PassedOver passed_over;  // a search tells its answers alone
    VERGER_ASSIGN_OR_RETURN(const auto images, list_images(*store, input, passed_over));
    for (std::size_t i = 0; i < images.size(); ++i) add(store, images[i].key);
    VERGER_RETURN_IF_ERROR(images.check());
  }
  return queries;
}

Result<std::vector<Answer>> answer_queries(const Searcher& searcher, const DecodedPcaModel& model,
                                           const Model* network, const ImageOptions& image,
                                           const std::vector<Query>& queries,
                                           const SimilarOptions& options, const Watch& watch) {
  VERGER_RETURN_IF_ERROR(options.validate());
  VERGER_RETURN_IF_ERROR(check_searchable(searcher, model));
  if (network != nullptr) VERGER_RETURN_IF_ERROR(check_same_network(model, network->info()));
  std::optional<Projector> projector;
  if (network != nullptr) projector.emplace(model.model);
  const Recognition shared{.searcher = searcher,
                           .model = model,
                           .projector = projector,
                           .network = network,
                           .image = image,
                           .neighbors = static_cast<std::size_t>(options.neighbors)};
  const int threads = options.threads > 0 ? options.threads : default_threads();
  const std::size_t workers = std::min(static_cast<std::size_t>(threads), queries.size());
  std::vector<Answer> answers(queries.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&](std::size_t) -> Status {
    Recogniser recogniser(shared);
    for (std::size_t i = next++; i < queries.size() && !watch.cancel.cancelled(); i = next++) {
      VERGER_RETURN_IF_ERROR(recogniser.answer(queries[i], answers[i]));
      if (!queries[i].row) watch.observer.advanced(1, answers[i].rejection ? 1 : 0);
    }
    return watch.cancel.cancelled() ? Status::cancelled("Interrupted.") : Status();
  };
  VERGER_RETURN_IF_ERROR(parallel_for(workers, static_cast<int>(workers), watch.cancel, work));
  return answers;
}

Result<PhotographReader> PhotographReader::create(const DecodedPcaModel& model,
                                                  const Projector& projector, const Model& network,
                                                  const ImageOptions& image) {
  VERGER_RETURN_IF_ERROR(check_same_network(model, network.info()));
  VERGER_ASSIGN_OR_RETURN(auto extractor, Extractor::create(network, image));
  return PhotographReader(projector, static_cast<std::size_t>(model.model.width),
                          std::move(extractor));
}

Result<std::optional<Rejection>> PhotographReader::read(std::span<const uint8_t> bytes,
                                                        std::span<float> vector) {
  VERGER_ASSIGN_OR_RETURN(const auto rejection, extractor_->extract(bytes, features_));
  if (rejection) return rejection;
  std::vector<double> projected(vector.size());
  projector_->project(features_, projected);
  std::ranges::transform(projected, vector.begin(), [](double x) { return static_cast<float>(x); });
  scale_to_unit(vector);
  return std::optional<Rejection>();
}

Result<std::vector<Answer>> answer_photographs(const Searcher& searcher, PhotographReader& reader,
                                               std::span<const Photograph> photographs,
                                               int neighbors) {
  const auto wanted = static_cast<std::size_t>(neighbors);
  std::vector<float> vector(searcher.table().width);
  std::vector<Answer> answers;
  for (const Photograph& photograph : photographs) {
    Answer& answer = answers.emplace_back(Answer{.path = photograph.name});
    VERGER_ASSIGN_OR_RETURN(answer.rejection, reader.read(photograph.bytes, vector));
    if (answer.rejection) continue;
    VERGER_ASSIGN_OR_RETURN(auto nearest, searcher.find(vector, looked_up(wanted)));
    VERGER_RETURN_IF_ERROR(conclude(answer, vector, std::move(nearest), wanted, searcher));
  }
  return answers;
}

}  // namespace verger

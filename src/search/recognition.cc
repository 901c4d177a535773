// SPDX-License-Identifier: Apache-2.0
#include "search/recognition.h"

#include <algorithm>
#include <atomic>
#include <span>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "output/saved_model.h"
#include "storage/listing.h"
#include "storage/store.h"
#include "verger/extractor.h"

namespace verger {

namespace {

constexpr std::size_t kBatch = 256;  // queries whose vectors are held at once

// A place as its folder and the name in it.
std::pair<std::string, std::string> split(const std::string& place) {
  const std::size_t slash = place.rfind('/');
  if (slash == std::string::npos) return {".", place};
  return {place.substr(0, slash + 1), place.substr(slash + 1)};
}

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

class Recognition {
 public:
  Recognition(const Searcher& searcher, const DecodedPcaModel& model, const Model* network,
              const ImageOptions& image, const PictureReader& read, const SimilarOptions& options,
              const CancelToken& cancel)
      : searcher_(searcher),
        model_(model),
        network_(network),
        image_(image),
        read_(read),
        neighbors_(static_cast<std::size_t>(options.neighbors)),
        threads_(options.threads > 0 ? options.threads : default_threads()),
        cancel_(cancel) {}

  Result<std::vector<Answer>> answer(std::span<const Query> batch);

 private:
  std::size_t width() const { return searcher_.table().width; }
  std::span<float> vector(std::size_t number) {
    return {vectors_.data() + number * width(), width()};
  }
  Status take_rows(std::span<const Query> batch);
  Status run_network(std::span<const Query> batch, std::vector<Answer>& answers);
  Status read_query(PhotographReader& reader, std::size_t number, Answer& answer);

  const Searcher& searcher_;
  const DecodedPcaModel& model_;
  const Model* network_;
  const ImageOptions& image_;
  const PictureReader& read_;
  const std::size_t neighbors_;
  const int threads_;
  const CancelToken& cancel_;
  std::vector<float> vectors_;  // the batch's, each of length 1
};

Status Recognition::take_rows(std::span<const Query> batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].row) continue;
    VERGER_ASSIGN_OR_RETURN(const auto known, searcher_.vector_of(*batch[i].row));
    std::ranges::copy(known, vector(i).begin());
  }
  return {};
}

Status Recognition::read_query(PhotographReader& reader, std::size_t number, Answer& answer) {
  const auto bytes = read_(answer.path);
  if (!bytes.ok()) {
    answer.rejection = Rejection{RejectReason::kUnreadable, bytes.error().message()};
    return {};
  }
  VERGER_ASSIGN_OR_RETURN(answer.rejection, reader.read(*bytes, vector(number)));
  return {};
}

Status Recognition::run_network(std::span<const Query> batch, std::vector<Answer>& answers) {
  std::vector<std::size_t> images;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].row) images.push_back(i);
  }
  const std::size_t workers = std::min(static_cast<std::size_t>(threads_), images.size());
  std::atomic<std::size_t> next = 0;
  return parallel_for(workers, static_cast<int>(workers), cancel_, [&](std::size_t) -> Status {
    VERGER_ASSIGN_OR_RETURN(auto reader, PhotographReader::create(model_, *network_, image_));
    for (std::size_t i = next++; i < images.size() && !cancel_.cancelled(); i = next++) {
      VERGER_RETURN_IF_ERROR(read_query(reader, images[i], answers[images[i]]));
    }
    return cancel_.cancelled() ? Status::cancelled("Interrupted.") : Status();
  });
}

Result<std::vector<Answer>> Recognition::answer(std::span<const Query> batch) {
  vectors_.assign(batch.size() * width(), 0.0F);
  std::vector<Answer> answers;
  for (const Query& query : batch) answers.push_back({query.path, {}, {}, {}, {}});
  VERGER_RETURN_IF_ERROR(take_rows(batch));
  VERGER_RETURN_IF_ERROR(run_network(batch, answers));
  // One more, in place of the row itself.
  VERGER_ASSIGN_OR_RETURN(auto nearest, searcher_.find(vectors_, looked_up(neighbors_) + 1));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Answer& answer = answers[i];
    if (answer.rejection) continue;
    if (batch[i].row) {
      std::erase_if(nearest[i], [&](const Neighbour& other) { return other.row == *batch[i].row; });
    }
    VERGER_RETURN_IF_ERROR(
        conclude(answer, vector(i), std::move(nearest[i]), neighbors_, searcher_));
  }
  return answers;
}

}  // namespace

Status check_searchable(const Searcher& searcher, const DecodedPcaModel& model) {
  if (static_cast<std::size_t>(model.model.k) == searcher.table().width) return {};
  return Status::model("The model keeps " + std::to_string(model.model.k) +
                       " components, and the pca table has " +
                       std::to_string(searcher.table().width) +
                       ": they are not of one run; make them anew with 'verger reduce'.");
}

Status SimilarOptions::validate() const {
  if (neighbors < 1) {
    return Status::invalid_argument("--neighbors must be at least 1, not " +
                                    std::to_string(neighbors) + ".");
  }
  if (threads < 0) return Status::invalid_argument("--threads must not be negative.");
  return {};
}

Result<std::vector<Query>> find_queries(const Searcher& searcher,
                                        const std::vector<std::string>& places,
                                        const InputOptions& input, const StorageOptions& storage) {
  std::vector<Query> queries;
  const auto add = [&](const std::string& path) {
    queries.push_back({.path = path, .row = searcher.row_of(path)});
  };
  for (const std::string& place : places) {
    const auto [folder_name, name] = split(place);
    VERGER_ASSIGN_OR_RETURN(const auto folder, Store::open(folder_name, storage));
    const std::string path = folder->display_path(name);
    if (!name.empty() && searcher.row_of(path)) {
      add(path);
      continue;
    }
    if (!name.empty()) {
      VERGER_ASSIGN_OR_RETURN(const bool is_file, folder->exists(name));
      if (is_file) {
        add(path);
        continue;
      }
    }
    VERGER_ASSIGN_OR_RETURN(const auto whole, Store::open(place, storage));
    PassedOver passed_over;  // a search tells its answers alone
    VERGER_ASSIGN_OR_RETURN(const auto images, list_images(*whole, input, passed_over));
    for (std::size_t i = 0; i < images.size(); ++i) add(whole->display_path(images[i].key));
    VERGER_RETURN_IF_ERROR(images.check());
  }
  return queries;
}

Result<std::vector<Answer>> answer_queries(const Searcher& searcher, const DecodedPcaModel& model,
                                           const Model* network, const ImageOptions& image,
                                           const PictureReader& read,
                                           const std::vector<Query>& queries,
                                           const SimilarOptions& options,
                                           const CancelToken& cancel) {
  VERGER_RETURN_IF_ERROR(options.validate());
  VERGER_RETURN_IF_ERROR(check_searchable(searcher, model));
  if (network != nullptr) VERGER_RETURN_IF_ERROR(check_same_network(model, network->info()));
  Recognition recognition(searcher, model, network, image, read, options, cancel);
  std::vector<Answer> answers;
  for (std::size_t begin = 0; begin < queries.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, queries.size() - begin);
    VERGER_ASSIGN_OR_RETURN(auto batch, recognition.answer({queries.data() + begin, count}));
    std::ranges::move(batch, std::back_inserter(answers));
  }
  return answers;
}

Result<PhotographReader> PhotographReader::create(const DecodedPcaModel& model,
                                                  const Model& network, const ImageOptions& image) {
  VERGER_RETURN_IF_ERROR(check_same_network(model, network.info()));
  VERGER_ASSIGN_OR_RETURN(auto extractor, Extractor::create(network, image));
  return PhotographReader(model.model, std::move(extractor));
}

Result<std::optional<Rejection>> PhotographReader::read(std::span<const uint8_t> bytes,
                                                        std::span<float> vector) {
  std::vector<float> features(static_cast<std::size_t>(model_->width));
  VERGER_ASSIGN_OR_RETURN(const auto rejection, extractor_->extract(bytes, features));
  if (rejection) return rejection;
  std::vector<double> projected(vector.size());
  project(*model_, features, projected);
  std::ranges::transform(projected, vector.begin(), [](double x) { return static_cast<float>(x); });
  scale_to_unit(vector);
  return std::optional<Rejection>();
}

Result<std::vector<Answer>> answer_photographs(const Searcher& searcher, PhotographReader& reader,
                                               std::span<const Photograph> photographs,
                                               int neighbors) {
  const std::size_t width = searcher.table().width;
  std::vector<float> vectors(photographs.size() * width);
  std::vector<Answer> answers;
  for (const Photograph& photograph : photographs) {
    Answer answer{photograph.name, {}, {}, {}, {}};
    VERGER_ASSIGN_OR_RETURN(
        answer.rejection,
        reader.read(photograph.bytes, std::span(vectors).subspan(answers.size() * width, width)));
    answers.push_back(std::move(answer));
  }
  const auto wanted = static_cast<std::size_t>(neighbors);
  VERGER_ASSIGN_OR_RETURN(auto nearest, searcher.find(vectors, looked_up(wanted)));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].rejection) continue;
    const auto vector = std::span<const float>(vectors).subspan(i * width, width);
    VERGER_RETURN_IF_ERROR(conclude(answers[i], vector, std::move(nearest[i]), wanted, searcher));
  }
  return answers;
}

}  // namespace verger

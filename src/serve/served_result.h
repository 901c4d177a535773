// SPDX-License-Identifier: Apache-2.0
// A result as the service has it in memory, and which one it is now.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/observer.h"
#include "output/run_record.h"
#include "pca/projector.h"
#include "search/recognition.h"
#include "search/searcher.h"
#include "storage/store.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// Loads the network that the result's model was fitted on.
using NetworkLoader =
    std::function<Result<std::unique_ptr<Model>>(const DecodedPcaModel&, const RunRecord&)>;

// Readers of photographs, a network's stream each, that wait to be used again. Thread-safe.
class IdleReaders {
 public:
  // One that waits, or none.
  std::optional<PhotographReader> take();
  void give_back(PhotographReader reader);

 private:
  std::mutex mutex_;
  std::vector<PhotographReader> readers_;
};

// Whoever answers from it holds it, also when another has taken its place. Thread-safe.
struct ServedResult {
  // An answer a photograph, in their order.
  Result<std::vector<Answer>> answer(std::span<const Photograph> photographs, int neighbors) const;

  Searcher searcher;
  DecodedPcaModel model;
  Projector projector;  // made of the model
  std::unique_ptr<Model> network;
  ImageOptions image;            // how photographs are read
  std::shared_ptr<Store> input;  // the run's INPUT; null when it is no place
  std::unique_ptr<IdleReaders> readers = std::make_unique<IdleReaders>();  // go before the network
};

// Where the result is, and how it is loaded.
struct ServedPlace {
  std::shared_ptr<Store> store{};
  NetworkLoader load_network{};
  StorageOptions storage{};
  int64_t max_pixels = 0;  // A photograph may have no more, besides the run's own limit.
  int threads = 1;
};

// The errors of Searcher::open(), load_model() and the loader; kModel when they do not fit
// together.
Result<std::shared_ptr<const ServedResult>> load_result(const ServedPlace& place,
                                                        const CancelToken& cancel,
                                                        Observer& observer);

// Takes over what a run or an update makes of the result while it is served. now() and the counts
// are thread-safe; refresh() is for one thread.
class CurrentResult {
 public:
  using Shared = std::shared_ptr<const ServedResult>;

  // Loads the result for the first time.
  static Result<std::unique_ptr<CurrentResult>> open(ServedPlace place, const CancelToken& cancel,
                                                     Observer& observer);

  Shared now() const;
  int64_t taken_over() const;  // states of the result, the first one not counted
  int64_t refused() const;     // that could not be loaded

  // Looks whether the result on storage is another one than was loaded, and loads it beside. One
  // that cannot be loaded is told to the observer, once, and the old one goes on being served; it
  // is tried again when its records change, or after `patience` calls.
  void refresh(const CancelToken& cancel, Observer& observer, int patience = 60);

 private:
  explicit CurrentResult(ServedPlace place) : place_(std::move(place)) {}
  void give_up_on(const std::string& records, const std::string& why, Observer& observer);

  const ServedPlace place_;
  std::string records_;  // describes the state that was loaded or refused last
  bool failed_ = false;  // it was refused
  int calls_ = 0;        // how often refresh() was called since
  std::string told_;     // why the last one was refused

  mutable std::mutex mutex_;  // guards what follows
  Shared current_;
  int64_t taken_over_ = 0;
  int64_t refused_ = 0;
};

}  // namespace verger

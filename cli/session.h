// SPDX-License-Identifier: Apache-2.0
// What a long command needs around it: a console, a way to be interrupted, a network.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/observer.h"
#include "console.h"
#include "output/run_record.h"
#include "pipeline/pipeline.h"
#include "progress.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/status.h"
#include "weights/weights.h"

namespace verger::cli {

// Shows the pipeline's stages as progress on a console.
class ConsoleObserver final : public Observer {
 public:
  explicit ConsoleObserver(Console& console) : console_(console) {}
  void stage_started(std::string_view name, int64_t total) override;
  void advanced(int64_t done, int64_t rejected) override;
  void stage_finished() override;
  void note(std::string_view sentence) override { console_.note(sentence); }
  void warning(std::string_view sentence) override { console_.warning(sentence); }

 private:
  Console& console_;
  std::optional<Progress> progress_;
};

// While it lives, SIGINT, SIGTERM and SIGHUP cancel the token; a second signal, and ten seconds in
// which the program did not come to its end, end it at once. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  const CancelToken& token() const;
};

// A place that holds wherever the program is started: a local one as an absolute path.
Result<std::string> absolute_place(const std::string& place);

// The networks that the options ask for. A failure to find or load one is kModel.
struct LoadedNetwork {
  std::unique_ptr<Model> model;
  std::unique_ptr<Model> reference;  // f32, when the model's precision is lower
  std::string file;  // where its weights are, absolute; empty when they are untrained
  Network view() const { return {.model = *model, .reference = reference.get(), .file = file}; }
};
Result<LoadedNetwork> load_network(const ModelOptions& options, const StorageOptions& storage,
                                   int threads, const FetchWatch& watch = {});

// The model alone of a network that is to be as the options say.
Result<std::unique_ptr<Model>> load_network_model(const ModelOptions& options,
                                                  const StorageOptions& storage, int threads);

// Lets an interruption stop a download of the weights, and says that there is one. The console and
// the interrupt must outlive it.
FetchWatch watch_download(Console& console, const InterruptGuard& interrupt);

// Tells loudly when weights are untrained.
void warn_if_untrained(Console& console, bool untrained);

// The summary at a run's end: counts, k, variance, time by stage, images/s, where the results are.
// Text on standard output, with the places as they were typed; in JSON an event on the console.
struct TypedPlaces {
  std::string input;
  std::string output;
};
void print_summary(Console& console, const RunRecord& record, const TypedPlaces& typed);

}  // namespace verger::cli

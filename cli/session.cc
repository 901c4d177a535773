// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "shortage.h"
#include "storage/local_path.h"
#include "storage/store.h"

namespace verger::cli {

namespace {

constexpr unsigned kPatience = 10;  // seconds

CancelToken interrupted;

void on_signal(int signal) {
  if (interrupted.cancelled()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  interrupted.cancel();
  alarm(kPatience);
}

// What was to end does not, such as a network that loops: what is half-written is left.
void on_patience_over(int /*signal*/) { end_at_once(static_cast<int>(StatusCode::kCancelled)); }

// That a terminal was closed counts for those who have not been told to outlive it, as by nohup.
bool heeds_hangup() {
  struct sigaction before{};
  return sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN;
}

// The system tells the end of a parent once for each of its threads, where SIGTERM given twice
// means at once; so it is another signal, which counts once.
void on_parent_gone(int /*signal*/) {
  if (interrupted.cancelled()) return;
  interrupted.cancel();
  alarm(kPatience);
}

// A program that Python started has a session of its own, which nobody ends with Python, such as
// the kernel of a notebook that is restarted. So it asks to be told, as by SIGTERM, and does not
// end before that by what it writes for nobody to read.
void end_with_parent() {
  const char* const named = std::getenv("VERGER_PARENT");
  if (named == nullptr) return;
  pid_t parent = 0;
  std::from_chars(named, named + std::strlen(named), parent);
  if (getppid() != parent) return;  // it is the variable of a process further up
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGUSR1, on_parent_gone);
  prctl(PR_SET_PDEATHSIG, SIGUSR1);
  if (getppid() != parent) std::raise(SIGUSR1);  // it ended just before
}

Result<std::vector<uint8_t>> read_file(const std::string& path, const StorageOptions& storage) {
  VERGER_ASSIGN_OR_RETURN(const auto file, Store::open(path, storage));
  auto bytes = file->read("");
  if (bytes.ok()) return bytes;
  return Status::model(bytes.error().message());
}

bool is_onnx(const std::string& path) { return path.ends_with(".onnx"); }

// Where the network's file is, as it was given; empty when the weights are untrained.
Result<std::string> find_file(const ModelOptions& options, const FetchWatch& watch) {
  if (is_untrained(options.weights)) return std::string();
  if (!options.model.empty()) return options.model;
  if (is_onnx(options.weights)) return options.weights;
  return find_or_fetch_weights(options.weights, watch);
}

Result<std::unique_ptr<Model>> load(const ModelOptions& options, const std::string& path,
                                    Precision precision, const StorageOptions& storage,
                                    int threads) {
  if (path.empty()) {
    VERGER_ASSIGN_OR_RETURN(const uint64_t seed, untrained_seed(options.weights));
    return untrained_mobilenet_v2(seed, precision, threads);
  }
  VERGER_ASSIGN_OR_RETURN(const auto bytes, read_file(path, storage));
  const ModelFile file{.name = path, .bytes = bytes};
  const bool onnx = is_onnx(path) || !options.model.empty();
  return onnx ? load_onnx(file, precision, threads) : load_mobilenet_v2(file, precision, threads);
}

// What a stage counts: parts of a table, unless it is named here.
std::string unit_of(std::string_view stage) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kUnits{
      {{"list", "image"},
       {"extract", "image"},
       {"pack", "image"},
       {"similar", "image"},
       {"index", "row"},
       {"confusions", "row"},
       {"familiarity", "row"},
       {"compare", "step"},
       {"pixels", "pair"},
       {"inspect", "file"}}};
  const auto* const unit =
      std::ranges::find(kUnits, stage, [](const auto& pair) { return pair.first; });
  return std::string(unit == kUnits.end() ? "part" : unit->second);
}

}  // namespace

void ConsoleObserver::stage_started(std::string_view name, int64_t total) {
  progress_.reset();
  if (total == 0) return;
  progress_.emplace(console_, Progress::Options{.stage = std::string(name),
                                                .total = std::max<int64_t>(total, 0),
                                                .unit = total == kUncounted ? "" : unit_of(name)});
}

void ConsoleObserver::advanced(int64_t done, int64_t rejected) {
  if (progress_) progress_->add(done, rejected);
}

void ConsoleObserver::stage_finished() {
  if (progress_) progress_->finish();
  progress_.reset();
}

InterruptGuard::InterruptGuard() {
  interrupt_reads(&interrupted);
  std::signal(SIGALRM, on_patience_over);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (heeds_hangup()) std::signal(SIGHUP, on_signal);
  end_with_parent();
}

InterruptGuard::~InterruptGuard() {
  interrupt_reads(nullptr);
  alarm(0);
  for (const int signal : {SIGALRM, SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  if (heeds_hangup()) std::signal(SIGHUP, SIG_DFL);
}

const CancelToken& InterruptGuard::token() const { return interrupted; }

Result<std::string> absolute_place(const std::string& place) {
  if (const std::string scheme = scheme_of(place); !scheme.empty() && scheme != "file")
    return place;
  return local_path(place);
}

Result<LoadedNetwork> load_network(const ModelOptions& options, const StorageOptions& storage,
                                   int threads, const FetchWatch& watch) {
  VERGER_RETURN_IF_ERROR(options.validate());
  if (threads == 0) threads = default_threads();
  LoadedNetwork network;
  VERGER_ASSIGN_OR_RETURN(const std::string place, find_file(options, watch));
  VERGER_ASSIGN_OR_RETURN(network.model, load(options, place, options.precision, storage, threads));
  if (!place.empty()) {
    VERGER_ASSIGN_OR_RETURN(network.file, absolute_place(place));
  }
  if (options.precision != Precision::kF32) {
    VERGER_ASSIGN_OR_RETURN(network.reference, load(options, place, Precision::kF32, storage, 1));
  }
  return network;
}

Result<std::unique_ptr<Model>> load_network_model(const ModelOptions& options,
                                                  const StorageOptions& storage, int threads) {
  VERGER_RETURN_IF_ERROR(options.validate());
  VERGER_ASSIGN_OR_RETURN(const std::string place, find_file(options, {}));
  return load(options, place, options.precision, storage, threads);
}

FetchWatch watch_download(Console& console, const InterruptGuard& interrupt) {
  return {.cancel = &interrupt.token(), .on_download = [&console](const OfficialWeights& file) {
            console.note("Downloading the weights from " + std::string(file.url) + ".");
          }};
}

void warn_if_untrained(Console& console, bool untrained) {
  if (!untrained) return;
  console.warning(
      "UNTRAINED WEIGHTS: the network is random, so the features mean nothing. This is a "
      "demonstration; give real weights with --weights (see verger weights --help).");
}

}  // namespace verger::cli

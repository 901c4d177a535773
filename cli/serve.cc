// SPDX-License-Identifier: Apache-2.0
#include "serve/service.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "base/status_macros.h"
#include "command.h"
#include "flags.h"
#include "searching.h"
#include "serve/served_result.h"
#include "session.h"

namespace verger::cli {

namespace {

using Clock = std::chrono::steady_clock;

struct ServeArguments {
  CommonArguments common;
  ServeOptions serve;
  std::string token_file;
  double refresh = 5;  // seconds
};

constexpr std::chrono::milliseconds kTick{100};  // until an interruption is noticed
constexpr rlim_t kDescriptors = 8192;            // for WebLimits::connections, and more
constexpr std::size_t kMostToken = 4096;         // bytes

// A token's file has it alone, perhaps with the end of a line.
Result<std::string> read_token(const std::string& file) {
  if (file.empty()) return std::string();
  std::ifstream stream(file, std::ios::binary);
  std::string token(kMostToken + 1, '\0');
  stream.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<std::size_t>(stream.gcount()));
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  const bool plain = token.find_first_of("\n\r \t") == token.npos;
  if (!token.empty() && token.size() <= kMostToken && plain) return token;
  return Status::io("--token-file " + file +
                    " cannot be read, or does not hold one word of at most 4,096 bytes.");
}

// Each connection takes a descriptor, of which many systems allow 1,024 unless asked.
void allow_descriptors() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, std::max<rlim_t>(files.rlim_cur, kDescriptors));
  setrlimit(RLIMIT_NOFILE, &files);
}

// Serves until the process is asked to end.
Status serve(const ServeArguments& arguments, CurrentResult& results, Observer& observer,
             const CancelToken& interrupted) {
  allow_descriptors();
  VERGER_ASSIGN_OR_RETURN(const auto service, Service::start(arguments.serve, results));
  const auto now = results.now();
  observer.note("Serving " + format_count(now->searcher.table().size(), "photograph") + " of " +
                arguments.common.output + " at " + service->address());
  auto last = Clock::now();
  while (!interrupted.cancelled()) {
    std::this_thread::sleep_for(kTick);
    if (arguments.refresh <= 0 ||
        Clock::now() - last < std::chrono::duration<double>(arguments.refresh)) {
      continue;
    }
    results.refresh(interrupted, observer);
    last = Clock::now();
  }
  service->stop();
  return {};
}

Status serve_result(ServeArguments& arguments) {
  const RunOptions& options = arguments.common.options;
  VERGER_RETURN_IF_ERROR(options.validate());
  VERGER_RETURN_IF_ERROR(apply_decode_memory(arguments.common.max_decode_memory));
  arguments.serve.threads = options.threads > 0 ? options.threads : default_threads();
  VERGER_RETURN_IF_ERROR(arguments.serve.validate());
  VERGER_ASSIGN_OR_RETURN(arguments.serve.token, read_token(arguments.token_file));
  Console console(arguments.common.log_format);
  ConsoleObserver observer(console);
  const InterruptGuard interrupt;
  ServedPlace place{.load_network = [&](const DecodedPcaModel& model,
                                        const RunRecord& run) -> Result<std::unique_ptr<Model>> {
                      VERGER_ASSIGN_OR_RETURN(auto network,
                                              load_network(network_of(options.model, model, run),
                                                           options.storage, arguments.serve.threads,
                                                           watch_download(console, interrupt)));
                      return std::move(network.model);
                    },
                    .storage = options.storage,
                    .max_pixels = arguments.serve.max_pixels,
                    .threads = arguments.serve.threads};
  VERGER_ASSIGN_OR_RETURN(place.store, Store::open(arguments.common.output, options.storage));
  VERGER_ASSIGN_OR_RETURN(const auto results,
                          CurrentResult::open(std::move(place), interrupt.token(), observer));
  warn_if_untrained(console, results->now()->searcher.searched().run.untrained());
  return serve(arguments, *results, observer, interrupt.token());
}

constexpr std::string_view kService = "Service";

void add_service_options(Command& command, ServeArguments& arguments) {
  command.option({.name = "listen",
                  .group = kService,
                  .value = "HOST:PORT",
                  .help = "Where to listen; port 0 takes a free one"},
                 &arguments.serve.listen);
  command.option({.name = "token_file",
                  .group = kService,
                  .value = "FILE",
                  .help = "Answer only who shows the token in this file (Authorization: Bearer …)"},
                 &arguments.token_file);
  command.option(kMaxBody, &arguments.serve.max_body);
  command.option(kMaxServedPixels, &arguments.serve.max_pixels);
  command.option(kQueue, &arguments.serve.queue);
  command.option({.name = "refresh",
                  .group = kService,
                  .value = "SECONDS",
                  .help = "Time between looks whether RESULT was updated; 0: never",
                  .bounds = {.least = 0}},
                 &arguments.refresh);
}

}  // namespace

void add_serve(Command& program) {
  const auto arguments = std::make_shared<ServeArguments>();
  Command& command =
      program.subcommand("serve", "Name what photographs show, for a phone or a program, by HTTP");
  add_result(command, "RESULT", arguments->common.output);
  add_service_options(command, *arguments);
  command.option(kServedNeighbors, &arguments->serve.neighbors);
  command.run_options(kTakenByServe, arguments->common.options);
  add_decode_memory(command, arguments->common.max_decode_memory);
  add_log_format(command, arguments->common.log_format);
  command.example(
      "verger serve Results --listen 0.0.0.0:8080 --token-file token.txt\n"
      "curl --data-binary @fruit.jpg http://localhost:8080/v1/similar\n\n"
      "shows a page at / where a phone takes a photograph and learns what it is, and answers "
      "programs.");
  command.notes("SIGTERM finishes what runs. See docs/serve.md.");
  command.action([arguments] { return serve_result(*arguments); });
}

}  // namespace verger::cli

// SPDX-License-Identifier: Apache-2.0
#include "searching.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/status_macros.h"

namespace verger::cli {

Status do_search(const CommonArguments& arguments, bool familiarity,
                 const std::function<Status(const SearchContext&)>& work) {
  const RunOptions& options = arguments.options;
  VERGER_RETURN_IF_ERROR(options.validate());
  Console console(arguments.log_format);
  ConsoleObserver observer(console);
  const InterruptGuard interrupt;
  const int threads = options.threads > 0 ? options.threads : default_threads();
  VERGER_ASSIGN_OR_RETURN(const auto store, Store::open(arguments.output, options.storage));
  VERGER_ASSIGN_OR_RETURN(
      const auto searcher,
      Searcher::open(*store, threads, interrupt.token(), observer, {.familiarity = familiarity}));
  const Status status = work({console, interrupt, observer, *store, searcher, threads});
  std::fflush(stdout);
  return status;
}

ModelOptions network_of(ModelOptions given, const DecodedPcaModel& model, const RunRecord& run) {
  given.precision = run.options.model.precision;
  if (given.weights.empty() && model.provenance.untrained) given.weights = model.provenance.weights;
  return given;
}

void print_document(const nlohmann::json& document) {
  std::printf("%s\n", json_text(document, 2).c_str());
}

}  // namespace verger::cli

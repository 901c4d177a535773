// SPDX-License-Identifier: Apache-2.0
// What the commands that search a result share: similar, duplicates.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "base/observer.h"
#include "console.h"
#include "flags.h"
#include "search/searcher.h"
#include "session.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger::cli {

// Around a search: where it speaks, what stops it, who watches it, and what it searches.
struct SearchContext {
  Console& console;
  const InterruptGuard& interrupt;
  Observer& observer;
  Store& store;
  const Searcher& searcher;
  int threads;
};

// Checks the options, opens the output, and does `work`, which prints what it found.
// `familiarity`: is it asked what is familiar?
Status do_search(const CommonArguments& arguments, bool familiarity,
                 const std::function<Status(const SearchContext&)>& work);

// The network of the run: what can be known of it is taken from the run's record.
ModelOptions network_of(ModelOptions given, const DecodedPcaModel& model, const RunRecord& run);

void print_document(const nlohmann::json& document);

}  // namespace verger::cli

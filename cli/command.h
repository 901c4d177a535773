// What every subcommand's file offers to main.cc: one function that declares the command, its
// options and its help on `app`, and sets `action` when the command line chose it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "verger/status.h"

namespace verger::cli {

using Action = std::function<Status()>;

void add_run(CLI::App& app, Action& action);
void add_extract(CLI::App& app, Action& action);
void add_reduce(CLI::App& app, Action& action);
void add_apply(CLI::App& app, Action& action);
void add_update(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_similar(CLI::App& app, Action& action);
void add_duplicates(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_weights(CLI::App& app, Action& action);
void add_pack(CLI::App& app, Action& action);
void add_sample(CLI::App& app, Action& action);
void add_work(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);

}  // namespace verger::cli

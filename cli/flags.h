// SPDX-License-Identifier: Apache-2.0
// Options that several commands take, besides those of run_options.h.
#pragma once

#include <cstdint>
#include <string>

#include "command.h"
#include "console.h"
#include "verger/options.h"

namespace verger::cli {

enum class CrewKind { kThreads, kStdio };

// What most commands take.
struct CommonArguments {
  std::string input;
  std::string output;
  RunOptions options;
  LogFormat log_format = LogFormat::kText;
  CrewKind crew = CrewKind::kThreads;  // stdio: the shards are done elsewhere (docs/crew.md)
  int64_t max_decode_memory = 0;       // bytes for large images over all threads; 0: half of all
};

// Before any image is read. kInvalidArgument when it is none.
Status apply_decode_memory(int64_t bytes);

void add_input_output(Command& command, CommonArguments& arguments);
// The result that a command reads.
void add_result(Command& command, const char* name, std::string& place);

void add_decode_memory(Command& command, int64_t& bytes);
void add_crew(Command& command, CrewKind& crew);
void add_log_format(Command& command, LogFormat& log_format);
void add_json(Command& command, bool& json);

// All that a command takes which makes a result of photographs.
void add_extraction(Command& command, Takers taker, CommonArguments& arguments);

}  // namespace verger::cli

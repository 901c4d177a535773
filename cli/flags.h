// SPDX-License-Identifier: Apache-2.0
// The command line's spelling of RunOptions: every field's flag, declared once for all commands.
#pragma once

#include <cstdint>
#include <string>

#include "command.h"
#include "console.h"
#include "verger/options.h"

namespace verger::cli {

// What most commands take.
struct CommonArguments {
  std::string input;
  std::string output;
  RunOptions options;
  LogFormat log_format = LogFormat::kText;
  bool crew = false;              // the shards are done elsewhere (docs/crew.md)
  int64_t max_decode_memory = 0;  // bytes for large images over all threads; 0: half of all
};

// Before any image is read. kInvalidArgument when it is none.
Status apply_decode_memory(int64_t bytes);

void add_input_output(Command& command, CommonArguments& arguments);
void add_input_flags(Command& command, InputOptions& options);
void add_file_flags(Command& command, InputOptions& options);  // those of loose files
void add_image_flags(Command& command, RunOptions& options);
void add_model_flags(Command& command, ModelOptions& options);
void add_pca_flags(Command& command, PcaOptions& options);
void add_output_flags(Command& command, OutputOptions& options);
void add_reads_flag(Command& command, StorageOptions& options);
void add_storage_flags(Command& command, StorageOptions& options);  // S3, retries
void add_run_flags(Command& command, CommonArguments& arguments);   // threads, log format

void add_decode_memory_flag(Command& command, int64_t& bytes);
void add_crew_flag(Command& command, bool& elsewhere);
void add_metrics_flag(Command& command, RunOptions& options);
// All of these that `run`, `extract` and `apply` have in common.
void add_extraction_flags(Command& command, CommonArguments& arguments);
void add_log_flag(Command& command, LogFormat& log_format);
void add_pack_flags(Command& command, PackOptions& options, OutputOptions& output);

void add_layout_flag(Command& command, OutputOptions& options);
void add_refit_flag(Command& command, UpdateOptions& options);

// --overwrite and --layout alone.
void add_replacement_flags(Command& command, OutputOptions& options);
void add_weights_flags(Command& command, ModelOptions& options);  // without --model

}  // namespace verger::cli

// The command line's spelling of RunOptions: every field's flag, declared once for all commands.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "console.h"
#include "verger/options.h"

namespace verger::cli {

// What most commands take.
struct CommonArguments {
  std::string input;
  std::string output;
  RunOptions options;
  LogFormat log_format = LogFormat::kText;
  bool crew = false;  // the shards are done elsewhere (docs/crew.md)
};

void add_input_output(CLI::App& command, CommonArguments& arguments);
void add_input_flags(CLI::App& command, InputOptions& options);
void add_file_flags(CLI::App& command, InputOptions& options);  // those of loose files
void add_image_flags(CLI::App& command, RunOptions& options);
void add_model_flags(CLI::App& command, ModelOptions& options);
void add_pca_flags(CLI::App& command, PcaOptions& options);
void add_output_flags(CLI::App& command, OutputOptions& options);
void add_reads_flag(CLI::App& command, StorageOptions& options);
void add_storage_flags(CLI::App& command, StorageOptions& options);  // S3, retries
void add_run_flags(CLI::App& command, CommonArguments& arguments);   // threads, log format

void add_crew_flag(CLI::App& command, CommonArguments& arguments);
void add_metrics_flag(CLI::App& command, RunOptions& options);
void add_log_flag(CLI::App& command, LogFormat& log_format);
void add_pack_flags(CLI::App& command, PackOptions& options, OutputOptions& output);

void add_layout_flag(CLI::App& command, OutputOptions& options);
void add_refit_flag(CLI::App& command, UpdateOptions& options);

// --overwrite and --layout alone.
void add_replacement_flags(CLI::App& command, OutputOptions& options);
void add_weights_flags(CLI::App& command, ModelOptions& options);  // without --model

}  // namespace verger::cli

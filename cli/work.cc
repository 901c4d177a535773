// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <memory>
#include <string>

#include "base/status_macros.h"
#include "command.h"
#include "crew/lines.h"
#include "crew/worker.h"
#include "flags.h"
#include "session.h"

namespace verger::cli {

namespace {

struct WorkArguments {
  std::string weights;
  int threads = 1;
  LogFormat log_format = LogFormat::kText;
  int64_t max_decode_memory = 0;
};

Status work_for_crew(const WorkArguments& arguments) {
  VERGER_RETURN_IF_ERROR(apply_decode_memory(arguments.max_decode_memory));
  const InterruptGuard interrupt;
  const WorkerSetup setup{.threads = arguments.threads,
                          .weights = arguments.weights,
                          .load = [&](const ModelOptions& options, const StorageOptions& storage) {
                            return load_network_model(options, storage, arguments.threads);
                          }};
  return work(STDIN_FILENO, claim_standard_output(), setup, interrupt.token());
}

}  // namespace

void add_work(Command& program) {
  const auto arguments = std::make_shared<WorkArguments>();
  Command& command =
      program.subcommand("work", "A worker of a crew: shards, by orders on standard input");
  OptionDeclaration weights = run_option("weights");
  weights.help = "Where this machine has the weights or the ONNX model of the orders";
  weights.unset = "where they say";
  command.option(weights, &arguments->weights);
  OptionDeclaration threads = run_option("threads");
  threads.unset = {};
  threads.bounds.least = 1;
  command.option(threads, &arguments->threads);
  add_decode_memory(command, arguments->max_decode_memory);
  add_log_format(command, arguments->log_format);
  command.example("verger work --threads 2");
  command.notes(
      "Not for people: what drives a run by --crew stdio starts these and hands them orders, as "
      "docs/crew.md tells and examples/crew.py does. It ends when its standard input does.");
  command.action([arguments] { return work_for_crew(*arguments); });
}

}  // namespace verger::cli

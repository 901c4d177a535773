// SPDX-License-Identifier: Apache-2.0
#include "packed/pack.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/choices.h"
#include "base/json_text.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "command.h"
#include "flags.h"
#include "input/inventory.h"
#include "output/records_json.h"
#include "session.h"
#include "storage/store.h"

namespace verger::cli {

namespace {

struct PackArguments : CommonArguments {
  PackOptions pack;
};

void print_packed(Console& console, const PackRecord& record, const std::string& output,
                  double seconds) {
  if (console.format() == LogFormat::kJson) {
    const nlohmann::json event = {{"event", "summary"},
                                  {"command", "pack"},
                                  {"images", record.images},
                                  {"bytes", record.bytes},
                                  {"containers", record.containers},
                                  {"kept", record.kept},
                                  {"passed_over", passed_over_json(record.passed_over)},
                                  {"seconds", seconds},
                                  {"output", output}};
    return console.line(json_text(event));
  }
  const std::string passed =
      record.passed_over.empty() ? "" : "\n  passed over  " + record.passed_over.text();
  std::printf(
      "\npack finished\n  images       %s of %s bytes%s\n  containers   %s, %s of them kept\n"
      "  time         %s\n  output       %s\n",
      format_count(record.images).c_str(), format_count(record.bytes).c_str(), passed.c_str(),
      format_count(record.containers).c_str(), format_count(record.kept).c_str(),
      format_duration(seconds).c_str(), printable(output).c_str());
  std::fflush(stdout);
}

Status pack_images(const PackArguments& arguments) {
  const RunOptions& options = arguments.options;
  VERGER_RETURN_IF_ERROR(options.validate());
  Console console(arguments.log_format);
  ConsoleObserver observer(console);
  const InterruptGuard interrupt;
  const auto start = std::chrono::steady_clock::now();
  VERGER_ASSIGN_OR_RETURN(const auto opened, open_input(arguments.input, options.storage));
  const auto& input = opened.store;
  if (!opened.note.empty()) observer.note(opened.note);
  VERGER_ASSIGN_OR_RETURN(const auto output, Store::open(arguments.output, options.storage));
  const int reads = options.storage.reads_in_flight;
  const PackPlan plan{.input = options.input,
                      .pack = arguments.pack,
                      .reads_in_flight = reads > 0 ? reads : input->default_reads_in_flight(),
                      .overwrite = options.output.overwrite,
                      .resume = options.output.resume};
  VERGER_ASSIGN_OR_RETURN(const auto record,
                          pack(*input, output, plan, {interrupt.token(), observer}));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  print_packed(console, record, output->shown(""), wall.count());
  return {};
}

}  // namespace

void add_pack(Command& program) {
  const auto arguments = std::make_shared<PackArguments>();
  Command& command =
      program.subcommand("pack", "Photographs into large files, which are read in few requests");
  OutputOptions& output = arguments->options.output;
  command.place(
      {.name = "INPUT", .value = "FILE", .help = "Folder of photographs, one sub-folder a class"},
      &arguments->input);
  command.place(
      {.name = "OUTPUT", .value = "FILE", .help = "Folder for the containers; created when absent"},
      &arguments->output);
  command.option({.name = "format",
                  .group = kOutputGroup,
                  .help = "Tables as Spark's binaryFile gives them, or tar files as WebDataset "
                          "reads them"},
                 named(arguments->pack.format, kPackFormats));
  command.option(kPackBytes, &arguments->pack.pack_bytes);
  OptionDeclaration overwrite = run_option("overwrite");
  overwrite.help = "Replace the containers that OUTPUT holds";
  command.option(overwrite, &output.overwrite);
  OptionDeclaration resume = run_option("resume");
  resume.help = "Go on with an interrupted pack: containers of the same images are kept";
  command.option(resume, &output.resume);
  command.run_options(kTakenByPack, arguments->options);
  add_log_format(command, arguments->log_format);
  command.example(
      "verger pack s3://bucket/Test s3://bucket/Packed\n"
      "verger run s3://bucket/Packed Results\n\n"
      "copies the photographs into Parquet tables of 256 MiB; run gives of them what it would give "
      "of the photographs.");
  command.action([arguments] { return pack_images(*arguments); });
}

}  // namespace verger::cli

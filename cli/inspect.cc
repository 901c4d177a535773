// SPDX-License-Identifier: Apache-2.0
#include "inspect/inspection.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_text.h"
#include "base/place.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "job.h"
#include "session.h"

namespace verger::cli {

namespace {

struct InspectArguments {
  std::string output;
  RunOptions options;  // its storage alone is used
  std::size_t rows = 5;
  bool json = false;
  CrewKind crew = CrewKind::kThreads;  // stdio: the files are read elsewhere (docs/crew.md)
  LogFormat log_format = LogFormat::kText;
};

void print_table(const TableDescription& table, int64_t width) {
  std::printf("\n%s  (%s)\n", table.name.c_str(),
              table.folder.empty() ? "." : (table.folder + '/').c_str());
  std::printf("  %s in %s, %s\n", format_count(table.rows, "row").c_str(),
              format_count(table.parts, "part").c_str(), format_bytes(table.bytes).c_str());
  for (const auto& [name, type] : table.columns) {
    std::printf("  %-17s %s", printable(name).c_str(), printable(type).c_str());
    if (name == "features") std::printf("  (%s each)", format_count(width).c_str());
    std::printf("\n");
  }
}

void print_head(const Inspection& inspection) {
  if (inspection.head.empty()) return;
  std::printf("\nhead of the features\n");
  for (const auto& row : inspection.head) {
    std::string values;
    for (const float value : row.values) {
      char text[32];
      std::snprintf(text, sizeof text, "%.6g, ", static_cast<double>(value));
      values += text;
    }
    std::printf("  %s | %s | [%s…]\n", printable(row.path).c_str(), printable(row.label).c_str(),
                values.c_str());
  }
}

void print_reduction(const Inspection& inspection, const RunRecord::Reduction& reduction) {
  std::printf("\nreduction\n  dimension after PCA: %s of %s, %s of the variance\n",
              format_count(reduction.k).c_str(), format_count(inspection.record.width).c_str(),
              format_percent(reduction.reached).c_str());
  std::printf("  cumulative at k − 1, k, k + 1: %.6f, %.6f, %.6f\n", reduction.below,
              reduction.reached, reduction.above);
  std::printf("  first components:");
  for (std::size_t i = 0; i < inspection.spectrum.size() && i < 6; ++i) {
    std::printf(" %s", format_percent(inspection.spectrum[i]).c_str());
  }
  std::printf("\n");
}

void print_text(const Inspection& inspection, const std::string& typed) {
  const RunRecord& record = inspection.record;
  std::printf("%s\n  made by verger %s from %s\n", printable(typed).c_str(),
              printable(record.command).c_str(), printable(written_place(record.input)).c_str());
  if (record.untrained()) {
    std::printf("  WARNING: untrained weights; a demonstration, the features mean nothing\n");
  }
  for (const auto& table : inspection.tables) print_table(table, record.width);
  if (!inspection.tables.empty()) {
    std::printf("\nshape of the features: (%s, %s)\n", format_count(record.counts.features).c_str(),
                format_count(record.width).c_str());
  }
  print_head(inspection);
  if (record.reduction) print_reduction(inspection, *record.reduction);
  std::printf("\nchecks\n");
  for (const auto& check : inspection.checks) {
    std::printf("  %-6s %-10s %s\n", check.ok ? "ok" : "FAULT", check.name.c_str(),
                printable(check.detail).c_str());
  }
}

Status inspect_output(const InspectArguments& arguments) {
  VERGER_RETURN_IF_ERROR(arguments.options.storage.validate());
  Console console(arguments.log_format);
  ConsoleObserver screen(console);
  Observer silence;  // beside a document for machines, unless they hear of progress as well
  const bool silent = arguments.json && arguments.log_format == LogFormat::kText;
  Observer& observer = silent ? silence : screen;
  const InterruptGuard interrupt;
  const auto look = [&](Crew& crew, const SayDone& say_done) -> Status {
    VERGER_ASSIGN_OR_RETURN(const auto inspection,
                            inspect(arguments.output, arguments.options.storage, arguments.rows,
                                    crew, {interrupt.token(), observer}));
    if (!arguments.json) {
      print_text(inspection, arguments.output);
    } else if (arguments.crew == CrewKind::kThreads) {  // which hears it as the record
      std::printf("%s\n", json_text(inspection.to_json(), 2).c_str());
    }
    std::fflush(stdout);
    say_done(inspection.ok() ? "done" : "faulty", inspection.to_json());
    for (const auto& check : inspection.checks) {
      if (!check.ok) {
        return Status::check_failed("The result in " + arguments.output +
                                    " has a fault: " + check.detail + ".");
      }
    }
    return {};
  };
  return with_crew("inspect", arguments.crew == CrewKind::kStdio, interrupt, look);
}

}  // namespace

void add_inspect(Command& program) {
  const auto arguments = std::make_shared<InspectArguments>();
  Command& command = program.subcommand("inspect", "Describe a result and check that it is whole");
  add_result(command, "OUTPUT", arguments->output);
  command.option({.name = "rows",
                  .group = kMessagesGroup,
                  .value = "N",
                  .help = "Rows of the features to show",
                  .bounds = {.least = 0}},
                 &arguments->rows);
  add_json(command, arguments->json);
  command.run_options(kTakenByInspect, arguments->options);
  add_crew(command, arguments->crew);
  add_log_format(command, arguments->log_format);
  command.example(
      "verger inspect Results\n\n"
      "recounts and re-hashes every file; exit code 1 when the result is damaged, incomplete or "
      "does not reconcile.");
  command.action([arguments] { return inspect_output(*arguments); });
}

}  // namespace verger::cli

// SPDX-License-Identifier: Apache-2.0
#include "flags.h"

#include <array>
#include <string>
#include <string_view>

#include "base/choices.h"
#include "image/decode_memory.h"

namespace verger::cli {

namespace {

constexpr OptionDeclaration kMaxDecodeMemory{
    .name = "max_decode_memory",
    .group = kSpeedGroup,
    .value = "BYTES",
    .help = "Memory that large images may take at once, over all threads; the others wait",
    .unset = "half of the memory",
    .bounds = {.least = 0}};

constexpr std::array<std::string_view, 2> kCrews{"threads", "stdio"};

}  // namespace

void add_input_output(Command& command, CommonArguments& arguments) {
  command.place(
      {.name = "INPUT", .value = "FILE", .help = "Folder of photographs, one sub-folder a class"},
      &arguments.input);
  command.place(
      {.name = "OUTPUT", .value = "FILE", .help = "Folder for the tables; created when absent"},
      &arguments.output);
}

void add_result(Command& command, const char* name, std::string& place) {
  command.place({.name = name, .value = "FILE", .help = "Output of an earlier run"}, &place);
}

void add_decode_memory(Command& command, int64_t& bytes) {
  command.option(kMaxDecodeMemory, &bytes);
}

Status apply_decode_memory(int64_t bytes) {
  VERGER_RETURN_IF_ERROR(check_option(kMaxDecodeMemory, &bytes));
  if (bytes > 0) set_decode_memory(static_cast<std::size_t>(bytes));
  return {};
}

void add_crew(Command& command, CrewKind& crew) {
  command.option({.name = "crew",
                  .group = kSpeedGroup,
                  .help = "Who does the shards: threads of this process, or workers elsewhere, to "
                          "which another program carries orders (docs/crew.md)"},
                 named(crew, kCrews));
}

void add_log_format(Command& command, LogFormat& log_format) {
  command.option({.name = "log_format",
                  .group = kMessagesGroup,
                  .help = "How standard error tells what goes on: in sentences, or one object a "
                          "line"},
                 named(log_format, kLogFormats));
}

void add_json(Command& command, bool& json) {
  command.option(
      {.name = "json", .group = kMessagesGroup, .help = "For machines: one JSON document"}, &json);
}

void add_extraction(Command& command, Takers taker, CommonArguments& arguments) {
  add_input_output(command, arguments);
  command.run_options(taker, arguments.options);
  add_decode_memory(command, arguments.max_decode_memory);
  add_crew(command, arguments.crew);
  add_log_format(command, arguments.log_format);
}

}  // namespace verger::cli

// SPDX-License-Identifier: Apache-2.0
#include "sample/sample.h"

#include <cstdio>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "command.h"
#include "console.h"

namespace verger::cli {

namespace {

struct SampleArguments {
  std::string directory;
  SampleOptions options;
};

Status render(const SampleArguments& arguments) {
  const SampleOptions& options = arguments.options;
  VERGER_RETURN_IF_ERROR(write_sample(arguments.directory, options));
  std::printf("%s images of %s classes are in %s\n", format_count(options.images).c_str(),
              format_count(options.classes).c_str(), arguments.directory.c_str());
  return {};
}

}  // namespace

void add_sample(Command& program) {
  const auto arguments = std::make_shared<SampleArguments>();
  Command command =
      program.subcommand("sample", "Render a make-believe orchard to try the other commands on");
  command.option("DIR", arguments->directory, "Folder to write; must be absent or empty")
      .required()
      .type_name("DIR");
  command.option("--images", arguments->options.images, "Images in all").show_default();
  command.option("--classes", arguments->options.classes, "Kinds of fruit, one folder each")
      .show_default();
  command.option("--seed", arguments->options.seed, "The same seed gives the same pictures")
      .not_negative()
      .show_default();
  command.footer(
      "Example:\n"
      "  verger sample Orchard --images 240 --classes 12 --seed 1\n"
      "writes Orchard/Apple Crimson/0_100.jpg and 239 more: 100×100 JPEGs, fruit on white.");
  command.action([arguments] { return render(*arguments); });
}

}  // namespace verger::cli

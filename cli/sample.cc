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
  std::printf("%s of %s %s in %s\n", format_count(options.images, "image").c_str(),
              format_count(options.classes, "class", "classes").c_str(),
              options.images == 1 ? "is" : "are", arguments.directory.c_str());
  return {};
}

}  // namespace

void add_sample(Command& program) {
  const auto arguments = std::make_shared<SampleArguments>();
  SampleOptions& options = arguments->options;
  Command& command =
      program.subcommand("sample", "Render a make-believe orchard to try the other commands on");
  command.place(
      {.name = "DIR", .value = "FOLDER", .help = "Folder to write; must be absent or empty"},
      &arguments->directory);
  command.option(kSampleImages, &options.images);
  command.option(kSampleClasses, &options.classes);
  command.option({.name = "seed",
                  .group = kResultsGroup,
                  .value = "N",
                  .help = "The same seed gives the same pictures"},
                 &options.seed);
  command.example(
      "verger sample Orchard --images 240 --classes 12 --seed 1\n\n"
      "writes Orchard/Apple Crimson/0_100.jpg and 239 more: 100×100 JPEGs, fruit on white.");
  command.action([arguments] { return render(*arguments); });
}

}  // namespace verger::cli

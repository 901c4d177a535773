// SPDX-License-Identifier: Apache-2.0
#include "weights/weights.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_text.h"
#include "base/status_macros.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "model/mobilenet_v2.h"
#include "session.h"

namespace verger::cli {

namespace {

using Json = nlohmann::ordered_json;

struct WeightsArguments {
  std::string file;
  RunOptions options;  // its storage alone is used
  bool json = false;
};

void print(const Json& document) { std::printf("%s\n", json_text(document, 2).c_str()); }

// What a run without --weights would use.
Result<std::string> present_weights() {
  VERGER_ASSIGN_OR_RETURN(auto file, find_weights(""));
  if (file) return absolute_place(*file);
  return Status::model(no_weights_message(keras_cache_folder(),
                                          "neither $VERGER_WEIGHTS nor Keras' cache has them"));
}

Status print_path(const WeightsArguments& arguments) {
  VERGER_ASSIGN_OR_RETURN(const std::string path, present_weights());
  if (arguments.json) {
    print({{"path", path}});
  } else {
    std::printf("%s\n", path.c_str());
  }
  return {};
}

Status fetch(const WeightsArguments& arguments) {
  Console console;
  const InterruptGuard interrupt;
  const FetchWatch watch{.cancel = &interrupt.token(), .on_download = [&](const auto& official) {
                           console.note("downloading " + std::string(official.url));
                         }};
  VERGER_ASSIGN_OR_RETURN(const FetchedWeights fetched, fetch_weights(keras_cache_folder(), watch));
  if (arguments.json) {
    print({{"path", fetched.path}, {"downloaded", fetched.downloaded}});
  } else {
    std::printf("%s\n  %s; its SHA-256 is the official one\n", fetched.path.c_str(),
                fetched.downloaded ? "downloaded" : "was already there");
  }
  return {};
}

std::string official_name(const std::string& sha256) {
  for (const OfficialWeights& official : official_weights()) {
    if (official.sha256 == sha256) return std::string(official.file_name);
  }
  return "";
}

// Convolutions, which the loader has checked one by one; null for an ONNX model.
Json layers_of(const ModelInfo& info) {
  return info.name.starts_with("MobileNetV2") ? Json(mobilenet_v2_layers().size()) : Json();
}

Status check(const WeightsArguments& arguments) {
  std::string path = arguments.file;
  if (path.empty()) {
    VERGER_ASSIGN_OR_RETURN(path, present_weights());
  }
  VERGER_ASSIGN_OR_RETURN(const LoadedNetwork network, load_network({.weights = path, .model = {}},
                                                                    arguments.options.storage, 1));
  const ModelInfo& info = network.model->info();
  const std::string official = official_name(info.weights_sha256);
  if (arguments.json) {
    print({{"path", path},
           {"model", info.name},
           {"weights", info.weights},
           {"sha256", info.weights_sha256},
           {"official", !official.empty()},
           {"untrained", info.untrained},
           {"layers", layers_of(info)},
           {"width", info.width}});
    return {};
  }
  std::printf("%s\n  network   %s, %s features an image\n", path.c_str(), info.name.c_str(),
              format_count(info.width).c_str());
  if (const Json layers = layers_of(info); !layers.is_null()) {
    std::printf("  layers    %d convolutions, all present and finite\n", layers.get<int>());
  }
  std::printf("  SHA-256   %s\n  official  %s\n", info.weights_sha256.c_str(),
              official.empty() ? "no: not a file that Keras is known to publish"
                               : ("yes: Keras' " + official).c_str());
  return {};
}

using Step = Status (*)(const WeightsArguments&);

Command& add_step(Command& weights, const std::string& name, const std::string& help, Step step) {
  const auto arguments = std::make_shared<WeightsArguments>();
  Command& command = weights.subcommand(name, help);
  if (name == "check") {
    command.place({.name = "FILE",
                   .value = "FILE",
                   .help = "Weights to check",
                   .unset = "those of 'verger weights path'"},
                  &arguments->file);
    command.run_options(kTakenByWeights, arguments->options);
  }
  add_json(command, arguments->json);
  command.action([arguments, step] { return step(*arguments); });
  return command;
}

}  // namespace

void add_weights(Command& program) {
  Command& weights = program.subcommand("weights", "Find, download or check MobileNetV2's weights");
  Command& path = add_step(weights, "path", "Print the file that a run would use", print_path);
  path.example("verger run Test Results --weights \"$(verger weights path)\"");
  path.notes("Exit code 4 when there is none.");
  Command& fetched =
      add_step(weights, "fetch", "Download the official file into Keras' cache", fetch);
  fetched.example("verger weights fetch");
  fetched.notes("Does nothing when the file is there already. Exit code 4 when it cannot be had.");
  Command& checked = add_step(weights, "check", "Load weights and say what they are", check);
  checked.example("verger weights check my_weights.h5 --json");
  checked.notes("Exit code 4 when they are damaged, or of another network.");
  weights.example("verger weights fetch && verger weights check");
  weights.notes(
      "Weights are looked for in --weights, $VERGER_WEIGHTS and Keras' cache (~/.keras/models or "
      "$KERAS_HOME/models).");
}

}  // namespace verger::cli

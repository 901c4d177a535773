// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "help.h"
#include "verger/version.h"

namespace verger::cli {

namespace {

using Json = nlohmann::ordered_json;

struct TypeName {
  Json operator()(const bool* /*flag*/) const { return "flag"; }
  Json operator()(const double* /*number*/) const { return "number"; }
  Json operator()(const std::string* /*text*/) const { return "text"; }
  Json operator()(const std::vector<std::string>* /*texts*/) const { return "texts"; }
  Json operator()(const NamedField& /*choice*/) const { return "choice"; }
  template <class Whole>
  Json operator()(const Whole* /*number*/) const {
    return "integer";
  }
};

Json argument_json(const Argument& argument) {
  const OptionDeclaration& about = argument.about;
  const bool choice = !argument.choices().empty();
  Json document = {{"name", about.name},
                   {"type", choice ? Json("choice") : std::visit(TypeName(), argument.field)},
                   {"value", about.value},
                   {"choices", Json::array()},
                   {"bounds", about.bounds.text()},
                   {"required", argument.required},
                   {"default", Json::parse(argument.default_json)},
                   {"default_text", argument.default_text},
                   {"help", about.help}};
  for (const std::string_view name : argument.choices()) document["choices"].push_back(name);
  return document;
}

Json option_to_json(const Argument& argument) {
  Json document = argument_json(argument);
  document["flags"] = argument.names();
  document["off"] = argument.about.off;
  document["group"] = argument.about.group;
  document["changes_result"] = argument.recorded == Recorded::kCompared;
  document["excludes"] = argument.about.excludes;
  return document;
}

Json command_json(const Command& command) {
  Json document = {{"path", command.path()},       {"help", command.help()},
                   {"example", command.example()}, {"notes", command.notes()},
                   {"arguments", Json::array()},   {"options", Json::array()}};
  for (const auto& place : command.places()) document["arguments"].push_back(argument_json(*place));
  for (const auto& option : command.options())
    document["options"].push_back(option_to_json(*option));
  return document;
}

}  // namespace

Json help_json(const Command& command) {
  Json commands = Json::array();
  for (const Command* one : all_commands(command)) commands.push_back(command_json(*one));
  return {{"format", "verger-help"},
          {"version", 1},
          {"verger_version", kVersion},
          {"commands", std::move(commands)}};
}

}  // namespace verger::cli

// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "completion.h"

namespace verger::cli {

namespace {

template <class Words>
std::string joined(const Words& words, std::string_view separator) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

Status print_completion(const Command& program, const std::string& shell) {
  std::string script;
  if (shell == "bash") script = bash_completion(program);
  if (shell == "zsh") script = zsh_completion(program);
  if (shell == "fish") script = fish_completion(program);
  std::fputs(script.c_str(), stdout);
  return {};
}

}  // namespace

ValueKind value_kind(const Argument& argument) {
  if (argument.is_flag()) return ValueKind::kNone;
  if (!argument.choices().empty()) return ValueKind::kChoice;
  if (argument.about.value.starts_with("FILE")) return ValueKind::kFile;
  return argument.about.value == "FOLDER" ? ValueKind::kFolder : ValueKind::kFree;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  return joined(words, separator);
}

std::string join(std::span<const std::string_view> words, std::string_view separator) {
  return joined(words, separator);
}

std::string names_of(const std::vector<std::unique_ptr<Command>>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command->name());
  return join(names, " ");
}

void add_completion(Command& program) {
  static constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};
  const auto shell = std::make_shared<std::string>();
  Command& command =
      program.subcommand("completion", "Print a script that makes a shell complete verger");
  command.place({.name = "SHELL", .help = "Which shell", .choices = kShells}, shell.get());
  command.example(
      "source <(verger completion bash)                                   # this shell only\n"
      "verger completion bash > ~/.local/share/bash-completion/completions/verger\n"
      "verger completion zsh  > ~/.zfunc/_verger                          # a folder of $fpath\n"
      "verger completion fish > ~/.config/fish/completions/verger.fish");
  command.action([&program, shell] { return print_completion(program, *shell); });
}

}  // namespace verger::cli

// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "command.h"
#include "syntax.h"

namespace verger::cli {

namespace {

Status print_completion(const Command& program, const std::string& shell) {
  const CommandSyntax syntax = describe(program);
  std::string script;
  if (shell == "bash") script = bash_completion(syntax);
  if (shell == "zsh") script = zsh_completion(syntax);
  if (shell == "fish") script = fish_completion(syntax);
  std::fputs(script.c_str(), stdout);
  return {};
}

}  // namespace

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

// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>
#include <string>

#include "command.h"
#include "syntax.h"

namespace verger::cli {

namespace {

Status print_completion(const Command& program, const std::string& shell) {
  const CommandSyntax syntax = program.describe();
  std::string script;
  if (shell == "bash") script = bash_completion(syntax);
  if (shell == "zsh") script = zsh_completion(syntax);
  if (shell == "fish") script = fish_completion(syntax);
  std::fputs(script.c_str(), stdout);
  return {};
}

}  // namespace

void add_completion(Command& program) {
  const auto shell = std::make_shared<std::string>();
  Command command =
      program.subcommand("completion", "Print a script that makes a shell complete verger");
  command.option("SHELL", *shell, "bash, zsh or fish").required().one_of({"bash", "zsh", "fish"});
  command.footer(
      "Examples:\n"
      "  source <(verger completion bash)                                   # this shell only\n"
      "  verger completion bash > ~/.local/share/bash-completion/completions/verger\n"
      "  verger completion zsh  > ~/.zfunc/_verger                          # a folder of $fpath\n"
      "  verger completion fish > ~/.config/fish/completions/verger.fish");
  command.action([program, shell] { return print_completion(program, *shell); });
}

}  // namespace verger::cli

#include <cstdio>
#include <memory>
#include <string>

#include "command.h"
#include "syntax.h"

namespace verger::cli {

namespace {

Status print_completion(const CLI::App& app, const std::string& shell) {
  const CommandSyntax syntax = describe(app);
  std::string script;
  if (shell == "bash") script = bash_completion(syntax);
  if (shell == "zsh") script = zsh_completion(syntax);
  if (shell == "fish") script = fish_completion(syntax);
  std::fputs(script.c_str(), stdout);
  return {};
}

}  // namespace

void add_completion(CLI::App& app, Action& action) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("completion", "Print a script that makes a shell complete verger");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "Examples:\n"
      "  source <(verger completion bash)                                   # this shell only\n"
      "  verger completion bash > ~/.local/share/bash-completion/completions/verger\n"
      "  verger completion zsh  > ~/.zfunc/_verger                          # a folder of $fpath\n"
      "  verger completion fish > ~/.config/fish/completions/verger.fish");
  command->callback(
      [&app, shell, &action] { action = [&app, shell] { return print_completion(app, *shell); }; });
}

}  // namespace verger::cli

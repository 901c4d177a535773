# SPDX-License-Identifier: Apache-2.0
"""`verger completion`: the scripts load, and complete what the program really takes."""

import json
import re
import shutil
import subprocess

import pytest
from conftest import ROOT

INSTALLED = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]


@pytest.fixture(scope="module")
def scripts(verger, tmp_path_factory):
    """A folder with one script a shell."""
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        (folder / shell).write_text(verger("completion", shell).stdout)
    return folder


@pytest.fixture
def complete(scripts, tmp_path):
    """A function from the words of a command line to bash's completions of the last one."""

    def run(*words):
        program = (
            'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _verger; '
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        process = subprocess.run(
            ["bash", "--norc", "-uc", program, "bash", scripts / "bash", "verger", *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
        assert not process.stderr
        return set(process.stdout.split("\n")) - {""}

    return run


def commands_of(verger, *path):
    """The commands below this one, as the help for machines tells."""
    return {command["path"][len(path)] for command in described(verger, *path)[1:]}


def described(verger, *path):
    return json.loads(verger("help", *path, "--json").stdout)["commands"]


def test_bash_registers_the_function(scripts):
    process = subprocess.run(
        ["bash", "--norc", "-c", 'source "$1"; complete -p verger', "bash", scripts / "bash"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() == "complete -F _verger verger"


def test_bash_works_by_process_substitution(program):
    subprocess.run(
        [
            "bash",
            "--norc",
            "-c",
            'source <("$1" completion bash); complete -p verger',
            "-",
            program,
        ],
        check=True,
        capture_output=True,
    )


def test_commands_are_those_of_the_help(verger, complete):
    assert complete("") == commands_of(verger)
    assert complete("weights", "") == commands_of(verger, "weights")


def test_commands_are_completed(complete):
    assert complete("in") == {"inspect"}
    assert complete("weights", "f") == {"fetch"}


@pytest.mark.parametrize(
    "path",
    [
        ("run",),
        ("extract",),
        ("reduce",),
        ("apply",),
        ("update",),
        ("sample",),
        ("weights", "check"),
    ],
)
def test_options_are_those_of_the_help(verger, complete, path):
    (command,) = described(verger, *path)
    flags = {flag for option in command["options"] for flag in option["flags"]}
    assert set(complete(*path, "-")) == flags | {"--help", "-h"}


def test_enumerated_values_are_completed(complete):
    assert complete("run", "--precision", "") == {"f32", "f32x3", "bf16"}
    assert complete("run", "--layout", "n") == {"notebook"}
    assert complete("run", "--log-format", "=", "j") == {"json"}
    assert complete("run", "--log-format", "=") == {"text", "json"}
    assert complete("run", "--s3-addressing", "") == {"path", "virtual"}
    assert complete("update", "--refit", "") == {"auto", "always", "never"}
    assert complete("completion", "") == {"bash", "zsh", "fish"}


def test_files_and_folders_are_completed(complete, tmp_path):
    (tmp_path / "my photographs").mkdir()
    (tmp_path / "my weights.h5").touch()
    assert complete("run", "my") == {"my photographs", "my weights.h5"}
    assert complete("run", "--weights", "my") == {"my photographs", "my weights.h5"}
    assert complete("sample", "my") == {"my photographs"}


def test_a_number_is_not_completed(complete, tmp_path):
    (tmp_path / "file").touch()
    assert complete("run", "--threads", "") == set()


@pytest.mark.parametrize("shell", INSTALLED)
def test_the_script_is_valid(scripts, shell):
    subprocess.run([shell, "-n", scripts / shell], check=True, capture_output=True)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_every_command_is_in_the_script(verger, scripts, shell):
    text = (scripts / shell).read_text()
    for command in commands_of(verger) | commands_of(verger, "weights"):
        assert re.search(rf"\b{command}\b", text)
    assert "precision" in text
    assert "f32 f32x3 bf16" in text


def test_an_unknown_shell_is_a_usage_error(verger):
    assert "csh" in verger("completion", "csh", exit_code=2).stderr


def test_the_getting_started_guide_names_every_command(verger):
    text = (ROOT / "docs" / "getting-started.md").read_text()
    for command in commands_of(verger):
        assert f"verger {command}" in text

# SPDX-License-Identifier: Apache-2.0
"""What the program shows of itself, and what it says of words that it does not know."""

import json
import os
import re
import subprocess

import pytest


@pytest.fixture(scope="session")
def described(verger):
    """What `verger help --json` tells: the commands by their paths."""
    document = json.loads(verger("help", "--json").stdout)
    assert (document["format"], document["version"]) == ("verger-help", 1)
    return {" ".join(command["path"]): command for command in document["commands"]}


def names(path):
    return path.split()


def test_who_asks_nothing_is_shown_what_there_is(verger, described):
    overview = verger().stdout
    assert overview == verger("--help").stdout == verger("help").stdout == verger("-h").stdout
    for path, command in described.items():
        if len(command["path"]) == 1:
            assert re.search(rf"(?m)^  {path} ", overview)
    assert verger("weights").stdout == verger("help", "weights").stdout
    assert not verger().stderr


def test_each_command_is_shown_alike_by_either_way(verger, described):
    assert len(described) > 15
    for path in described:
        if not path:
            continue
        text = verger("help", *names(path)).stdout
        assert text == verger(*names(path), "--help").stdout
        assert text.startswith(f"verger {path} ")


def test_an_example_comes_first(verger, described):
    for path, command in described.items():
        text = verger("help", *names(path)).stdout
        assert command["example"].startswith("verger ") or path == "completion"
        headings = re.findall(r"(?m)^(\w+):$", text)
        assert headings[0] == "Example"
        assert command["example"].partition("\n")[0] in text


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_lines_fit_the_terminal(verger, described, columns):
    environment = {**os.environ, "COLUMNS": str(columns)}
    for path, command in described.items():
        text = verger("help", *names(path), env=environment).stdout
        typed = {f"  {line}" for line in command["example"].partition("\n\n")[0].splitlines()}
        widest = max(len(line) for line in text.splitlines() if line not in typed)
        assert widest <= min(columns, 100), path
    if columns <= 100:
        assert (
            max(map(len, verger("run", "--help", env=environment).stdout.splitlines()))
            > 0.8 * columns
        )


def test_a_terminal_tells_its_width(program):
    script = f"stty cols 64; {program} run --help"
    said = subprocess.run(
        ["script", "-qec", script, "/dev/null"],
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = said.replace("\r", "").splitlines()
    assert max(map(len, lines)) <= 64


def test_options_stand_in_groups_and_their_choices_once(verger, described):
    text = verger("run", "--help").stdout
    headings = re.findall(r"(?m)^(\w+):$", text)
    assert headings == [
        "Example",
        "Photographs",
        "Results",
        "Output",
        "Speed",
        "Storage",
        "Messages",
    ]
    for command in described.values():
        for option in command["options"]:
            assert option["group"], (command["path"], option["name"])
            choices = option["choices"]
            if len(choices) > 1:
                assert not re.search(
                    "(?:, ?|[|]| or )".join(map(re.escape, choices)), option["help"]
                )
    assert text.count("f32|f32x3|bf16") == 1


def test_the_listing_for_machines_tells_all_of_an_option(described):
    options = {option["name"]: option for option in described["run"]["options"]}
    variance = options["variance"]
    assert variance["flags"] == ["--variance"]
    assert (variance["type"], variance["default"]) == ("number", 0.95)
    assert variance["bounds"] == "above 0 and at most 1"
    assert variance["changes_result"]
    assert options["components"]["excludes"] == "variance"
    assert options["layout"]["choices"] == ["tables", "notebook"]
    assert options["recursive"]["flags"] == ["--recursive", "--no-recursive"]
    assert not options["threads"]["changes_result"]
    assert [place["name"] for place in described["run"]["arguments"]] == ["INPUT", "OUTPUT"]
    assert "neighbors" in {option["name"] for option in described["similar"]["options"]}


def test_an_option_of_several_commands_is_one(described):
    seen = {}
    own = {"model", "max_pixels", "neighbors", "weights", "threads", "overwrite", "resume"}
    for command in described.values():
        for option in command["options"]:
            if option["name"] in own:
                continue
            first = seen.setdefault(option["name"], option)
            assert option == first, (command["path"], option["name"])


REFUSED = [
    (["rnu", "a", "b"], "'verger' has no command 'rnu'; did you mean run? "),
    (["weights", "fecth"], "'verger weights' has no command 'fecth'; did you mean fetch? "),
    (["help", "updat"], "'verger' has no command 'updat'; did you mean update? "),
    (["run", "a", "b", "--varience", "0.9"], "has no option --varience; did you mean --variance? "),
    (["run", "a", "b", "--no-recursiv"], "did you mean --no-recursive? "),
    (["run", "a", "b", "--colour"], "no option --colour; 'verger run --help' shows"),
    (["weights", "check", "--jsno"], "'verger weights check --help' shows what it takes."),
    (["run", "--parts"], "--parts needs a value; 'verger run --help'"),
    (["run", "a", "b", "--metrics", "--threads", "2"], "--metrics needs a value"),
    (["run", "a", "b", "--parts", "3", "--parts=4"], "--parts is given twice; give it once."),
    (["run"], "'verger run' needs INPUT and OUTPUT; 'verger run --help'"),
    (["run", "a"], "'verger run' needs OUTPUT; "),
    (["similar", "a.jpg"], "'verger similar' needs --in; "),
    (["run", "c", "a", "b", "d"],
     "takes INPUT and OUTPUT alone, and was given 'c', 'a', 'b' and 'd'; "),
    (["run", "a", "b", "--strict=maybe"], "--strict must be true or false, not 'maybe'."),
    (["run", "a", "b", "--max-pixels", "0"], "--max-pixels must be at least 1, not 0."),
    (["run", "a", "b", "--parts", "1e3"], "--parts must be between 1 and 100,000, not '1e3'."),
    (["run", "a", "b", "--components", "-1"], "--components must be at least 1, not -1."),
    (["inspect", "a", "--rows", "99999999999999999999"], "--rows must be at least 0, not 9999"),
    (["run", "a", "b", "--s3-addressing", "dns"], "--s3-addressing must be path or virtual"),
    (["run", "a", "b", "--overwrite", "--resume"], "--overwrite and --resume exclude each other"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: " ".join(case[0]))
def test_what_is_refused_is_told_in_a_sentence(verger, case):
    words, said = case
    process = verger(*words, exit_code=2)
    (line,) = process.stderr.splitlines()
    assert line.startswith("verger: error: ")
    assert line.endswith(".")
    assert said in line
    assert len(line) < 200
    assert not process.stdout


def test_a_value_may_look_like_an_option(verger, tmp_path):
    process = verger("inspect", tmp_path / "nowhere", "--rows=3", "--json=false", exit_code=3)
    assert "nowhere" in process.stderr
    assert "-1.jpg" in verger("inspect", "--", "-1.jpg", exit_code=3).stderr


def test_who_calls_it_from_python_hears_keywords(verger):
    environment = {**os.environ, "VERGER_SPELLING": "keyword"}
    process = verger("run", "a", "b", "--max-pixels", 0, exit_code=2, env=environment)
    assert process.stderr == "verger: error: max_pixels must be at least 1, not 0.\n"
    process = verger("run", "a", "b", "--max-pixel=3", exit_code=2, env=environment)
    assert "has no option max_pixel; did you mean max_pixels? " in process.stderr

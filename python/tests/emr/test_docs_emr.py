# SPDX-License-Identifier: Apache-2.0
"""The pages on EMR say what the program does, in both languages."""

import math
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from emr.conftest import EXAMPLES
from emr.sizing import MARKS, table
from verger.emr import instances
from verger.emr.cli import program
from verger.emr.config import ApplicationConfig, ClusterConfig
from verger.emr.estimate import GETS_A_PREFIX
from verger.emr.parts import Capacity, Initial, Serverless, Worker

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
PAGES = {"en": ROOT / "docs" / "spark-emr.md", "fr": ROOT / "docs" / "fr" / "spark-emr.md"}
each_page = pytest.mark.parametrize("language", PAGES)


@each_page
def test_the_table_of_sizes_is_what_the_estimate_gives(language):
    begin, end = MARKS
    between = PAGES[language].read_text().partition(begin)[2].partition(end)[0]
    assert between.strip() == table(language), "write it anew: python -m emr.sizing"


@each_page
def test_the_limit_of_s3_is_worked_out(language):
    amx, avx2 = (math.ceil(GETS_A_PREFIX * instances.rate_of(kind, "f32")["cpu_ms_image"] / 1000)
                 for kind in ("m7i.xlarge", "m5.xlarge"))  # fmt: skip
    core = {"en": ("cores on AMX", "on AVX2"), "fr": ("cœurs sur AMX", "en AVX2")}[language]
    assert f"{amx} {core[0]}, {avx2} {core[1]}" in PAGES[language].read_text()


@each_page
def test_every_command_is_on_the_page_and_no_other(language):
    text = PAGES[language].read_text()
    named = set(re.findall(r"^verger-emr (\w+)", text, re.MULTILINE))
    for line in re.findall(r"^\| (`.*) \| ", text, re.MULTILINE):
        named |= {word for word in re.findall(r"`(\w+)", line) if word in program.commands}
    assert named == set(program.commands)


@each_page
def test_every_key_is_on_the_page(language):
    text = PAGES[language].read_text()
    models = (ClusterConfig, ApplicationConfig, Serverless, Capacity, Worker, Initial)
    keys = {key for model in models for key in model.model_fields}
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_the_page_of_reference_is_not_stale():
    command = [sys.executable, ROOT / "tools" / "reference_emr.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@each_page
def test_every_example_and_every_link_leads_somewhere(language):
    page = PAGES[language]
    text = page.read_text()
    assert [path.name for path in EXAMPLES.iterdir() if f"`{path.name}`" not in text] == []
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (page.parent / target).exists(), target
    for test in re.findall(r"`(python/tests/\S+\.py)`", text):
        assert (ROOT / test).exists(), test


def test_both_languages_have_the_same_parts():
    shapes = []
    for page in PAGES.values():
        lines = page.read_text().splitlines()
        shapes.append([re.match(r"#+|\||```|- |\*\*|<!--", line)[0] for line in lines
                       if re.match(r"#+|\||```|- |\*\*|<!--", line)])  # fmt: skip
    assert shapes[0] == shapes[1]


def test_every_option_has_help():
    for name, command in program.commands.items():
        assert command.help, name
        for option in command.params:
            if option.param_type_name == "option":
                assert option.help, f"{name} {option.opts}"

# SPDX-License-Identifier: Apache-2.0
"""The closing line of a test run must count what happened, and hide nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "count_tests.py"
PASS = '<testcase name="a" classname="S" status="run" />'
FAIL = '<testcase name="b" classname="S" status="run"><failure message="wrong" /></testcase>'
ABSENT = "shared data absent: no photographs"


def skip(reason: str) -> str:
    return f'<testcase name="c" classname="S"><skipped message="{reason}" /></testcase>'


@pytest.fixture
def suite(tmp_path):
    """Return a function that writes a suite and one that counts all suites."""

    def write(name, files, status="0"):
        for path, text in {**files, "exit": status}.items():
            place = tmp_path / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)

    def count(*names):
        command = [sys.executable, SCRIPT, tmp_path, *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout.splitlines(), done.returncode

    return write, count


def pytest_file(*cases):
    return {"pytest.xml": f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"}


def ctest_files(status, cases=None):
    program = f'<testsuite><testcase name="base_test" status="{status}" /></testsuite>'
    inner = {} if cases is None else {"cases/base_test.xml": f"<testsuites>{cases}</testsuites>"}
    return {"ctest.xml": program, **inner}


def test_all_suites_are_added_up(suite):
    write, count = suite
    write("unit", ctest_files("run", PASS + PASS))
    write("python", pytest_file(PASS, skip(ABSENT)))
    lines, status = count()
    assert lines == [f"SKIPPED python: S.c: {ABSENT}", "3 passed, 0 failed, 1 skipped"]
    assert status == 0


def test_a_failed_case_fails_the_run(suite):
    write, count = suite
    write("unit", ctest_files("fail", PASS + FAIL), status="8")
    lines, status = count()
    assert lines == ["FAILED unit: S.b: wrong", "1 passed, 1 failed, 0 skipped"]
    assert status == 1


@pytest.mark.parametrize("reason", ["no time", "", "tensorflow missing; shared data absent: x"])
def test_a_skip_for_another_reason_is_a_failure(suite, reason):
    write, count = suite
    write("python", pytest_file(PASS, skip(reason)))
    lines, status = count()
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"
    assert status == 1


def test_the_place_before_a_googletest_reason_is_passed_over(suite):
    write, count = suite
    write("unit", ctest_files("run", skip(f"/src/x_test.cc:12&#x0A;{ABSENT}")))
    lines, _ = count()
    assert lines[-1] == "0 passed, 0 failed, 1 skipped"


@pytest.mark.parametrize(
    "files",
    [
        ctest_files("fail"),  # crashed: no cases written
        ctest_files("fail", PASS),  # crashed on the way out
        ctest_files("run", ""),  # ran no case
        {"ctest.xml": "<testsuite>"},  # cut off
        {},  # nothing at all
    ],
)
def test_a_broken_suite_is_one_failure(suite, files):
    write, count = suite
    write("unit", files, status="8")
    lines, status = count()
    assert lines[-1].split(", ")[1] == "1 failed"
    assert status == 1


@pytest.mark.parametrize("end", ["unfinished", "139"])
def test_a_suite_that_ended_badly_is_a_failure_though_its_cases_passed(suite, end):
    write, count = suite
    write("python", pytest_file(PASS), status=end)
    lines, status = count()
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"
    assert status == 1


def test_a_suite_that_was_never_begun_is_a_failure(suite):
    _, count = suite
    assert count("unit")[0][-1] == "0 passed, 1 failed, 0 skipped"
    assert count()[0][-1] == "0 passed, 1 failed, 0 skipped"


def test_a_disabled_case_is_a_failure(suite):
    write, count = suite
    write("unit", ctest_files("run", PASS + '<testcase name="d" status="notrun" />'))
    assert count()[0][-1] == "1 passed, 1 failed, 0 skipped"

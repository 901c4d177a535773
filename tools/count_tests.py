# SPDX-License-Identifier: Apache-2.0
"""Add up the JUnit files of all test suites and print one closing line.

usage: count_tests.py REPORTS [SUITE ...]

REPORTS holds a folder a suite, written by run_tests.sh: `exit` (the exit status, or
"unfinished"), and `ctest.xml` with `cases/*.xml` (GoogleTest) or `pytest.xml`.
The exit status is 1 when anything failed. Failures are:
- a failed case, a suite or test program that crashed, ended badly or ran no case;
- a skip whose reason does not begin with "shared data absent:".
"""

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

ALLOWED_SKIP = "shared data absent:"


@dataclass
class Count:
    """What a suite did; failed and skipped hold "name: reason"."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return the number of cases seen."""
        return self.passed + len(self.failed) + len(self.skipped)

    def add(self, other: "Count") -> None:
        """Add another count to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def first_line(element: ET.Element) -> str:
    """Return the line that says why: GoogleTest puts the place in the source before it."""
    text = element.get("message") or element.text or ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    allowed = [line for line in lines if line.startswith(ALLOWED_SKIP)]
    return (allowed or lines or ["no reason given"])[0]


def count_cases(path: Path, prefix: str) -> Count:
    """Count the cases of one JUnit file, GoogleTest's or pytest's."""
    count = Count()
    for case in ET.parse(path).getroot().iter("testcase"):
        name = f"{prefix}: {case.get('classname', '')}.{case.get('name')}"
        failure = next((e for tag in ("failure", "error") for e in case.iter(tag)), None)
        skip = case.find("skipped")
        if failure is not None:
            count.failed.append(f"{name}: {first_line(failure)}")
        elif skip is not None and first_line(skip).startswith(ALLOWED_SKIP):
            count.skipped.append(f"{name}: {first_line(skip)}")
        elif skip is not None:
            count.failed.append(f"{name}: skipped: {first_line(skip)}")
        elif case.get("status") == "notrun":
            count.failed.append(f"{name}: disabled")
        else:
            count.passed += 1
    return count


def count_ctest(folder: Path, suite: str) -> Count:
    """Count the cases of every test program that ctest ran."""
    count = Count()
    for program in ET.parse(folder / "ctest.xml").getroot().iter("testcase"):
        name = program.get("name", "")
        ended_well = program.get("status") == "run"
        cases = folder / "cases" / f"{name}.xml"
        if not cases.exists():
            if ended_well:
                count.passed += 1  # a plain program: one test
            else:
                count.failed.append(f"{suite}: {name}: crashed or was not built")
            continue
        inner = count_cases(cases, suite)
        if inner.total == 0 or (not ended_well and not inner.failed):
            inner.failed.append(f"{suite}: {name}: ran no case or ended badly")
        count.add(inner)
    return count


def count_suite(folder: Path) -> Count:
    """Count one suite; whatever its files cannot explain is a failure."""
    suite, count = folder.name, Count()
    status = (folder / "exit").read_text().strip() if (folder / "exit").exists() else "missing"
    try:
        if (folder / "ctest.xml").exists():
            count.add(count_ctest(folder, suite))
        if (folder / "pytest.xml").exists():
            count.add(count_cases(folder / "pytest.xml", suite))
    except ET.ParseError as error:
        count.failed.append(f"{suite}: damaged report: {error}")
    if status != "0" and not count.failed:
        count.failed.append(f"{suite}: ended with status {status}")
    if count.total == 0:
        count.failed.append(f"{suite}: ran no test")
    return count


def main(arguments: list[str]) -> int:
    """Print failures, skips and the closing line; return the exit status."""
    reports = Path(arguments[0])
    names = arguments[1:] or sorted(p.name for p in reports.glob("*") if p.is_dir())
    count = Count()
    for name in names:
        count.add(count_suite(reports / name))
    if not names:
        count.failed.append("no suite ran")
    for line in count.skipped:
        print(f"SKIPPED {line}")
    for line in count.failed:
        print(f"FAILED {line}")
    sums = (count.passed, len(count.failed), len(count.skipped))
    print("{} passed, {} failed, {} skipped".format(*sums))
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

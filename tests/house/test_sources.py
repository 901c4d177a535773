# SPDX-License-Identifier: Apache-2.0
"""The tracked files keep the rules that no formatter checks."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "check_sources.py"

spec = importlib.util.spec_from_file_location("check_sources", SCRIPT)
check_sources = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_sources)


def test_tracked_files_keep_the_rules():
    command = [sys.executable, SCRIPT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize(
    "line", ["see /wor" + "k/x", "from https://pypi" + ".org/simple", "pip --index" + "-url X"]
)
def test_a_forbidden_text_is_found(line):
    assert len(list(check_sources.faults(Path("a.md"), f"fine\n{line}\n"))) == 1


def faults_of(name, text):
    return list(check_sources.faults(Path(name), text))


def test_a_long_file_is_found():
    head = "// SPDX-License-Identifier: Apache-2.0\n"
    assert faults_of("a.cc", head + "x\n" * 300) == []
    assert faults_of("a.cc", head + "x\n" * 301) == ["a.cc: 301 lines; at most 300"]


def test_a_source_without_its_licence_is_found():
    line = "# SPDX-License-Identifier: Apache-2.0\n"
    for text in (line, "#!/usr/bin/env bash\n" + line, line + "import os\n"):
        assert faults_of("a.sh", text) == []
    for name in ("a.py", "a.cc", "CMakeLists.txt"):
        assert len(faults_of(name, "import os\n" + line)) == 1
    assert faults_of("a.md", "# A page\n") == []


def test_cxx_functions_are_measured():
    text = """
namespace verger {
// A comment with a { brace.
struct A {
  A() : x_{1} {}
  int get() const { return x_; }
  int x_;
};
const char* kText = "a { b";
int f(int a,
      int b) {
  if (a) {
    return b;
  }
  return a;
}
}  // namespace verger
"""
    assert [lines for _, lines in check_sources.cxx_functions(text)] == [1, 1, 7]

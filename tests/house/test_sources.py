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


def test_a_long_file_is_found():
    assert list(check_sources.faults(Path("a.cc"), "x\n" * 300)) == []
    assert list(check_sources.faults(Path("a.cc"), "x\n" * 301)) == ["a.cc: 301 lines; at most 300"]


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

# SPDX-License-Identifier: Apache-2.0
"""The tracked files keep the rules that no formatter checks."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "check_sources.py"

sys.path.insert(0, str(SCRIPT.parent))
spec = importlib.util.spec_from_file_location("check_sources", SCRIPT)
check_sources = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_sources)

HALF_PHRASE = " of the table"


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


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.cc", f"int rows = 0;  //{HALF_PHRASE}"),
        ("a.py", f"rows = 0  #{HALF_PHRASE}"),
        ("a.cc", f"  //{HALF_PHRASE}\n  int rows = 0;"),
        ("a.cc", f"  //{HALF_PHRASE.replace('o', 'O', 1)}.\n  int rows = 0;"),
        ("a.cc", "const auto found = rows.find(7);"),
        ("a.h", "  Rows found_;"),
        ("a.py", "found = 1"),
        ("a.cc", "int most = 1000000;"),
        ("a.py", "most = 1000000"),
        ("a.cc", 'fail("at most 18446744073709551615 rows");'),
        ("src/a.cc", 'return io("it has " + std::to_string(size) + " bytes");'),
        ("src/a.cc", "return io(std::to_string(shards) +\n          \" shards; 'x' has others\");"),
    ],
)
def test_half_phrases_empty_names_and_long_numbers_are_found(name, line):
    mark = "#" if name.endswith(".py") else "//"
    assert len(faults_of(name, f"{mark} SPDX-License-Identifier: Apache-2.0\n\n{line}\n")) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.cc", f"// The number\n//{HALF_PHRASE}.\nint rows = 1'000'000;"),
        ("a.cc", f"int a = 0;  // the rows\n            //{HALF_PHRASE}\n"),
        ("a.cc", 'bool is = next(order).found; say("lost+found"); int a = 0x12345678;'),
        ("a.cc", 'EXPECT_EQ(of("2025-01-31 1234567.jpg"), 1e300);'),
        ("a.py", 'path = "lost+found"  # it was found\nrows = 1_000_000'),
        ("src/a.cc", 'head += "content-length: " + std::to_string(size); say("a b; c");'),
        ("src/a.cc", 'std::string key = std::to_string(size);\nsay("the key is " + key);'),
        ("src/a_test.cc", 'EXPECT_EQ(say(), "it has " + std::to_string(size) + " bytes");'),
    ],
)
def test_whole_thoughts_pass(name, text):
    mark = "#" if name.endswith(".py") else "//"
    assert faults_of(name, f"{mark} SPDX-License-Identifier: Apache-2.0\n\n{text}\n") == []


def test_an_option_that_is_declared_twice_is_found():
    text = 'command.option({.name = "parts", .help = "Files"}, &parts);'
    names = list(check_sources.options_declared(Path("cli/run.cc"), text))
    assert names == ["parts"]
    assert list(check_sources.options_declared(Path("cli/run_test.cc"), text)) == []
    places = {"parts": [Path("cli/run.cc"), Path("cli/update.cc")], "json": [Path("a"), Path("b")]}
    [fault] = check_sources.option_faults(places)
    assert fault.startswith("option parts is declared 2 times: cli/run.cc, cli/update.cc")


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

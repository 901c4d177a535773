#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the test suites: `run_tests.sh quick` what a change needs, `run_tests.sh heavy` the
# sanitizers, the comparisons with the references and the next two, `run_tests.sh spark` the package
# in Spark, on clusters too, `run_tests.sh emr` the life of EMR clusters, `run_tests.sh fuzz MINUTES`
# the fuzz targets for that long in all (each for 10 s as part of `quick`). Every suite leaves
# build/reports/SUITE/: its JUnit files and `exit`, its exit status. count_tests.py adds them up.
set -uo pipefail # no -e: a suite that fails must not keep the next from running
cd "$(dirname "$0")/.." || exit 1
root=$PWD
reports=$root/build/reports
rules=$root/tools/sanitizers
jobs=$(nproc)
side_by_side=(--numprocesses "$jobs" --dist loadfile) # the tests of a file stay together
spark35_tests=(
  python/tests/spark/test_{image_featurizer,variance_pca_spark,job}.py
)

# Marks suites as begun: one that never ends is then a failure, not a gap.
register() {
  local suite
  for suite in "$@"; do
    rm -rf "${reports:?}/$suite"
    mkdir -p "$reports/$suite"
    echo unfinished >"$reports/$suite/exit"
  done
}

run_suite() {
  local suite=$1 TIMEFORMAT="== $1: %0R s, CPU %0U + %0S s"
  shift
  echo "== $suite"
  time "$@"
  echo "$?" >"$reports/$suite/exit"
}

# GoogleTest by ctest, under the preset's name; each test program leaves a file of its cases. The fuzz
# targets that a build may have are a suite of their own.
unit() {
  local suite=unit-$1 build=$root/build/$1
  shift
  rm -rf "$build/reports"
  run_suite "$suite" "$@" ctest --test-dir "$build" --parallel "$jobs" --timeout 900 \
    --label-exclude '^fuzz$' --output-on-failure --no-tests=error \
    --output-junit "$reports/$suite/ctest.xml"
  if [[ -d $build/reports ]]; then cp -r "$build/reports" "$reports/$suite/cases"; fi
}

# Builds by a preset, configured by that of the same name or of another.
build_preset() {
  cmake --preset "${2-$1}" >/dev/null && cmake --build --preset "$1" --parallel "$jobs"
}

python_tests() {
  local suite=$1 environment=$2
  shift 2
  run_suite "$suite" "$root/.venv/$environment/bin/python" -m pytest --quiet \
    --junit-xml="$reports/$suite/pytest.xml" "$@"
}

# Each fuzz target for so many seconds, side by side: one test a target.
fuzz_targets() {
  tools/deps.sh system fuzz && build_preset fuzz asan && run_suite fuzz env VERGER_FUZZ_SECONDS="$1" ctest \
    --test-dir "$root/build/asan" --parallel "$jobs" --timeout $(($1 + 120)) \
    --label-regex '^fuzz$' --output-on-failure --no-tests=error --output-junit "$reports/fuzz/ctest.xml"
}

fuzz() {
  local targets rounds
  targets=$(grep -c '^verger_fuzz_target' tests/fuzz/CMakeLists.txt)
  rounds=$(((targets + jobs - 1) / jobs))
  fuzz_targets "$((60 * $1 / rounds))"
}

quick() {
  make --no-print-directory build || return
  unit release
  fuzz_targets 10
  # What parity with Keras and Spark imports is not in .venv/core.
  python_tests python core "${side_by_side[@]}" -m "not heavy" \
    tests/crew tests/end_to_end tests/fault tests/house tests/library tests/parity/pixels \
    tests/search
  python_tests python-package core "${side_by_side[@]}" -m "not heavy" python/tests
}

# On the current Spark, and what depends on its release on that of EMR 7 as well.
spark_suites() {
  python_tests python-spark parity -m spark
  python_tests python-spark35 spark35 -m spark "${spark35_tests[@]}"
}

emr_suite() { python_tests python-emr emr -m emr python/tests/emr; }

spark() { make --no-print-directory build deps-spark && spark_suites; }

emr() { make --no-print-directory build deps-emr && emr_suite; }

# The Python tests often wait, for servers and for one core: those that start clusters go beside the
# others, and what both leave compiles the sanitizers' builds.
heavy() {
  make --no-print-directory build deps-spark deps-emr || return
  tools/deps.sh system fuzz || return # the compiler of the preset asan
  (
    renice -n 19 "$BASHPID"
    build_preset asan
    build_preset tsan
  ) >"$root/build/sanitizers.log" 2>&1 &
  (
    spark_suites
    emr_suite
  ) >"$root/build/clusters.log" 2>&1 &
  python_tests python-heavy parity -m "heavy and not spark and not emr"
  wait
  cat "$root/build/clusters.log"
  # Arrow's own allocators would hide overruns, and make reused memory look like races.
  export ARROW_DEFAULT_MEMORY_POOL=system
  # They open libraries in a program's stead, so that its own search path does not count.
  build_preset asan && unit asan env LD_LIBRARY_PATH="$root/build/asan/plugins" \
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
    LSAN_OPTIONS="suppressions=$rules/leak.txt:print_suppressions=0" \
    UBSAN_OPTIONS=print_stacktrace=1
  # ThreadSanitizer's shadow memory does not fit every random layout: switch that off.
  build_preset tsan && unit tsan env LD_LIBRARY_PATH="$root/build/tsan/plugins" \
    TSAN_OPTIONS="suppressions=$rules/thread.txt" setarch --addr-no-randomize
}

case ${1-} in
  quick) suites=(unit-release fuzz python python-package) ;;
  fuzz) suites=(fuzz) ;;
  spark) suites=(python-spark python-spark35) ;;
  emr) suites=(python-emr) ;;
  heavy) suites=(unit-asan unit-tsan python-heavy python-spark python-spark35 python-emr) ;;
  *)
    echo "usage: run_tests.sh quick|heavy|spark|emr|fuzz MINUTES" >&2
    exit 2
    ;;
esac
register "${suites[@]}"
"$@"
python3 tools/count_tests.py "$reports" "${suites[@]}"

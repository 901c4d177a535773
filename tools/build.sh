#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds in build/release and leaves build/verger: `build.sh program` the program alone,
# `build.sh all` the unit tests, the Python package and the plug-in for ONNX models as well. Each goes
# on from what the other left. JOBS=2 compilers at once.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}

# Ninja's output as a person reads it: a count, on a terminal in its place and elsewhere ten times in
# all. What compilers say is passed on in full.
show_progress() {
  local line step total tenth shown=0 terminal=
  if [[ -t 1 ]]; then terminal=yes; fi
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]]; then
      step=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
      tenth=$((10 * step / total))
      if [[ $terminal ]]; then
        printf '\r\033[Kbuild: step %d of %d' "$step" "$total"
      elif ((tenth != shown)); then
        echo "build: step $step of $total"
      fi
      shown=$tenth
    elif [[ $line != "ninja: no work to do." ]]; then
      printf '%s\n' "${terminal:+$'\n'}$line"
    fi
  done
  if [[ $terminal && -n ${total-} ]]; then echo; fi
}

case ${1-} in
  program)
    preset=program target=verger
    export CCACHE_DEPEND=true # a first build finds nothing in the cache: looking costs a fifth of it
    ;;
  all) preset=release target=all ;;
  *)
    echo "usage: build.sh program|all" >&2
    exit 2
    ;;
esac
# A tree that has the rest keeps it.
if grep -qs '^VERGER_BUILD_TESTS:BOOL=ON' build/release/CMakeCache.txt; then preset=release; fi
echo "build: compiling $1 in build/release, $jobs files at once"
cmake --preset "$preset" >/dev/null
cmake --build build/release --parallel "$jobs" --target "$target" | show_progress
ln -sfn release/cli/verger build/verger

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `lint.sh format` rewrites every source file in the house style. `lint.sh check` says what is wrong
# and changes nothing; clang-tidy, which is slow, then reads the C++ files named, else those that
# differ from origin/main, else all. `check --fast` leaves clang-tidy out.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/lint/bin
mode=${1-check}
shift || true
fast=
if [[ ${1-} == --fast ]]; then
  fast=1
  shift
fi

tracked() { git ls-files --cached --others --exclude-standard -- "$@" | sort -u; }
existing() { while read -r path; do [[ -f $path ]] && echo "$path"; done; }
mapfile -t cxx < <(tracked '*.cc' '*.h' | existing)
mapfile -t cmake < <(tracked '*CMakeLists.txt' '*.cmake' | existing)
mapfile -t shell < <(tracked '*.sh' '.ci/run' | existing)
failed=()

step() {
  local name=$1
  shift
  "$@" || failed+=("$name")
}

changed() {
  git rev-parse --quiet --verify origin/main >/dev/null || return 0
  git diff --name-only --diff-filter=d --merge-base origin/main -- '*.cc'
}

# clang-tidy reads compile_commands.json, which must name every file; GCC's own warning names mean
# nothing to it.
tidy() {
  cmake --preset release -B build/tidy -DVERGER_UNITY=OFF >/dev/null
  local sources
  if (($# == 0)); then mapfile -t sources < <(changed); else sources=("$@"); fi
  mapfile -t sources < <(python3 tools/compiled_sources.py build/tidy "${sources[@]}")
  if ((${#sources[@]} == 0)); then return; fi
  printf '%s\0' "${sources[@]}" | xargs -0 -n 4 -P "$(nproc)" "$bin/clang-tidy" --quiet \
    -p build/tidy --extra-arg=-Wno-unknown-warning-option
}

case $mode in
  format)
    "$bin/clang-format" -i "${cxx[@]}"
    "$bin/gersemi" -i "${cmake[@]}"
    "$bin/ruff" format --quiet
    "$bin/ruff" check --quiet --fix-only
    ;;
  check)
    step clang-format "$bin/clang-format" --dry-run --Werror "${cxx[@]}"
    step gersemi "$bin/gersemi" --check --quiet "${cmake[@]}"
    step ruff-format "$bin/ruff" format --quiet --check
    step ruff "$bin/ruff" check --quiet
    step shellcheck "$bin/shellcheck" "${shell[@]}"
    step sources python3 tools/check_sources.py
    if [[ -z $fast ]]; then step clang-tidy tidy "$@"; fi
    if ((${#failed[@]} > 0)); then
      echo "lint: failed: ${failed[*]}" >&2
      exit 1
    fi
    ;;
  *)
    echo "usage: lint.sh format | check [--fast] [FILE ...]" >&2
    exit 2
    ;;
esac

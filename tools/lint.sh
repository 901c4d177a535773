#!/usr/bin/env bash
# `lint.sh format` rewrites every tracked source file in the house style; `lint.sh check` says what
# is wrong and changes nothing. `check --fast` leaves clang-tidy out. File names after it narrow it.
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

# clang-tidy reads build/release/compile_commands.json; GCC's own warning names mean nothing to it.
tidy() {
  cmake --preset release >/dev/null
  local sources
  mapfile -t sources < <(python3 tools/compiled_sources.py build/release "$@")
  if ((${#sources[@]} == 0)); then return; fi
  printf '%s\0' "${sources[@]}" | xargs -0 -n 4 -P "$(nproc)" "$bin/clang-tidy" --quiet \
    -p build/release --extra-arg=-Wno-unknown-warning-option
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

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes one target: `fuzz.sh NAME PROGRAM`, for $VERGER_FUZZ_SECONDS seconds (20). What libFuzzer
# finds worth keeping stays beside the program in corpus/NAME, and the next run starts from there;
# an input that fails is left in found/NAME. `fuzz.sh NAME PROGRAM FILE ...` gives it these inputs
# and no others.
set -euo pipefail
name=$1 program=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
rules=$here/../../tools/sanitizers
work=$(dirname "$program")
corpus=$work/corpus/$name found=$work/found/$name
prefix=$found/$(date +%Y%m%d-%H%M%S)-
mkdir -p "$corpus" "$found"

# A target's longest input, and how much it may allocate at once and in all (MiB).
length=65536 at_once=64 in_all=640
case $name in
  image) at_once=32 ;;
  features | inventory | packed) at_once=160 ;; # a page
  familiarity | manifest | pca_model) length=16384 ;;
  weights) length=131072 ;;
esac

# Clang comes without its own symbolizer on Debian; addr2line is there, as part of binutils.
symbolizer=external_symbolizer_path=$(command -v addr2line)
export ASAN_OPTIONS=$symbolizer:detect_stack_use_after_return=1:strict_string_checks=1
ASAN_OPTIONS+=:quarantine_size_mb=16 # the memory in use is what is measured
export UBSAN_OPTIONS=$symbolizer:print_stacktrace=1
# What third-party libraries keep until the process ends is not a leak of the target's.
export LSAN_OPTIONS=suppressions=$rules/leak.txt:print_suppressions=0
export ARROW_DEFAULT_MEMORY_POOL=system # Arrow's own allocators would hide overruns

options=(-timeout=10 -malloc_limit_mb="$at_once" -rss_limit_mb="$in_all" -detect_leaks=1)
if (($# > 0)); then exec "$program" "${options[@]}" "$@"; fi

inputs=("$corpus" "$here/$name/corpus")
if [[ -d $here/$name/cases ]]; then inputs+=("$here/$name/cases"); fi
status=0
"$program" "${options[@]}" -max_len="$length" -max_total_time="${VERGER_FUZZ_SECONDS:-20}" \
  -print_final_stats=1 -artifact_prefix="$prefix" "${inputs[@]}" || status=$?
if ((status != 0)); then
  echo "fuzz: $name failed."
  for input in "$prefix"*; do
    [[ -e $input ]] || continue
    echo "To reproduce it: tests/fuzz/fuzz.sh $name $program $input"
    echo "Once it is mended, keep it: cp $input tests/fuzz/$name/cases/WHAT_IT_IS"
  done
fi
exit "$status"

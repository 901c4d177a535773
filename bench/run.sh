#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `run.sh` makes every measurement but those in Spark, those of a million images and those beside
# rivals that are kept apart, one after the other; `run.sh spark`, `run.sh scale` and
# `run.sh rivals [--threads N] [OPTION ...]` make those.
# Results are left in build/bench-results/. Photographs and weights are the shared ones when they are
# there, else the sample orchard and none (what compares with Keras then is left out).
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/parity/bin/python
shared=${VERGER_SHARED:-../shared}
results=build/bench-results
# Every contestant's BLAS chooses its kernels for this processor.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
mkdir -p "$results"

photographs=$shared/fruits/Test
weights=$(find "$shared/weights" -name 'mobilenet_v2_*.h5' 2>/dev/null | head -n 1)
if [[ ! -d $photographs || -z $weights ]]; then
  photographs=$results/orchard
  [[ -d $photographs ]] || build/verger sample "$photographs" --images 2096 --classes 24
fi

# measure NAME TASK ARGUMENT...: one measurement, to $results/NAME.json.
measure() {
  local name=$1 task=$2
  shift 2
  echo "== $name"
  "$python" "bench/task/$task/run.py" "$@" --json "$results/$name.json"
}

in_spark() {
  # The program and its tools as `make build` leaves them.
  VERGER_BUILD=build/release measure reduce-spark reduce --spark-only --rounds 2
  measure spark-executors spark-executors "$photographs" "${weights:-untrained:1}" --rounds 2
  measure spark-latency spark-latency "$photographs" "${weights:-untrained:1}" --rounds 2
  if [[ -n $weights ]]; then
    measure spark-features spark-features "$photographs" "$weights" --rounds 2
    measure spark-chain spark-chain "$photographs" "$weights" --rounds 2
  fi
}

# XNNPACK contends where `make deps-rivals` was made.
xnnpack() {
  local model=$results/engine_bench.tflite rivals=.venv/rivals/bin/python
  "$rivals" -c "import ai_edge_litert" 2>/dev/null || return 0
  "$python" bench/support/xnnpack_model.py 20201 "$model"
  rival=(--xnnpack "$rivals" bench/support/xnnpack_worker.py "$model")
}

elsewhere() {
  local program kept rival
  for program in build/bench/bench/micro/*_bench; do
    echo "== $(basename "$program")"
    kept=$results/$(basename "$program")
    rival=()
    if [[ $program == */engine_bench ]]; then xnnpack; fi
    "$program" "${rival[@]}" --benchmark_out="$kept.json" --benchmark_out_format=json |
      tee "$kept.txt"
  done
  measure reduce reduce
  measure preprocess preprocess "$photographs"
  if [[ -n $weights ]]; then measure chain chain "$photographs" "$weights"; fi
  measure small-objects small-objects
  measure listing listing
  measure growth growth "$photographs" "${weights:-untrained:1}"
  measure report report
}

at_scale() {
  measure listing-peak listing --rounds 1 --peak 100000000
  measure shards shards
  VERGER_BUILD=build/release measure scale scale "$photographs"
}

beside_rivals() {
  local threads=2 options=("$@")
  while (($# > 0)); do
    if [[ $1 == --threads ]]; then threads=${2-}; fi
    shift
  done
  if [[ -z $weights ]]; then
    echo "run.sh: rivals take Keras' weights, and there are none in $shared/weights" >&2
    exit 1
  fi
  measure "features-$threads" features "$photographs" "$weights" "${options[@]}"
  measure serve serve "$photographs" "$weights" --requests 100000
}

case ${1-} in
  "") elsewhere ;;
  spark) in_spark ;;
  scale) at_scale ;;
  rivals) beside_rivals "${@:2}" ;;
  *)
    echo "usage: run.sh [spark | scale | rivals [--threads N] [OPTION ...]]" >&2
    exit 2
    ;;
esac

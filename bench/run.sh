#!/usr/bin/env bash
# Every measurement, one after the other; results in build/bench/. Photographs and weights are the
# shared ones when they are there, else the sample orchard and none (the chain then is left out).
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/parity/bin/python
shared=${VERGER_SHARED:-../shared}
results=build/bench-results
mkdir -p "$results"

for program in build/bench/bench/micro/*_bench; do
  echo "== $(basename "$program")"
  "$program" --benchmark_out="$results/$(basename "$program").json" --benchmark_out_format=json
done

echo "== reduce"
"$python" bench/task/reduce/run.py --json "$results/reduce.json"

photographs=$shared/fruits/Test
weights=$(find "$shared/weights" -name 'mobilenet_v2_*.h5' 2>/dev/null | head -n 1)
if [[ ! -d $photographs || -z $weights ]]; then
  photographs=$results/orchard
  [[ -d $photographs ]] || build/verger sample "$photographs" --images 2000 --classes 24
fi

echo "== preprocess"
"$python" bench/task/preprocess/run.py "$photographs" --json "$results/preprocess.json"
if [[ -n $weights ]]; then
  echo "== chain"
  "$python" bench/task/chain/run.py "$photographs" "$weights" --json "$results/chain.json"
fi
echo "== small-objects"
"$python" bench/task/small-objects/run.py --json "$results/small-objects.json"
echo "== memory"
"$python" bench/task/memory/run.py "$photographs" "${weights:-untrained:1}" \
  --json "$results/memory.json"

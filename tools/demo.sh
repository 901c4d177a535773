#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows the whole chain: a sample orchard, its features and its principal components.
set -euo pipefail
cd "$(dirname "$0")/.."
verger=build/verger
place=build/demo
weights=()

show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

rm -rf "$place"
mkdir -p "$place"
show "$verger" sample "$place/orchard" --images 240 --classes 12 --seed 1

if ! show timeout 60 "$verger" weights fetch; then
  echo
  echo "demo: the official weights cannot be had here, so this goes on with UNTRAINED weights:"
  echo "demo: the tables have the right form, but their values mean nothing."
  weights=(--weights untrained:1)
fi

show "$verger" run "$place/orchard" "$place/tables" "${weights[@]}"
show "$verger" inspect "$place/tables"

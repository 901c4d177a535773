#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles deps/python/*.in to locks with hashes, for every platform and Python from 3.11 on.
set -euo pipefail
cd "$(dirname "$0")/../deps/python"
uv=${UV:-../../.venv/lint/bin/uv}
# Core comes first: the others take its pins over, so that the environments agree. Those of lint
# and rivals meet no other.
for name in core build parity wheel spark35 emr lint rivals; do
  options=()
  if [[ $name != @(core|lint|rivals) ]]; then options=(--constraint core.lock); fi
  "$uv" pip compile --quiet --universal --generate-hashes --python-version 3.11 \
    --no-emit-index-url --no-emit-find-links --no-annotate \
    --custom-compile-command 'make lock' \
    "${options[@]}" "$@" "$name.in" --output-file "$name.lock"
done

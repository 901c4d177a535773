#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Leaves in dist/ all that is handed out of a release: the bundles for x86_64 and aarch64, the wheels
# for the running Python (PYTHON) and for any, a bill of materials, and the SHA-256 of each. One commit
# gives the same bytes every time on one system.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf dist
tools/bundle.sh
if [[ $(uname -m) == x86_64 ]]; then ARCH=aarch64 tools/bundle.sh; fi
tools/wheel.sh
version=$(sed -n 's/^#define VERGER_VERSION "\(.*\)"/\1/p' include/verger/version.h)
.venv/core/bin/python tools/bundled.py sbom "$version" "$(git log -1 --format=%ct)" \
  >"dist/verger-$version.cdx.json"
cd dist
files=(*.* any/*)
sha256sum -- "${files[@]}" >SHA256SUMS
ls -l

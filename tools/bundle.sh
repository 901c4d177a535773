#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs the program with the libraries it needs into dist/verger-VERSION-linux-ARCH.tar.gz, for
# machines that have neither Python nor anything of the build: glibc 2.34 or newer and its libstdc++
# are all it asks for. Unpack it anywhere and run bin/verger. ARCH=aarch64 cross-compiles.
#
# ONNX models need OpenVINO, which is three times as large as all the rest: they are for the wheel
# (pip install 'verger[onnx]') and for builds from source.
set -euo pipefail
cd "$(dirname "$0")/.."
arch=${ARCH:-$(uname -m)}
build=build/bundle-$arch
python=.venv/core/bin/python
options=()

# Two at a time would spoil each other's build: the second waits, and finds nothing left to do.
mkdir -p "$build" dist
exec 9>"$build/.lock"
flock 9

tools/deps.sh system test # git
tools/deps.sh python core
tools/deps.sh python wheel # check_symbols.py's own needs
if [[ $arch != "$(uname -m)" ]]; then
  tools/sysroot.sh "$arch"
  options=(--toolchain "cmake/$arch.cmake")
fi
cmake --preset bundle -B "$build" "${options[@]}" >/dev/null
cmake --build "$build" --target verger --parallel "${JOBS:-$(nproc)}"

version=$(sed -n 's/^#define VERGER_VERSION "\(.*\)"/\1/p' include/verger/version.h)
name=verger-$version-linux-$arch
stage=$build/stage/$name
rm -rf "$build/stage"
cmake --install "$build" --component program --strip --prefix "$stage" >/dev/null
cp LICENSE "$stage/"
"$python" tools/bundled.py licenses "$stage/licenses"
.venv/wheel/bin/python tools/check_symbols.py "$stage/bin/verger" "$stage"/lib/verger/*

tar -C "$build/stage" --sort=name --owner=0 --group=0 --numeric-owner --mode=u+w,go=rX \
  --mtime=@"$(git log -1 --format=%ct)" -cf - "$name" | gzip -9 -n >"$build/$name.tar.gz"
# The archive is never missing while somebody reads it.
mv "$build/$name.tar.gz" dist/
find dist -maxdepth 1 -name "verger-*-linux-$arch.tar.gz" ! -name "$name.tar.gz" -delete
echo "dist/$name.tar.gz: $(du -m "dist/$name.tar.gz" | cut -f1) MiB, unpacked $(du -sm "$stage" | cut -f1) MiB"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `sysroot.sh ARCH` (aarch64) brings what a build for another kind of processor needs into build/ARCH/:
# Debian's libraries in root/, the wheels of deps/python/build.lock in wheels/. They are unpacked there,
# and nothing is installed on this system but the compiler. Quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
arch=$1
folder=$PWD/build/$arch
lock=deps/python/build.lock

case $arch in
  aarch64) debian=arm64 ;;
  *)
    echo "sysroot: $arch: only aarch64 is known" >&2
    exit 1
    ;;
esac

# From this system's own sources, as if nothing were installed.
unpack_debian() {
  local apt=$folder/apt packages options
  # What is linked, and what programs start with.
  mapfile -t packages < <(sed -nE 's/^deb:([^ ]+) .*/\1/p' deps/bundled.txt)
  packages+=(libc6-dev libstdc++6)
  mkdir -p "$apt"/{lists,cache/archives}/partial
  : >"$apt/status"
  options=(-qq --yes --no-install-recommends --download-only -o APT::Sandbox::User="$(id -un)"
    -o APT::Architecture="$debian" -o APT::Architectures="$debian" -o Dir::State::status="$apt/status"
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Debug::NoLocking=1)
  apt-get "${options[@]}" update
  apt-get "${options[@]}" install "${packages[@]}" >/dev/null
  find "$apt/cache/archives" -name '*.deb' -exec dpkg-deb -x {} "$folder/root" \;
  rm -rf "$apt"
}

unpack_wheels() {
  .venv/core/bin/python -m pip --quiet --disable-pip-version-check install --target "$folder/wheels" \
    --platform "manylinux_2_28_$arch" --only-binary :all: --no-compile --no-deps --require-hashes -r "$lock"
}

tools/deps.sh system "$arch"
want=$(cat deps/bundled.txt "$lock" "$0" | sha256sum)
if [[ -f $folder/.unpacked && $(<"$folder/.unpacked") == "$want" ]]; then exit; fi
echo "sysroot: unpacking Debian's and PyPI's libraries for $arch into build/$arch"
rm -rf "$folder"
unpack_debian
unpack_wheels
echo "$want" >"$folder/.unpacked"

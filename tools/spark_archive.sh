#!/usr/bin/env bash
# Packs the Python package with all that it needs into dist/verger-spark-VERSION-PYTHON-PLATFORM.tar.gz,
# to be shipped to a cluster's nodes: spark-submit --archives FILE#environment, with
# spark.pyspark.python=./environment/bin/python.
#
# What is packed is a virtual environment. It brings no interpreter along: its bin/python is a link to
# one of the same version that every node must have at the same place, NODE_PYTHON, by default where
# the running one (PYTHON) is here: /usr/bin/python3.11 on Debian 12 and Amazon Linux 2023 alike.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
folder=build/spark-archive
lock=deps/python/spark${ONNX:+-onnx}.lock
environment=$folder/environment

# A node's link must name the version: /usr/bin/python3 may be another there.
link_interpreter() {
  local node=$1 version=$2
  find "$environment/bin" -mindepth 1 -delete
  ln -s "$node" "$environment/bin/python$version"
  ln -s "python$version" "$environment/bin/python3"
  ln -s "python$version" "$environment/bin/python"
  printf '%s\n' "home = $(dirname "$node")" 'include-system-site-packages = false' \
    "version = $version" >"$environment/pyvenv.cfg"
}

# Neither what only other devices, other model formats, compilers and tests need, nor Flight.
prune() {
  local packages=$1
  rm -rf "$packages"/openvino/{include,cmake,libs/cache.json} \
    "$packages"/openvino/libs/libopenvino_{intel_gpu,intel_npu,auto,auto_batch,hetero}_plugin.so* \
    "$packages"/openvino/libs/libopenvino_{tensorflow,tensorflow_lite,pytorch,paddle,jax,gguf}_frontend.so* \
    "$packages"/pyarrow/{include,libarrow_flight.so*,libarrow_python_flight.so*,_flight.*}
  find "$packages" -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -rf {} +
  rm -f "$packages"/verger-*.dist-info/direct_url.json # where the wheel lay
  find "$packages" -type f \( -name '*.pxi' -o -name '*.pxd' -o -name '*.pyx' -o -name '*.a' \) -delete
  link_copies "$packages/pyarrow"
  # Symbols for debuggers, a fifth of it. Other wheels' libraries bear no stripping: patchelf was there.
  find "$packages/pyarrow" -type f -name '*.so*' -exec strip --strip-unneeded {} +
  link_arrow "$packages"
}

# The program's Arrow, where it is pyarrow's too.
link_arrow() {
  local library name
  for library in "$1"/verger/lib/verger/*; do
    name=$(basename "$library")
    if cmp -s "$library" "$1/pyarrow/$name"; then ln -sf "../../../pyarrow/$name" "$library"; fi
  done
}

# A wheel holds no links, so pyarrow's has libraries three times over.
link_copies() {
  local library first
  for library in "$1"/lib*.so "$1"/lib*.so.*; do
    first=$(find "$1" -maxdepth 1 -type f -name "$(basename "${library%%.so*}").so*" | sort | tail -n 1)
    if [[ $library != "$first" && -f $library ]] && cmp -s "$library" "$first"; then
      ln -sf "$(basename "$first")" "$library"
    fi
  done
}

# From another place than where it was made, and with nothing else of this machine's Python.
check() {
  local elsewhere
  elsewhere=$(mktemp -d)
  trap 'rm -rf "$elsewhere"' RETURN
  tar -C "$elsewhere" -xzf "$1"
  (cd "$elsewhere" && env -i ./bin/python -W ignore -c '
import numpy, pandas, pyarrow.dataset, pyarrow.fs, pyarrow.parquet, verger
features = verger.Featurizer("untrained:1").transform([numpy.zeros((8, 8, 3), numpy.uint8)])
assert features.shape == (1, 1280) and numpy.isfinite(features).all()')
  env -i "$elsewhere"/lib/python*/site-packages/verger/bin/verger --version >/dev/null
}

tools/wheel.sh
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
base=$("$python" -c 'import os, sys; print(os.path.realpath(sys._base_executable))')
wheel=$(echo dist/verger-*.whl)
rm -rf "$folder"
mkdir -p "$folder"
"$python" -m venv --without-pip "$environment"
pip=(.venv/core/bin/python -m pip --quiet --disable-pip-version-check
  --python "$environment/bin/python" install --no-compile)
"${pip[@]}" --require-hashes --only-binary :all: -r "$lock"
"${pip[@]}" --no-deps "$wheel"
link_interpreter "${NODE_PYTHON:-$base}" "$version"
rm -r "$environment/include"
prune "$environment/lib/python$version/site-packages"

name=verger-spark-$(cut -d- -f2 <<<"$wheel")-cp${version/./}-linux_$(uname -m).tar.gz
rm -f dist/verger-spark-*.tar.gz
tar -C "$environment" --sort=name --owner=0 --group=0 --numeric-owner --mode=u+w,go=rX \
  --mtime=@"$(git log -1 --format=%ct)" -cf - . | gzip -n >"$folder/$name"
if [[ ${NODE_PYTHON:-$base} == "$base" ]]; then check "$folder/$name"; fi
mv "$folder/$name" "dist/$name"
echo "dist/$name: $(du -m "dist/$name" | cut -f1) MiB, unpacked $(du -sm "$environment" | cut -f1) MiB"

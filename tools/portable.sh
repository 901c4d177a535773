#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `portable.sh wheel|bundle|dist` runs that script, here when what is built here starts
# on every system with glibc 2.34, else, as root, in a bare Debian 12 of a folder.
set -euo pipefail
cd "$(dirname "$0")/.."
newest=2.36 # Debian 12's: a program built with it asks for nothing newer than 2.34

here=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d" " -f2 || true)
if [[ -n $here && $(printf '%s\n' "$here" "$newest" | sort -V | tail -n 1) == "$newest" ]]; then
  exec "tools/$1.sh"
fi
why="this system's glibc (${here:-none}) is newer than that of Debian 12 ($newest), so what is built \
here would not start on other systems"
if ((EUID != 0)); then
  echo "portable: $why: as root this builds in a bare Debian 12 by itself; for this machine alone," \
    "\`pip install .\` does." >&2
  exit 1
fi
echo "portable: $why: building the committed HEAD in a bare Debian 12." >&2
FRESH_SUITE=bookworm FRESH_TARGETS=$1 exec tools/fresh.sh

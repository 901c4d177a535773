#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing of deps/: `deps.sh system [test|heavy|fuzz|guard|aarch64]` by apt;
# `deps.sh python NAME [PART]` into .venv/NAME from deps/python/NAME.lock, or only the part of it that
# deps/python/PART.lock names; `deps.sh maven [NAME ...]` into build/maven/NAME/ from
# deps/maven/NAME.lock.
# All are quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "deps: $*" >&2
  exit 1
}

supported="Debian 12, Debian 13 and Ubuntu 24.04"

# What a list asks for, without its comments and with the lists that it includes by `-r`.
listed() {
  local line
  while read -r line; do
    if [[ $line == "-r "* ]]; then listed "deps/${line#-r }"; else echo "$line"; fi
  done < <(sed -E -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$1")
}

package_names() { listed "$1" | sed -E 's/>=[0-9.]+//'; }

missing_packages() {
  local package status
  for package in $(package_names "$1"); do
    status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    [[ $status == ii* || $status == hi* ]] || echo "$package"
  done
}

# `NAME VERSION` of each package; the version is (none) where apt does not have it.
apt_versions() {
  local package
  for package in "$@"; do
    echo "$package $(LC_ALL=C apt-cache policy "$package" | sed -n 's/^  Candidate: //p')"
  done
}

at_least() { printf '%s\n' "$1" "$2" | sort --version-sort --check=silent; }

# What the wheels of OpenVINO, Arrow and OpenBLAS ask of a machine.
check_machine() {
  local libc
  [[ $(uname -s) == Linux ]] ||
    fail "verger is built on Linux, not on $(uname -s); take a virtual machine or container of $supported"
  [[ $(uname -m) == @(x86_64|aarch64) ]] ||
    fail "verger is built for x86_64 and aarch64, and this machine is $(uname -m)"
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || true)
  if [[ -z $libc ]] || ! at_least 2.28 "${libc#glibc }"; then
    fail "glibc 2.28 or newer is needed, not ${libc:-another C library}; take a container of $supported"
  fi
}

# Refuses a program older than a line like cmake>=3.25 asks for. What counts is the one in PATH, and
# before there is one, the one that apt would install.
check_version() {
  local name=$1 list=$2 minimum command=$1 have
  minimum=$(listed "$list" | sed -nE "s/^${name//+/[+]}>=([0-9.]+)/\1/p")
  if [[ $name == python3 ]]; then command=${PYTHON:-python3}; fi
  if command -v "$command" >/dev/null; then
    have=$("$command" --version | grep -oE '[0-9]+(\.[0-9]+)+' | sed -n 1p)
  elif command -v apt-cache >/dev/null; then
    have=$(apt_versions "$name" | sed -E 's/.* ([0-9]+:)?//; s/[-+~].*//')
  fi
  [[ ${have:-(none)} != "(none)" ]] || fail "$command is missing; install $name $minimum or newer"
  at_least "$minimum" "$have" ||
    fail "$command is $have, and $minimum or newer is needed: put one first in PATH, or take $supported"
}

check_versions() {
  local name
  while read -r name; do
    check_version "$name" "$1"
  done < <(listed "$1" | sed -nE 's/^(.*)>=.*/\1/p')
}

install_system() {
  local list=$1 missing absent runner=()
  check_machine
  if ! command -v dpkg-query >/dev/null; then
    check_versions "$list"
    echo "deps: not a Debian system; the packages named in $list must be there already" >&2
    return
  fi
  mapfile -t missing < <(missing_packages "$list")
  if ((${#missing[@]} > 0)); then
    if ((EUID != 0)); then
      command -v sudo >/dev/null ||
        fail "as root, run: apt-get install ${missing[*]}"
      runner=(sudo)
    fi
    runner+=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq)
    "${runner[@]}" update
  fi
  check_versions "$list"
  if ((${#missing[@]} == 0)); then return; fi
  mapfile -t absent < <(apt_versions "${missing[@]}" | sed -nE 's/ (\(none\))?$//p')
  ((${#absent[@]} == 0)) ||
    fail "apt does not find ${absent[*]}: is there a network, and is this one of $supported (with universe)?"
  echo "deps: installing ${#missing[@]} packages (a minute, when most are new): ${missing[*]}"
  "${runner[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null
}

python_version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

# Is the lock installed, as the file that it is, for the running Python?
is_installed() {
  local stamp=$1 lock=$2 version=$3
  [[ -f $stamp && $(<"$stamp") == "$version $(sha256sum <"$lock")" ]]
}

install_python() {
  local name=$1 part=${2:-$1} python=${PYTHON:-python3} venv=.venv/$1 version options=()
  local lock=deps/python/$part.lock stamp=$venv/.installed-$part
  [[ -f $lock ]] || fail "no such environment: $part"
  check_version python3 deps/debian.txt
  version=$(python_version "$python")
  if is_installed "$venv/.installed-$name" "deps/python/$name.lock" "$version" ||
    is_installed "$stamp" "$lock" "$version"; then
    return
  fi
  echo "deps: installing $(grep -c == "$lock") Python packages of $lock into $venv"
  if [[ $("$venv/bin/python" -c '' 2>/dev/null && python_version "$venv/bin/python") != "$version" ]]; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
  fi
  rm -f "$venv"/.installed*
  # A part is there for the libraries in it: what of it is Python is compiled if it is imported.
  if [[ $part != "$name" ]]; then options=(--no-compile --no-deps); fi
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes --prefer-binary "${options[@]}" -r "$lock" ||
    fail "pip did not install $lock: is PyPI, or the index that pip is set to, within reach?"
  echo "$version $(sha256sum <"$lock")" >"$stamp"
}

mkdir -p .venv
case ${1-} in
  system) install_system "deps/debian${2:+-$2}.txt" ;;
  python)
    # Two installs into one environment would spoil it: the second waits.
    exec 9>".venv/.$2.lock"
    flock 9
    install_python "${@:2}"
    ;;
  maven)
    exec 9>.venv/.maven.lock
    flock 9
    python3 tools/maven.py install "${@:2}"
    ;;
  *) fail "usage: deps.sh system [test|heavy|fuzz|guard|aarch64] | python NAME [PART] | maven [NAME ...]" ;;
esac

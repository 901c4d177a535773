#!/usr/bin/env bash
# Installs what is missing of deps/: `deps.sh system [heavy|fuzz|guard]` by apt, `deps.sh python NAME`
# into .venv/NAME from deps/python/NAME.lock; `deps.sh maven [NAME ...]` into build/maven/NAME/ from
# deps/maven/NAME.lock.
# All are quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "deps: $*" >&2
  exit 1
}

package_names() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$1"; }

missing_packages() {
  local package status
  for package in $(package_names "$1"); do
    status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    [[ $status == ii* || $status == hi* ]] || echo "$package"
  done
}

install_system() {
  local list=$1 missing runner=()
  if ! command -v dpkg-query >/dev/null; then
    echo "deps: not a Debian system; the packages named in $list must be there already" >&2
    return
  fi
  mapfile -t missing < <(missing_packages "$list")
  if ((${#missing[@]} == 0)); then return; fi
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "as root, run: apt-get install ${missing[*]}"
    runner=(sudo)
  fi
  echo "deps: installing ${missing[*]}"
  runner+=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq)
  "${runner[@]}" update
  "${runner[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null
}

python_version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

install_python() {
  local name=$1 python=${PYTHON:-python3} venv=.venv/$1 lock=deps/python/$1.lock version want
  [[ -f $lock ]] || fail "no such environment: $name"
  command -v "$python" >/dev/null || fail "$python not found; install python3 (3.11 or newer)"
  version=$(python_version "$python")
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is Python $version; 3.11 or newer is needed (set PYTHON)"
  want="$version $(sha256sum <"$lock")"
  if [[ -f $venv/.installed && $(<"$venv/.installed") == "$want" ]]; then return; fi
  echo "deps: installing $lock into $venv"
  if [[ $("$venv/bin/python" -c '' 2>/dev/null && python_version "$venv/bin/python") != "$version" ]]; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
  fi
  rm -f "$venv/.installed"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes --prefer-binary -r "$lock"
  echo "$want" >"$venv/.installed"
}

mkdir -p .venv
case ${1-} in
  system) install_system "deps/debian${2:+-$2}.txt" ;;
  python)
    # Two installs into one environment would spoil it: the second waits.
    exec 9>".venv/.$2.lock"
    flock 9
    install_python "$2"
    ;;
  maven)
    exec 9>.venv/.maven.lock
    flock 9
    python3 tools/maven.py install "${@:2}"
    ;;
  *) fail "usage: deps.sh system [heavy|fuzz|guard] | python NAME | maven [NAME ...]" ;;
esac

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves `make demo` and `make test` on a bare machine: clones the committed HEAD into a root of
# Debian or Ubuntu that has only make and apt, and runs them there as a new user would, to whom no
# compiler should say a word: warnings are errors. Needs root.
#
#   FRESH_SUITE=bookworm      or trixie, or noble (Ubuntu 24.04; its keyring is in ubuntu-keyring);
#                             the bare root is kept in build/fresh/ for the next time
#   FRESH_TARGETS="demo test" what to run; what it leaves in dist/ is copied to dist/ here
#   FRESH_KEEP=1              keep the used root to look into
#
# `fresh.sh --root FOLDER` only unpacks such a root into an empty folder.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
suite=${FRESH_SUITE:-bookworm}
targets=${FRESH_TARGETS:-demo test}
bare=$repository/build/fresh/$suite.tar

# The host's certificates and its settings of apt and pip hold in the root as well, whatever they
# are: behind a proxy or a mirror the run must go the way the host goes.
certificates=/etc/ssl/certs/ca-certificates.crt
inside_certificates=/opt/certificates.crt

make_bare_root() {
  if [[ -f $bare ]]; then return; fi
  local work options=(--variant=minbase --include=make) origin=()
  work=$(mktemp -d)
  mkdir -p "$(dirname "$bare")"
  if [[ $suite == noble ]]; then
    # Debian 12's debootstrap does not know the name, but gutsy's script makes every Ubuntu since.
    options+=("--components=main,universe")
    options+=(--keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg)
    origin=("" gutsy)
  fi
  debootstrap "${options[@]}" "$suite" "$work" "${origin[@]}"
  if [[ $suite == noble ]]; then
    sed -i 'p; s/ noble / noble-updates /' "$work/etc/apt/sources.list" # as every Ubuntu has it
  fi
  tar -C "$work" -cf "$bare.part" .
  mv "$bare.part" "$bare"
  rm -rf "$work"
}

copy_settings() {
  local fresh=$1 path codename
  cp /etc/resolv.conf "$fresh/etc/resolv.conf"
  if [[ -f $certificates ]]; then cp "$certificates" "$fresh$inside_certificates"; fi
  for path in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    if grep -qs '^ *Acquire' "$path"; then cp "$path" "$fresh/etc/apt/apt.conf.d/"; fi
  done
  echo "Acquire::https::CAInfo \"$inside_certificates\";" >"$fresh/etc/apt/apt.conf.d/99certificates"
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  if [[ $codename == "$suite" ]]; then
    rm -f "$fresh/etc/apt/sources.list"
    for path in sources.list sources.list.d auth.conf auth.conf.d; do
      if [[ -e /etc/apt/$path ]]; then cp -r "/etc/apt/$path" "$fresh/etc/apt/"; fi
    done
  fi
  for path in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" "$HOME/.netrc"; do
    if [[ -f $path ]]; then install -D -m 600 "$path" "$fresh/root/${path#"$HOME/"}"; fi
  done
  if [[ -f /etc/pip.conf ]]; then cp /etc/pip.conf "$fresh/etc/pip.conf"; fi
}

# Variables that make or a registry client reads, less those that name a file which the root lacks.
passed_environment() {
  local fresh=$1 name value
  for name in $(compgen -e); do
    case ${name,,} in
      arch | onnx | pip_* | *_proxy | *ca_bundle | *cainfo | ssl_cert_file) ;;
      *) continue ;;
    esac
    value=${!name//$certificates/$inside_certificates}
    if [[ $value == /* && ! -e $fresh$value ]]; then continue; fi
    printf '%s=%s\n' "$name" "$value"
  done
  printf 'SSL_CERT_FILE=%s\nVERGER_WERROR=ON\n' "$inside_certificates"
}

# Runs in a mount namespace of its own: the mounts end with it, however it ends.
run_inside() {
  local fresh=$1 home=/root/verger target status=0
  mount --bind "$fresh" "$fresh"
  mount -t proc proc "$fresh/proc"
  mount --rbind /sys "$fresh/sys" # hwloc, below OpenVINO's threads, says so when it is missing
  mount --rbind /dev "$fresh/dev"
  mount -t tmpfs tmpfs "$fresh/tmp"
  if [[ -d $repository/../shared ]]; then
    mkdir -p "$fresh/root/shared"
    mount --bind "$repository/../shared" "$fresh/root/shared"
    mount -o remount,bind,ro "$fresh/root/shared"
  fi
  mapfile -t environment < <(passed_environment "$fresh")
  for target in $targets; do
    echo "== make $target in a bare $suite"
    TIMEFORMAT="fresh: make $target took %R s, of the processor %U + %S s"
    time chroot "$fresh" /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${environment[@]}" \
      make -C "$home" "$target" </dev/null || status=1
    echo "fresh: the root now holds $(du -xsBM "$fresh" | cut -f1)"
  done
  return "$status"
}

remove_root() {
  if [[ -n ${FRESH_KEEP-} ]]; then
    echo "fresh: kept $1"
  else
    rm -rf --one-file-system "$1"
  fi
}

main() {
  local fresh
  if ((EUID != 0)); then
    echo "fresh: make test-fresh needs root, for chroot and mounts" >&2
    exit 1
  fi
  tools/deps.sh system heavy
  make_bare_root
  fresh=$(mktemp -d)
  # shellcheck disable=SC2064 # the name as it is now
  trap "remove_root '$fresh'" EXIT
  tar -C "$fresh" -xf "$bare"
  chmod 755 "$fresh" # apt's own user must get in
  git clone --quiet --no-local "file://$repository" "$fresh/root/verger"
  copy_settings "$fresh"
  unshare --mount "$repository/tools/fresh.sh" --inside "$fresh"
  if [[ -d $fresh/root/verger/dist ]]; then
    mkdir -p dist
    cp "$fresh"/root/verger/dist/* dist/
  fi
  echo "fresh: make $targets passed in a bare $suite"
}

case ${1-} in
  --inside) run_inside "$2" ;;
  --root)
    make_bare_root
    tar -C "$2" -xf "$bare"
    chmod 755 "$2" # apt's own user must get in
    copy_settings "$2"
    ;;
  *) main ;;
esac

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes an instance ready for verger. EMR runs it on every instance before
# anything else; run again, it changes nothing.
#
#   bootstrap-emr.sh [--region REGION] [--max-age-seconds N] [--protected]
#
# The program itself comes with each job (spark-submit --archives), and nothing is installed. On the
# master, a timer ends the cluster at its greatest age, whatever has become of the machine that made
# it. With --protected, a cluster that cannot be asked to end is left alone; without, the master then
# powers off, which ends the cluster too.
set -euo pipefail

info=/mnt/var/lib/info           # where EMR says what the instance is
state=/var/lib/verger            # ours
ender=/usr/local/sbin/verger-end # ends the cluster
units=/etc/systemd/system
region='' max_age='' protected=no

say() { echo "verger: $*"; }

fail() {
  echo "verger: error: $*" >&2
  exit 1
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

parse() {
  while (($#)); do
    case $1 in
      --region | --max-age-seconds)
        (($# > 1)) || fail "$1 needs a value."
        if [[ $1 == --region ]]; then region=$2; else max_age=$2; fi
        shift 2
        ;;
      --protected)
        protected=yes
        shift
        ;;
      *) fail "$1 is not known; see the head of this script." ;;
    esac
  done
  [[ $max_age =~ ^[1-9][0-9]*$|^$ ]] || fail "--max-age-seconds must be a number, not '$max_age'."
}

# What the program was linked for.
check_libc() {
  local version
  version=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2) || version=
  [[ -n $version ]] || fail "this system has no GNU C library; Amazon Linux 2023 (EMR 7) has."
  printf '2.34\n%s\n' "$version" | sort --version-sort --check=quiet ||
    fail "glibc $version is too old: the program needs 2.34 (Amazon Linux 2023, EMR 7)."
}

# EMR's JSON files about this instance: `about instance isMaster`.
about() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get(sys.argv[2], ""))' \
    "$info/$1.json" "$2"
}

is_master() { [[ -f $info/instance.json && $(about instance isMaster) == True ]]; }

# The reason that it fails decides: a protected cluster stays, and is asked again later.
write_ender() {
  as_root tee "$ender" >/dev/null <<SCRIPT
#!/bin/sh
# Ends cluster $1 at its greatest age. Exit status 1: ask again later.
if said=\$(aws emr terminate-clusters --region '$region' --cluster-ids '$1' 2>&1); then exit 0; fi
echo "verger: \$said" >&2
case \$said in *protected*) exit 1 ;; esac
if [ '$protected' = yes ]; then exit 1; fi
shutdown -h now
SCRIPT
  as_root chmod 755 "$ender"
}

write_units() {
  as_root tee "$units/verger-end.service" >/dev/null <<UNIT
[Unit]
Description=End this EMR cluster at its greatest age
[Service]
Type=oneshot
ExecStart=$ender
Restart=on-failure
RestartSec=600
UNIT
  as_root tee "$units/verger-end.timer" >/dev/null <<UNIT
[Unit]
Description=End this EMR cluster at its greatest age
[Timer]
OnCalendar=$(date --utc --date="@$1" '+%Y-%m-%d %H:%M:%S UTC')
Persistent=true
[Install]
WantedBy=timers.target
UNIT
}

# The date is written down once, so that a second run does not put it off.
limit_age() {
  local cluster deadline
  cluster=$(about job-flow jobFlowId)
  [[ $cluster =~ ^j-[A-Za-z0-9]+$ ]] || fail "$info/job-flow.json names no cluster."
  [[ $region =~ ^[a-z0-9-]+$ ]] || fail "--max-age-seconds needs --region."
  as_root mkdir -p "$state"
  if [[ -f $state/deadline ]]; then return; fi
  deadline=$(($(date +%s) + max_age))
  write_ender "$cluster"
  if [[ -d /run/systemd/system ]]; then
    write_units "$deadline"
    as_root systemctl daemon-reload
    as_root systemctl enable --now --quiet verger-end.timer
  else
    as_root setsid --fork sh -c "sleep $max_age; until $ender; do sleep 600; done" \
      </dev/null >/dev/null 2>&1
  fi
  echo "$deadline" | as_root tee "$state/deadline" >/dev/null
  say "cluster $cluster ends at $(date --utc --date="@$deadline" '+%Y-%m-%d %H:%M:%S UTC')"
}

parse "$@"
check_libc
if [[ -n $max_age ]] && is_master; then limit_age; fi
say "ready: glibc $(getconf GNU_LIBC_VERSION | cut -d' ' -f2)"

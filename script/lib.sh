# shellcheck shell=bash
# What every script here shares. Source it; it runs nothing by itself.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
CACHE=$ROOT/.cache
export CAAS_ROOT=$ROOT

say() { printf '%s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
usageError() { printf 'error: %s\n' "$*" >&2; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

# The comment block at the head of a script is its help: from line 2 to the first line that is none.
showHelp() { sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$1"; }

# helpIfAsked FILE "$@": prints the help and ends when the first word asks for it.
helpIfAsked() {
  case ${2:-} in
    -h | --help | help) showHelp "$1"; exit 0 ;;
  esac
}

# retry WHAT COMMAND…: registries answer badly now and then, so three tries, with a pause between.
retry() {
  local what=$1 try
  shift
  for try in 1 2 3; do
    "$@" && return 0
    [ "$try" = 3 ] || { say "$what failed (try $try of 3), again in $((try * 3)) s"; sleep $((try * 3)); }
  done
  die "$what failed three times: is the network there?"
}

# Puts the local cluster's addresses into the environment, and CAAS_CLUSTER and CAAS_PORT_BASE.
useCluster() {
  export CAAS_CLUSTER=${1:-${CAAS_CLUSTER:-dev}}
  local lines
  lines=$("$ROOT/script/cluster" env)
  eval "$lines"
}

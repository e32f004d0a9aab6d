#!/bin/sh
# Installs tkn-dev from a release: chooses the file for this machine, compares its checksum, and
# puts the program into a directory. Run again, it changes nothing. It never calls sudo.
set -eu

# A release writes its address here, for example https://github.com/OWNER/NAME/releases/download.
releases=''
# A test compares this with deno.json.
version=0.1.0

usage() {
  cat <<'USAGE'
Usage: install.sh [--to DIR] [--from URL|DIR] [--version VERSION] [--platform TARGET]

  --to DIR           where to put tkn-dev (default: /usr/local/bin if you may write there,
                     else ~/.local/bin)
  --from URL|DIR     where the releases are: a mirror, or a directory that has v<version>/
                     (default: $TKN_DEV_FROM, else where this script was released)
  --version VERSION  the release to install (default: the one that this script belongs to)
  --platform TARGET  install for another machine, for example aarch64-unknown-linux-gnu
USAGE
}

fail() { # message, hint
  printf 'Error: %s\n' "$1" >&2
  if [ $# -gt 1 ]; then printf 'Hint: %s\n' "$2" >&2; fi
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

target_of_machine() {
  system=$(uname -s) machine=$(uname -m)
  # A shell under Rosetta says x86_64 on a processor that is arm64.
  if [ "$system" = Darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
    machine=arm64
  fi
  case $machine in
    x86_64 | amd64) processor=x86_64 ;;
    aarch64 | arm64) processor=aarch64 ;;
    *) processor='' ;;
  esac
  case $system in
    Linux) target=$processor-unknown-linux-gnu ;;
    Darwin) target=$processor-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN* | Windows*)
      fail "Cannot install on \"$system\": this script is for Linux and macOS" \
        'download the archive for x86_64-pc-windows-msvc and put tkn-dev.exe on the PATH'
      ;;
    *) processor='' ;;
  esac
  if [ -z "$processor" ]; then
    fail "Cannot install on \"$system $machine\": no release has a program for it" \
      'run it with Deno: deno install -gA -n tkn-dev URL/main.ts'
  fi
}

# The program needs the loader of glibc at its usual path, which Alpine, busybox and NixOS lack.
check_libc() {
  case $target in
    x86_64-unknown-linux-gnu) loader=/lib64/ld-linux-x86-64.so.2 ;;
    aarch64-unknown-linux-gnu) loader=/lib/ld-linux-aarch64.so.1 ;;
    *) return 0 ;;
  esac
  if [ ! -e "$loader" ]; then
    fail "Cannot run tkn-dev on this system: it has no glibc ($loader)" \
      'use an image with glibc, such as debian:13-slim, or --platform to install for another machine'
  fi
}

default_directory() {
  if [ -d /usr/local/bin ] && [ -w /usr/local/bin ]; then
    echo /usr/local/bin
  elif [ -n "${HOME-}" ]; then
    echo "$HOME/.local/bin"
  else
    fail 'Cannot choose a directory: HOME is not set' 'install.sh --to DIR'
  fi
}

fetch() { # name, file
  case $from in
    *://*)
      address=$from/v$version/$1
      if has curl; then
        # A redirect of https must not lead to http: the checksums come the same way.
        case $from in https:*) only='=https' ;; *) only='=http,https,file' ;; esac
        curl -fsSL --retry 2 --connect-timeout 20 --proto "$only" -o "$2" -- "$address" ||
          not_fetched
      elif has wget; then
        wget -q -O "$2" -- "$address" || not_fetched
      else
        fail "Cannot download \"$address\": neither curl nor wget is on the PATH" 'install curl'
      fi
      ;;
    *)
      address=$from/v$version/$1
      cp -- "$address" "$2" || not_fetched
      ;;
  esac
}

not_fetched() {
  fail "Cannot read \"$address\": see the message above" \
    'check --version, --from, and HTTPS_PROXY if this network has a proxy'
}

sha256() { # file
  if has sha256sum; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  else
    openssl dgst -sha256 <"$1" | sed 's/.* //'
  fi
}

# Prints the checksum that the release has for a file.
listed() { # name
  sum=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$1\$/\1/p" "$work/SHA256SUMS")
  if [ "${#sum}" -ne 64 ]; then
    fail "Cannot check \"$1\": SHA256SUMS of version $version does not list it once"
  fi
  echo "$sum"
}

check() { # file, name
  want=$(listed "$2")
  found=$(sha256 "$1")
  if [ "$found" != "$want" ]; then
    fail "Cannot install \"$2\": its checksum is $found, and SHA256SUMS says $want" \
      'the download is damaged or was changed: try again, or another --from'
  fi
}

clean_up() {
  rm -rf "$work"
  if [ -n "$new" ]; then rm -f "$new"; fi
}

# The shell reads all of the script before it runs a part of it: a download may end early.
main() {
  to='' from=${TKN_DEV_FROM:-$releases} target='' new=''
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --to=* | --from=* | --version=* | --platform=*)
        flag=${1%%=*} value=${1#*=}
        shift
        ;;
      --to | --from | --version | --platform)
        flag=$1 value=${2-}
        shift
        if [ $# -gt 0 ]; then shift; fi
        ;;
      *)
        fail "Cannot read \"$1\": no such flag" 'install.sh --help'
        ;;
    esac
    if [ -z "$value" ]; then fail "Cannot read \"$flag\": its value is missing"; fi
    case $flag in
      --to) to=$value ;;
      --from) from=$value ;;
      --version) version=${value#v} ;;
      --platform) target=$value ;;
    esac
  done
  case $version in
    *[!0-9A-Za-z.+-]*) fail "Cannot install \"$version\": this is no version" 'install.sh --version 0.1.0' ;;
  esac
  if [ -z "$from" ]; then
    fail 'Cannot download tkn-dev: this copy of install.sh belongs to no release' \
      'install.sh --from URL, or build it: deno task build'
  fi
  from=${from%/}
  for tool in uname sed cut tar gzip mktemp; do
    has "$tool" || fail "Cannot install tkn-dev: $tool is not on the PATH" "install $tool"
  done
  if ! has sha256sum && ! has shasum && ! has openssl; then
    fail 'Cannot compare checksums: none of sha256sum, shasum and openssl is on the PATH' \
      'install coreutils'
  fi
  own=no
  if [ -z "$target" ]; then
    own=yes
    target_of_machine
    check_libc
  fi
  case $target in
    *[!a-z0-9_-]*) fail "Cannot install for \"$target\": this is no platform" ;;
    *windows*) program=tkn-dev.exe listed_program=tkn-dev-$target.exe ;;
    *) program=tkn-dev listed_program=tkn-dev-$target ;;
  esac
  to=${to:-$(default_directory)}

  work=$(mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  fetch SHA256SUMS "$work/SHA256SUMS"
  want=$(listed "$listed_program")
  if [ -f "$to/$program" ] && [ "$(sha256 "$to/$program")" = "$want" ]; then
    printf 'tkn-dev %s is already in %s\n' "$version" "$to"
    exit 0
  fi
  mkdir -p -- "$to" 2>/dev/null || true
  if [ -d "$to/$program" ]; then
    fail "Cannot replace \"$to/$program\": it is a directory" 'install.sh --to DIR'
  elif [ ! -d "$to" ] || [ ! -w "$to" ]; then
    fail "Cannot write into \"$to\": it is not a directory that you may write to" \
      'install.sh --to DIR, for example --to ~/.local/bin'
  fi
  archive=tkn-dev-$target.tar.gz
  fetch "$archive" "$work/$archive"
  check "$work/$archive" "$archive"
  gzip -dc "$work/$archive" | (cd "$work" && tar -xf - "$program") ||
    fail "Cannot unpack \"$archive\": see the message above"
  check "$work/$program" "$listed_program"
  # A rename replaces a program that is running; a copy onto it would fail.
  new=$(mktemp "$to/.tkn-dev.XXXXXX")
  cp -- "$work/$program" "$new"
  chmod 755 "$new"
  if [ "$own" = yes ]; then
    "$new" version --client >"$work/version" ||
      fail 'Cannot start the program of this release: see the message above'
  fi
  mv -f -- "$new" "$to/$program"
  new=''
  printf 'Installed tkn-dev %s as %s\n' "$version" "$to/$program"
  case :${PATH-}: in
    *":$to:"*) ;;
    *) printf 'Hint: %s is not on your PATH: add it there\n' "$to" >&2 ;;
  esac
}

main "$@"

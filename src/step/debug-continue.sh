#!/bin/sh
# debug-continue [CODE] [NAME=VALUE]...: continues with CODE (default: last debug-run or 0), results

# shellcheck source=src/step/show.sh
. /tkn-dev/show
g_code=
case ${1-} in
  '' | *=*) ;;
  *)
    g_code=$1
    shift
    ;;
esac
g_count=$#
while [ "$g_count" -gt 0 ]; do
  case $1 in
    ?*=*) ;;
    *)
      printf 'debug-continue: %s: not a result, as in NAME=VALUE\n' "$1" >&2
      exit 2
      ;;
  esac
  set -- "$@" "${1%%=*}" "${1#*=}"
  shift
  g_count=$((g_count - 1))
done
release continue ${g_code:+"$g_code"} "$@" || {
  g_code=$?
  [ "$g_code" -ne 23 ] ||
    printf 'debug-run does the work that writes them; debug-continue NAME=VALUE writes one;\ndebug-continue again leaves them out\n' >&2
  exit "$g_code"
}

#!/bin/sh
# gate SECONDS WORKSPACE
#
# Stands in for the held step: says so in one line, then does what the words that come through
# /tkn-dev/gate ask for. After SECONDS in which nobody is receiving it gives up (0: it never does).
# Needs of the image: a shell. mkfifo (else it polls) and sleep (else it waits for ever) are a gain.

seconds=$1 workspace=$2
shift 2
watch=0 # the number of the watchdog whose word counts

# It looks around each second, for a signal can get lost in a shell that forks, and a long sleep would outlive it.
start_watchdog() {
  [ "$seconds" -gt 0 ] && command -v sleep >/dev/null || return 0
  {
    left=$seconds
    while [ "$left" -gt 0 ]; do
      sleep 1 && kill -0 "$$" && read -r current </tkn-dev/watch && [ "$current" = "$watch" ] || exit
      left=$((left - 1))
    done
    printf 'timeout %s\n' "$watch" >>/tkn-dev/gate
  } </dev/null >/dev/null 2>&1 &
}

stop_watchdog() {
  watch=$((watch + 1))
  printf '%s\n' "$watch" >/tkn-dev/watch
}

# let_go WORD STATUS [PID]: from here on release knows that it comes too late.
let_go() {
  stop_watchdog
  printf '%s\n' "$1" >/tkn-dev/released
  [ -z "${3-}" ] || await_end "$3"
  exit "$2"
}

# await_end PID: the container ends with this script, and would take whoever released it along, exit code untold.
await_end() {
  looks=20000 # some 50 ms
  while [ "$looks" -gt 0 ] && kill -0 "$1" 2>/dev/null; do looks=$((looks - 1)); done
}

# Below this script stand others, each after a line "#=> NAME".
name='' text='' newline='
'
while IFS= read -r line; do
  case $line in
    '#=> '*)
      [ -z "$name" ] || printf '%s' "$text" >"/tkn-dev/$name"
      name=${line#* } text=
      ;;
    *) text=$text$line$newline ;;
  esac
done <"$0"
printf '%s' "$text" >"/tkn-dev/$name"
printf '%s\n' "$workspace" >/tkn-dev/workspace

# In a restarted container all these files are there already, so emptied is as good as absent.
: >/tkn-dev/released
[ -p /tkn-dev/gate ] || mkfifo -m 600 /tkn-dev/gate 2>/dev/null || : >/tkn-dev/gate
if ! [ -p /tkn-dev/gate ] && ! command -v sleep >/dev/null; then
  printf 'tkn-dev: cannot hold this step: its image has neither mkfifo nor sleep\n' >&2
  exit 1
fi
# Not in yash, whose read goes on after a trap.
[ -n "${YASH_VERSION-}" ] || trap 'let_go terminated 143' INT TERM
exec 3<>/tkn-dev/gate # for both, so that neither side waits for the other to open it

stop_watchdog
printf 'tkn-dev: held, waiting for an upload into %s\n' "$workspace"
start_watchdog
while :; do
  if read -r word number <&3; then
    case $word in
      receiving) stop_watchdog ;;
      waiting)
        stop_watchdog
        start_watchdog
        ;;
      continue) let_go continue 0 "$number" ;;
      fail) let_go fail 1 "$number" ;;
      timeout)
        [ "$number" = "$watch" ] || continue
        printf 'tkn-dev: nobody came within %s s, giving up\n' "$seconds"
        let_go timeout 1
        ;;
    esac
  elif ! [ -p /tkn-dev/gate ]; then
    sleep 1
  fi
done
exit 70 # never reached: below is payload

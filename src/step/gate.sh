#!/bin/sh
# gate SECONDS WORKSPACE [ARGUMENT]...
#
# Stands in for the held step: says so in one line, then does what the words through /tkn-dev/gate
# ask for. After SECONDS in which nobody is receiving it gives up (0: it never does).
# The step's own work: /tkn-dev/script with the ARGUMENTs; without that file, the ARGUMENTs.
# Needs of the image a shell; mkfifo (else it polls) and sleep (else it waits for ever) are a gain.

# Variables begin with g_: one of the step's environment would be overwritten.
g_seconds=$1 g_workspace=$2
shift 2
g_watch=0 # the number of the watchdog whose word counts

# By the second: signals get lost in a shell that forks, and a long sleep outlives it.
# No child: its end would signal the step.
start_watchdog() {
  [ "$g_seconds" -gt 0 ] && command -v sleep >/dev/null || return 0
  ({
    g_left=$g_seconds
    while [ "$g_left" -gt 0 ]; do
      sleep 1 && kill -0 "$$" && read -r g_current </tkn-dev/watch && [ "$g_current" = "$g_watch" ] || exit
      g_left=$((g_left - 1))
    done
    printf 'timeout %s\n' "$g_watch" >>/tkn-dev/gate
  } </dev/null >/dev/null 2>&1 &)
}

stop_watchdog() {
  g_watch=$((g_watch + 1))
  printf '%s\n' "$g_watch" >/tkn-dev/watch
}

# let_go WORD STATUS [PID]: from here on release knows that it comes too late.
let_go() {
  stop_watchdog
  printf '%s\n' "$1" >/tkn-dev/released
  [ -z "${3-}" ] || await_end "$3"
  exit "$2"
}

# await_end PID: the container ends with this script, and takes a releaser along, its exit code untold.
await_end() {
  g_looks=20000 # some 50 ms
  while [ "$g_looks" -gt 0 ] && kill -0 "$1" 2>/dev/null; do g_looks=$((g_looks - 1)); done
}

# run_step PID [ARGUMENT]...: what the step would have done, in the gate's place.
run_step() {
  stop_watchdog
  printf 'run\n' >/tkn-dev/released
  await_end "$1"
  shift
  trap - INT TERM
  exec 3>&-
  [ -e /tkn-dev/script ] || exec "$@"
  chmod +x /tkn-dev/script 2>/dev/null && exec /tkn-dev/script "$@"
  # Without chmod, as the kernel would: "#!INTERPRETER [ONE ARGUMENT]".
  IFS= read -r g_line </tkn-dev/script
  g_line=${g_line#'#!'}
  g_line=${g_line#"${g_line%%[! ]*}"}
  case $g_line in
    *' '*) exec "${g_line%% *}" "${g_line#* }" /tkn-dev/script "$@" ;;
    *) exec "$g_line" /tkn-dev/script "$@" ;;
  esac
}

# quoted [WORD]...: whatever is in them.
quoted() {
  for g_word; do
    g_text=
    while :; do
      case $g_word in
        *\'*) g_text=$g_text${g_word%%\'*}"'\\''" g_word=${g_word#*\'} ;;
        *) break ;;
      esac
    done
    printf "'%s' " "$g_text$g_word"
  done
}

# Below this script stand others, each after a line "#=> NAME"; the step's own comes last, whatever its lines.
g_name='' g_text='' g_newline='
'
while IFS= read -r g_line; do
  case $g_name:$g_line in
    script:*) g_text=$g_text$g_line$g_newline ;;
    *:'#=> '*)
      [ -z "$g_name" ] || printf '%s' "$g_text" >"/tkn-dev/$g_name"
      g_name=${g_line#* } g_text=
      ;;
    *) g_text=$g_text$g_line$g_newline ;;
  esac
done <"$0"
printf '%s' "$g_text" >"/tkn-dev/$g_name"
printf '%s\n' "$g_workspace" >/tkn-dev/workspace
chmod +x /tkn-dev/debug-* 2>/dev/null
# For debug-run, in words that a shell can read again.
export -p >/tkn-dev/environment
printf 'set -- %s\n' "$(quoted "$@")" >/tkn-dev/words

# In a restarted container these files are there already: emptied is as good as absent.
: >/tkn-dev/released
[ -p /tkn-dev/gate ] || mkfifo -m 600 /tkn-dev/gate 2>/dev/null || : >/tkn-dev/gate
if ! [ -p /tkn-dev/gate ] && ! command -v sleep >/dev/null; then
  printf 'tkn-dev: cannot hold this step: its image has neither mkfifo nor sleep\n' >&2
  exit 1
fi
# Not in yash, whose read goes on after a trap.
[ -n "${YASH_VERSION-}" ] || trap 'let_go terminated 143' INT TERM
exec 3<>/tkn-dev/gate # both ways, so that neither side waits for the other

stop_watchdog
printf 'tkn-dev: held, workspace: %s\n' "$g_workspace"
start_watchdog
while :; do
  if read -r g_word g_number <&3; then
    case $g_word in
      receiving) stop_watchdog ;;
      waiting)
        stop_watchdog
        start_watchdog
        ;;
      continue) let_go continue 0 "$g_number" ;;
      run) run_step "$g_number" "$@" ;;
      fail) let_go fail 1 "$g_number" ;;
      timeout)
        [ "$g_number" = "$g_watch" ] || continue
        printf 'tkn-dev: nobody came within %s s, giving up\n' "$g_seconds"
        let_go timeout 1
        ;;
    esac
  elif ! [ -p /tkn-dev/gate ]; then
    sleep 1
  fi
done
exit 70 # never reached: below is payload

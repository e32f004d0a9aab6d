#!/bin/sh
# gate SECONDS WORKSPACE DIRECTORY [ARGUMENT]...
#
# Sourced by the loader in the held step's place: says in one line that it holds, and where the upload goes (DIRECTORY of
# WORKSPACE, if it is not that itself), then does what the words through
# the FIFO /tkn-dev/inbox ask for. After SECONDS in which none of its visitors lives (but for shells, whose client has to
# be heard of), and nobody writes to /tkn-dev/visited, it gives up (0: it never does).
# The step's own work: /tkn-dev/script with the ARGUMENTs; where that is empty, the ARGUMENTs.
# Needs of the image a shell; mkfifo (else it polls) and sleep (else it waits for ever) are a gain.
# Files of a gate before this one may lie here, of another step and user: they are emptied, never removed.

# shellcheck source=/dev/null
. /tkn-dev/step
# shellcheck source=src/step/show.sh
. /tkn-dev/show
g_seconds=$1 g_workspace=$2 g_directory=$3
shift 3

# Whether the run is the one that this gate was made for: src/step/copies.ts.
if [ -n "${TKN_DEV_HOLDS+set}" ]; then
  case $TKN_DEV_MARK/$TKN_DEV_HOLDS in
    "PipelineRun/$TKN_DEV_PR/"* | "TaskRun/$TKN_DEV_TR/"* | /true) ;;
    *)
      # shellcheck disable=SC2154
      printf 'tkn-dev: nobody comes to this copy of a run that waited for tkn-dev; start one with: %s\n' "$g_again"
      exit 1
      ;;
  esac
  unset TKN_DEV_HOLDS TKN_DEV_MARK TKN_DEV_PR TKN_DEV_TR
fi

# By the second: signals get lost in a shell that forks, and a long sleep outlives it.
# No child: its end would signal the step.
start_watchdog() {
  [ "$g_seconds" -gt 0 ] && command -v sleep >/dev/null || return 0
  ({
    g_left=$g_seconds
    while [ "$g_left" -gt 0 ]; do
      sleep 1 && kill -0 "$$" && ! [ -s /tkn-dev/released ] || exit
      g_left=$((g_left - 1))
      for g_file in /tkn-dev/visitor-*; do
        read -r g_pid g_note <"$g_file" && [ -z "$g_note" ] && alive "$g_pid" && g_left=$g_seconds
      done
      [ -s /tkn-dev/visited ] && g_left=$g_seconds && : >/tkn-dev/visited
    done
    printf 'timeout\n' >>/tkn-dev/inbox
  } </dev/null >/dev/null 2>&1 &)
}

# empty NAME...
empty() {
  for g_name; do : >"/tkn-dev/$g_name"; done
}

# close WORD [PID]: from here on release knows that it comes too late. It is waited for, since the container ends with
# this script, and takes a releaser along, its exit code untold.
close() {
  printf '%s\n' "$1" >/tkn-dev/released
  empty environment words # may have secrets in them
  [ -z "${2-}" ] || await_end "$2"
}

# let_go WORD STATUS [PID]
let_go() {
  close "$1" "${3-}"
  exit "$2"
}

# work FILE [ARGUMENT]...: in this shell's place, as if there were no gate.
work() {
  trap - INT TERM
  # shellcheck disable=SC2154
  umask "$g_umask"
  g_file=$1
  shift
  [ -s "$g_file" ] || exec "$@"
  chmod +x "$g_file" 2>/dev/null
  [ -x "$g_file" ] && exec "$g_file" "$@"
  interpreter "$g_file"
  exec "$g_program" ${g_argument:+"$g_argument"} "$g_file" "$@"
}

# run_step PID [ARGUMENT]...
run_step() {
  close run "$1"
  shift
  exec 3>&-
  if [ -s /tkn-dev/edited ]; then work /tkn-dev/edited "$@"; else work /tkn-dev/script "$@"; fi
}

printf 'working\n' >/tkn-dev/released
empty environment words container edited exit status header visited attempts
for g_file in /tkn-dev/visitor-* /tkn-dev/receiver-*; do [ -s "$g_file" ] && : >"$g_file"; done

g_code=
# shellcheck disable=SC2154
if [ "$g_mode" != before ]; then
  # Who ends a container signals the whole group, and what the work makes of it counts.
  g_signal=
  trap g_signal=1 INT TERM
  (work /tkn-dev/script "$@")
  g_code=$(($? % 256)) # yash adds 384 for a signal
  [ -z "$g_signal" ] || exit "$g_code"
  [ "$g_mode:$g_code" != failure:0 ] || exit 0
  printf '%s\n' "$g_code" >/tkn-dev/status
fi

export -p >/tkn-dev/environment
# For debug-run, in words that a shell can read again.
printf 'cd %s\nset -- %s\n' "$(quoted "$PWD")" "$(quoted "$@")" >/tkn-dev/words
container
printf '%s\n' "$g_container" >/tkn-dev/container
if ! [ -p /tkn-dev/inbox ]; then
  { rm -f /tkn-dev/inbox && mkfifo /tkn-dev/inbox; } 2>/dev/null || : >/tkn-dev/inbox
fi
if ! [ -p /tkn-dev/inbox ] && ! command -v sleep >/dev/null; then
  printf 'tkn-dev: cannot hold this step: its image has neither mkfifo nor sleep\n' >&2
  exit 1
fi
# Not in yash, whose read goes on after a trap.
if [ -n "${YASH_VERSION-}" ]; then trap - INT TERM; else trap 'let_go terminated 143' INT TERM; fi
exec 3<>/tkn-dev/inbox # both ways, so that neither side waits for the other

# shellcheck disable=SC2154
case $g_directory in
  *"$g_newline"*)
    printf 'tkn-dev: cannot hold this step: the directory for the upload has a line break\n' >&2
    exit 1
    ;;
esac
: >/tkn-dev/released
# On both streams behind what the work said there: a node may tell of one before it tells of the other.
g_line="tkn-dev: held${g_code:+ after exit code $g_code}, workspace: $g_workspace${g_directory:+, directory: $g_directory}"
[ -z "$g_code" ] || printf '%s\n' "$g_line" >&2
printf '%s\n' "$g_line"
start_watchdog
while :; do
  if read -r g_word g_number g_given <&3; then
    case $g_word in
      continue) let_go continue "${g_given:-0}" "$g_number" ;;
      fail) let_go fail "${g_given:-1}" "$g_number" ;;
      run) run_step "$g_number" "$@" ;;
      instead) run_step "$g_number" ;;
      timeout)
        printf 'tkn-dev: nobody came within %s s, giving up\n' "$g_seconds"
        let_go timeout 1
        ;;
    esac
  elif ! [ -p /tkn-dev/inbox ]; then
    sleep 1
  fi
done

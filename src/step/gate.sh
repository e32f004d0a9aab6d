#!/bin/sh
# gate SECONDS WORKSPACE DIRECTORY [ARGUMENT]...
#
# Holds a step: the loader sources it in the step's place. It prints one line that says that it
# holds, and where the upload goes (DIRECTORY of WORKSPACE, or "" for the workspace itself). Then it
# obeys the words that arrive through the FIFO /tkn-dev/inbox.
#
# It gives up after SECONDS (0: never) without a sign of a client: a living visitor process that is
# not a shell, or a write to /tkn-dev/visited, by which the client of a shell shows that it is
# alive.
#
# The step's own work is /tkn-dev/script with the ARGUMENTs or, if that is empty, the ARGUMENTs.
#
# The image must have a shell. Without mkfifo the gate polls, and without sleep it waits forever.
#
# /tkn-dev may have files from the gate of an earlier step, which ran as another user. Such files
# are emptied, never removed.

# shellcheck source=/dev/null
. /tkn-dev/step
# shellcheck source=src/step/show.sh
. /tkn-dev/show
g_seconds=$1 g_workspace=$2 g_directory=$3
shift 3

# Exits in a copy of the run that this gate was made for: see src/step/copies.ts.
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

# start_watchdog: counts seconds without a client, in the background. It sleeps a second at a time,
# because a shell loses signals while it forks, and a long sleep would outlive it. It is not a child
# of this shell, because its end would signal the step.
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

# empty NAME...: empties these files of /tkn-dev.
empty() {
  for g_name; do : >"/tkn-dev/$g_name"; done
}

# close WORD [PID]: notes the release, after which another one comes too late. It then waits for
# PID, the process that released the step, to exit: the container ends with this script, and a
# process that the container takes along loses its exit code.
close() {
  printf '%s\n' "$1" >/tkn-dev/released
  empty environment words # these may have secrets
  [ -z "${2-}" ] || await_end "$2"
}

# let_go WORD STATUS [PID]: ends the step with this exit code.
let_go() {
  close "$1" "${3-}"
  exit "$2"
}

# work FILE [ARGUMENT]...: replaces this shell by the work, as if there were no gate.
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

# run_step PID [ARGUMENT]...: releases the step to its own work, or to the edited script.
run_step() {
  close run "$1"
  shift
  exec 3>&-
  if [ -s /tkn-dev/edited ]; then work /tkn-dev/edited "$@"; else work /tkn-dev/script "$@"; fi
}

printf 'working\n' >/tkn-dev/released
empty environment words container edited exit status header visited attempts stopped unwritten
for g_file in /tkn-dev/visitor-* /tkn-dev/receiver-*; do [ -s "$g_file" ] && : >"$g_file"; done

g_code=
# shellcheck disable=SC2154
if [ "$g_mode" != before ]; then
  # A node that ends a container signals the whole group; the exit code of the work counts.
  g_signal=
  trap g_signal=1 INT TERM
  (work /tkn-dev/script "$@")
  g_code=$(($? % 256)) # yash adds 384 for a signal
  [ -z "$g_signal" ] || exit "$g_code"
  [ "$g_mode:$g_code" != failure:0 ] || exit 0
  printf '%s\n' "$g_code" >/tkn-dev/status
fi

export -p >/tkn-dev/environment
# For debug-run, quoted so that a shell can read it again.
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
# Not in yash, whose read continues after a trap.
if [ -n "${YASH_VERSION-}" ]; then trap - INT TERM; else trap 'let_go terminated 143' INT TERM; fi
exec 3<>/tkn-dev/inbox # read-write, so that neither side waits for the other

# shellcheck disable=SC2154
case $g_directory in
  *"$g_newline"*)
    printf 'tkn-dev: cannot hold this step: the directory for the upload has a line break\n' >&2
    exit 1
    ;;
esac
: >/tkn-dev/released
# On both streams, after the output of the work: a node may deliver one stream before the other.
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

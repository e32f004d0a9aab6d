#!/bin/sh
# turn [--joined] [--by NAME USER] [FLAG]...
#
# Does the held step's work again, for a client that watches the source: waits for the line "go" on
# stdin, then runs debug-run with the FLAGs, and exits with the exit code of the work. An empty line
# on stdin means that the client is still there, so that the gate does not give up.
#
# With --joined, stderr goes to stdout, in the order of the lines.
#
# --by: the USER watches, in turns with this NAME. Others who work at the step see that, and the
# turn begins with a note about each of them that no earlier turn has shown.
#
# Before the work, the results are as they were before the first turn. The line "stop", or the end
# of stdin, ends the work: by TERM, and after two seconds by KILL. Processes that the work left
# running are killed, as the end of a container would. They are those of the session of this script,
# those that still hold its output, and those that have its mark: a soft limit of processor time, of
# 63 years and its PID in seconds, which no process reaches. Processes inherit it, even if they
# leave the session, close the output and clear the environment, and /proc shows it to every user.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
tell held || exit
if [ "$1" = --joined ]; then
  shift
  exec 9>&2 2>&1 # stderr stays open: containerd closes stdin with the first output that ends
fi
g_by=
if [ "$1" = --by ]; then
  g_by=$2
  read -r _ g_note 2>/dev/null <"/tkn-dev/visitor-$g_by" || g_note=
  if [ -z "$g_note" ]; then
    g_since=$(date +%H:%M 2>/dev/null)
    g_note="$3 watches this step too${g_since:+, since $g_since}"
  fi
  visit "$g_by" "$g_note"
  shift 3
fi

while :; do
  IFS= read -r g_line || exit 0
  case $g_line in
    go) break ;;
    stop) exit 0 ;;
  esac
  printf . >/tkn-dev/visited
done

# meet: prints the notes about others that are new.
meet() (
  umask 0
  g_notes=$(visitors "$g_by") g_known=$g_newline
  while IFS= read -r g_line; do g_known=$g_known$g_line$g_newline; done 2>/dev/null <"/tkn-dev/met-$g_by"
  IFS=$g_newline
  set -f
  for g_note in $g_notes; do
    case $g_known in *"$g_newline$g_note$g_newline"*) continue ;; esac
    printf '%s\n' "$g_note" >&2
    printf '%s\n' "$g_note" >>"/tkn-dev/met-$g_by"
  done
)

# restore: makes the results those of before the first turn.
restore() {
  # shellcheck source=/dev/null
  . /tkn-dev/step
  # shellcheck disable=SC2154
  g_before=/tkn-dev/before-$g_step
  if ! [ -s "$g_before" ]; then
    for g_file in /tekton/results/*; do
      [ ! -f "$g_file" ] || copy <"$g_file" >"$g_before.${g_file##*/}"
    done
    printf 'kept\n' >"$g_before"
  fi
  for g_file in /tekton/results/* /tekton/steps/step-"$g_step"/results/*; do
    [ ! -f "$g_file" ] || rm -f "$g_file" 2>/dev/null || : >"$g_file"
  done
  for g_file in "$g_before".*; do
    [ ! -f "$g_file" ] || copy <"$g_file" >/tekton/results/"${g_file#"$g_before."}"
  done
}

# limit PID: prints the line of /proc with the limit of processor time.
limit() {
  { IFS= read -r g_line && IFS= read -r g_line; } 2>/dev/null <"/proc/$1/limits" || return
  printf '%s\n' "$g_line"
}

# others: prints a line "PID NAME" for each living process of the turn. Not this script, and not its
# process g_control. A helper of debug-run, a copy of this shell, has no NAME.
others() {
  { IFS=' ' read -r g_self _ </proc/self/stat; } 2>/dev/null || return
  set +f
  for g_file in /proc/[0-9]*/stat; do
    { IFS= read -r g_line <"$g_file"; } 2>/dev/null || continue
    set -f
    IFS=' '
    # shellcheck disable=SC2086
    set -- "$g_line" ${g_line##*) }
    g_pid=${1%% *} g_name=${1#*\(}
    case $2 in Z | X) continue ;; esac
    case $g_pid in "$$" | "$g_self" | "$g_control") continue ;; esac
    [ "$5" = "$$" ] || writes_here 1 || writes_here 2 || marked || continue
    { IFS= read -r g_line <"/proc/$g_pid/cmdline"; } 2>/dev/null
    case $g_line in *tkn-dev/turn*) g_name= ;; esac
    printf '%s %s\n' "$g_pid" "${g_name%)*}"
  done
}

# writes_here FD: succeeds if this output of process g_pid is a pipe that is also the turn's.
# shellcheck disable=SC3013
writes_here() {
  [ -p "/proc/$$/fd/$1" ] && [ "/proc/$g_pid/fd/$1" -ef "/proc/$$/fd/$1" ]
} 2>/dev/null

# choose_mark: sets g_mark, and g_seconds for it. g_mark is empty if the container has a limit
# itself, or if its shell cannot set one.
# shellcheck disable=SC3045
choose_mark() {
  g_mark='' g_seconds=$((2000000000 + $$))
  case $(limit self) in
    *unlimited*unlimited*) g_mark=$(ulimit -S -t "$g_seconds" 2>/dev/null && limit self) ;;
  esac
}

# marked: succeeds if process g_pid has the mark of the turn.
marked() {
  [ -n "$g_mark" ] && { IFS= read -r g_line && IFS= read -r g_line; } <"/proc/$g_pid/limits" &&
    [ "$g_line" = "$g_mark" ]
} 2>/dev/null

# end SIGNAL LOOKS: sends the signal to the others until none lives, or so many looks have passed.
end() {
  g_looks=$2
  while g_left=$(others) && [ -n "$g_left" ] && [ "$g_looks" -gt 0 ]; do
    IFS=$g_newline
    for g_process in $g_left; do kill -"$1" "${g_process%% *}" 2>/dev/null; done
    g_looks=$((g_looks - 1))
    sleep 0.1 2>/dev/null || sleep 1 2>/dev/null
  done
}

# control: reads stdin during the work. Ends the work when the client says so, or is gone.
control() {
  while IFS= read -r g_line; do
    case $g_line in
      '') printf . >/tkn-dev/visited ;;
      stop) break ;;
    esac
  done
  printf 'stopped\n' >/tkn-dev/stopped
  { IFS=' ' read -r g_control _ </proc/self/stat; } 2>/dev/null
  end TERM 20
  end KILL 50
}

# names: sets g_names to the names of the others, with commas.
names() {
  g_names='' IFS=$g_newline
  for g_process in $(others); do
    case $g_process in *' ') ;; *) g_names=$g_names${g_names:+, }${g_process#* } ;; esac
  done
}

[ -z "$g_by" ] || meet
choose_mark
restore
: >/tkn-dev/stopped
exec 3<&0
g_control=
control <&3 >/dev/null 2>&1 &
g_control=$!
exec 3<&- </dev/null
# shellcheck disable=SC3045
(
  [ -z "$g_mark" ] || ulimit -S -t "$g_seconds"
  . /tkn-dev/debug-run
) 9>&-
g_code=$?
{ kill -KILL "$g_control" && wait "$g_control"; } 2>/dev/null # first: it starts processes, too
names
end KILL 50
if ! [ -s /tkn-dev/stopped ]; then
  [ -z "$g_names" ] || printf '%-12s%s, which the work left running\n' Ended: "$g_names" >&2
elif [ "$g_code" -eq 0 ]; then
  g_code=143
  printf '%s\n' "$g_code" >/tkn-dev/exit
fi
exit "$g_code"

#!/bin/sh
# debug-run [--original] [--continue] [--edit] [--live] [--plain]
#
# Runs the held step's work here, shows and traces it, and exits with its exit code. The results
# that it writes are the step's once debug-continue releases the step. An edited script takes the
# place of the step's own, unless --original is given.
#
# --continue: the step runs the work in its own place, and the run continues.
# --edit: tkn-dev at the other end of the terminal first offers the script to an editor.
#
# --plain: shows and traces nothing: only the output of the work, and its results.
#
# Secrets are masked in the script and in the output. If stdout is not a terminal, it arrives in
# blocks, and sed keeps every byte; with --live, or without sed, it arrives line by line.

# shellcheck source=src/step/show.sh
. /tkn-dev/show

complain() {
  printf 'debug-run: %s\n' "$1" >&2
  exit 2
}

g_original='' g_continue='' g_edit='' g_live='' g_bare=''
while [ $# -gt 0 ]; do
  case $1 in
    --original) g_original=1 ;;
    --continue) g_continue=1 ;;
    --edit) g_edit=1 ;;
    --live) g_live=1 ;;
    --plain) g_bare=1 ;;
    --patch) complain '--patch FILE is an option of tkn-dev, as in tkn-dev pipelinerun shell RUN --patch FILE' ;;
    *) complain "$1: not one of --original, --continue and --edit" ;;
  esac
  shift
done
tell held || exit

g_gone='tkn-dev is not there any more'

# ask LINE: sends a request to the listener of the channel, after a mark in the output of the shell.
# Sets g_answer.
ask() {
  g_answer="no $g_gone"
  kill -0 "$g_listener" 2>/dev/null || return
  ! [ -t 2 ] || printf '\033_tkn-dev %s\033\134' "$g_channel" >&2
  printf '%s\n' "$1" 1<>"/tkn-dev/ask-$g_channel"
  IFS= read -r g_answer <&6
}

if [ -n "$g_edit" ]; then
  g_channel=${TKN_DEV_CHANNEL-}
  # The listener starts at the same time as the shell, and a person may be faster.
  g_tries=0
  until read -r g_listener 2>/dev/null <"/tkn-dev/listener-$g_channel" && kill -0 "$g_listener" 2>/dev/null; do
    g_tries=$((g_tries + 1))
    if [ -z "$g_channel" ] || [ "$g_tries" -gt 5 ] || ! sleep 1 2>/dev/null; then
      complain '--edit needs tkn-dev at the other end of this terminal: tkn-dev pipelinerun run RUN --edit'
    fi
  done
  exec 6<>"/tkn-dev/answer-$g_channel"
  # Answers in place of a listener that has ended, which nothing else would notice.
  (while kill -0 "$$" && sleep 1; do
    kill -0 "$g_listener" || { printf 'no %s\n' "$g_gone" >&6 && exit; }
  done </dev/null >/dev/null 2>&1 &)
  ask edit
  case $g_answer in
    ready) ;;
    *)
      printf '%s\n' "${g_answer#no }" >&2
      exit 1
      ;;
  esac
fi

if [ -n "$g_continue" ]; then
  [ -z "$g_original" ] || : >/tkn-dev/edited
  release run
  exit
fi

g_file=/tkn-dev/script
[ -n "$g_original" ] || ! [ -s /tkn-dev/edited ] || g_file=/tkn-dev/edited

# shellcheck source=/dev/null
if ! [ -s "$g_file" ] && ! (. /tkn-dev/words && [ $# -gt 0 ]); then
  complain 'this step has no work to do: the upload stands in for it'
fi

# work: replaces this shell by the work, with the environment and words that the gate saved.
# shellcheck disable=SC2120
work() {
  unset PS1 TERM TKN_DEV_CHANNEL TKN_DEV_HOLDS TKN_DEV_MARK TKN_DEV_PR TKN_DEV_TR
  # shellcheck source=/dev/null
  . /tkn-dev/environment
  # shellcheck source=/dev/null
  . /tkn-dev/words
  [ -s "$g_file" ] || exec "$@"
  if ! shell_of "$g_file" || [ -n "$g_bare" ]; then
    exec "$g_program" ${g_argument:+"$g_argument"} "$g_file" "$@"
  fi
  # shellcheck disable=SC2016
  PS4='+${LINENO:+ line $LINENO:} '
  export PS4
  # shellcheck disable=SC2016
  [ "$("$g_program" ${g_argument:+"$g_argument"} -c 'echo "$PS4"' 2>/dev/null)" != "$PS4" ] ||
    exec "$g_program" ${g_argument:+"$g_argument"} -x "$g_file" "$@"
  # As root, bash does not take PS4 from the environment.
  exec "$g_program" ${g_argument:+"$g_argument"} -c "PS4='$PS4'; set -x; . \"\$0\"" "$g_file" "$@"
}

# filter: copies the output up to the line g_end. Children of the work may write after that.
filter() {
  while IFS= read -r g_line || [ -n "$g_line" ]; do
    case $g_line in
      +*" . $g_file") continue ;; # from the line below that sources the script
      "$g_end") return ;;
    esac
    g_last=${g_line%"$g_end"}
    [ -z "$g_traced" ] || remember "$g_last"
    mask "$g_last"
    printf '%s\n' "$g_masked" >&2
    [ "$g_last" = "$g_line" ] || return
  done
}

# remember LINE: keeps the last traced line, in g_number or g_command.
remember() {
  case $1 in +*) g_text=${1#"${1%%[!+]*}"} ;; *) return ;; esac
  case $g_text in
    ' line '[0-9]*': '*) g_text=${g_text# line } g_number=${g_text%%:*} g_command='' ;;
    ' '*) [ -n "$g_number" ] || g_command=${g_text# } ;;
  esac
}

# report: shows the exit code, the line that failed and the results.
report() {
  [ -n "$g_bare" ] || report_end
  set +f
  for g_result in /tekton/results/*; do
    [ -f "$g_result" ] || continue
    g_text=${g_result##*/}= g_count=0
    while [ "$g_count" -le 12 ] && { IFS= read -r g_line || [ -n "$g_line" ]; }; do
      g_text=$g_text$g_line$g_newline g_count=$((g_count + 1))
    done <"$g_result"
    say Result "${g_text%"$g_newline"}"
  done
}

# report_end: shows the exit code, and the line that failed.
report_end() {
  if [ "$g_code" -ne 0 ] && [ -n "$g_number" ]; then
    g_count=0
    while [ "$g_count" -lt "$g_number" ] && IFS= read -r g_line; do g_count=$((g_count + 1)); done <"$g_file"
    say Failed "line $g_number: ${g_line#"${g_line%%[! ]*}"}"
  elif [ "$g_code" -ne 0 ] && [ -n "$g_command" ]; then
    say Failed "$g_command"
  fi
  g_stop=$(date +%s 2>/dev/null)
  say 'Exit code' "$g_code${g_stop:+ after $((g_stop - g_start)) s}"
}

# run: runs the work. Its stdout goes to fd 4.
run() {
  {
    trap : INT TERM
    # On a terminal, stdout shares a stream with stderr, so that it keeps its place in the trace.
    ! [ -t 4 ] || ! [ -t 2 ] || exec 4>&1
    # shellcheck disable=SC2119
    (trap - INT TERM && work) 2>&1 >&4 4>&-
    printf '%s\n' "$(($? % 256))" >/tkn-dev/exit
    case $g_stdout in
      lines) printf '%s\n' "$g_end" >&4 ;;
      bytes) printf '\n%s\n%s\n' "$g_end" "$g_end" >&4 ;;
    esac
    printf '%s\n' "$g_end"
  } | {
    trap '' INT TERM
    load
    g_number='' g_command='' g_traced=''
    [ -n "$g_bare" ] || [ ! -s "$g_file" ] || ! shell_of "$g_file" || g_traced=1
    exec 5<&0
    filter
    filter <&5 4>&- 5<&- & # output of processes that the work left running
    read -r g_code </tkn-dev/exit
    # In a process without children: busybox drops what it writes while a child of it ends.
    (report) >&2
  } 4>&-
}

# mask_stdout: masks what run writes to fd 4.
mask_stdout() {
  trap '' INT TERM
  load
  exec 5<&0
  case $g_stdout in
    bytes) can_mask_bytes && mask_bytes "$g_end" ;;
    *) mask_lines "$g_end" ;;
  esac
  mask_lines "$g_end" on <&5 5<&- & # output of processes that the work left running
}

# In a shell, the client keeps the gate from giving up; otherwise this process does, as a visitor.
if [ -z "${TKN_DEV_CHANNEL-}" ]; then
  visit "$$"
  trap 'leave "$$"' EXIT
fi
(
  load
  # shellcheck source=/dev/null
  . /tkn-dev/words
  [ -n "$g_bare" ] || show_step 9999 "$@"
  if [ -z "$g_needles" ]; then
    exit 0
  elif [ -z "$g_live" ] && can_mask_bytes; then
    exit 7
  fi
  exit 1
) >&2
g_masks_by=$?
case $g_masks_by in
  0) g_stdout='' ;;
  7) g_stdout=bytes ;;
  *) g_stdout=lines ;;
esac
! { [ -t 1 ] && [ -t 2 ]; } || g_stdout='' # it shares a stream with stderr
: >/tkn-dev/exit
g_end="tkn-dev: the end of $$"
g_start=$(date +%s 2>/dev/null)
trap : INT TERM # Ctrl-C at the terminal, and turn's TERM, are for the work alone
if [ "$g_bare:$g_masks_by" = 1:0 ]; then
  # Nothing to trace or to mask: the work writes for itself.
  (trap - INT TERM && work)
  g_code=$(($? % 256))
  printf '%s\n' "$g_code" >/tkn-dev/exit
  g_needles=''
  report >&2
elif [ -n "$g_stdout" ]; then
  { run 4>&1 6<&-; } | (mask_stdout) 6<&-
else
  run 4>&1 6<&-
fi
read -r g_code </tkn-dev/exit
[ -z "$g_edit" ] || ask "ran $g_code" # tkn-dev reports it at the other end
exit "$g_code"

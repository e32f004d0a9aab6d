#!/bin/sh
# release WORD [CODE] [NAME VALUE]...
#
# Writes results, then sends WORD to the gate with the PID of this process, for whose exit the gate
# waits. It never blocks. Other scripts source it in a subshell. Exit codes: see
# protocol/exit_codes.ts.
#
#     continue, fail   end the step, with CODE if it is given
#     run              has the step run its own work
#     instead          has the step run the script that edit.sh wrote
#     held             sends nothing; only checks that the gate holds
#
# A result with a NAME like step:commit belongs to the step, any other one to the Task.
#
# The first `continue` without CODE does not release a step that has left results unwritten: it
# prints their names and exits with 23.

if ! [ -e /tkn-dev/inbox ] || [ -s /tkn-dev/released ]; then
  read -r said 2>/dev/null </tkn-dev/released || said='it never held'
  case $said in
    working | 'it never held')
      printf 'the gate does not hold yet: the step does its work\n' >&2
      exit 22
      ;;
  esac
  printf 'the gate has let go already: %s\n' "$said" >&2
  exit 17
fi

# shellcheck source=src/step/show.sh
. /tkn-dev/show
container
IFS= read -r held 2>/dev/null </tkn-dev/container
if [ -n "$held" ] && [ "$g_container" != "$held" ]; then
  # shellcheck disable=SC1091,SC2154
  . /tkn-dev/step
  # shellcheck disable=SC2154
  printf "this is not the held step's container: step %s holds, in container step-%s\n" "$g_step" "$g_step" >&2
  exit 18
fi

word=$1
shift
case $word in
  continue | fail | run | instead | held) ;;
  *)
    printf '%s: not a word for the gate\n' "$word" >&2
    exit 2
    ;;
esac

code=
if [ $(($# % 2)) -eq 1 ]; then
  code=$1
  shift
  case $code in
    [0-9] | [0-9][0-9] | [0-9][0-9][0-9]) [ "$code" -le 255 ] ;;
    *) false ;;
  esac || {
    printf '%s: not an exit code\n' "$code" >&2
    exit 2
  }
fi

# Before any is written. In a subshell, for its variables.
(
  unset g_declared
  # shellcheck disable=SC1091
  . /tkn-dev/step
  [ -n "${g_declared+set}" ] || exit 0
  IFS=$g_newline
  while [ $# -ge 2 ]; do
    known='' names=
    for name in $g_declared; do
      [ "$name" != "$1" ] || known=1
      names="${names:-:} $name"
    done
    [ -n "$known" ] || {
      printf 'result not declared: %s\nthe Task declares%s\n' "$1" "${names:- no results}" >&2
      exit 24
    }
    shift 2
  done
) || exit

while [ $# -ge 2 ]; do
  case $1 in
    '' | . | .. | */*) false ;;
    step:*)
      # shellcheck disable=SC1091
      . /tkn-dev/step
      # shellcheck disable=SC2154
      printf '%s' "$2" >"/tekton/steps/step-$g_step/results/${1#step:}"
      ;;
    *) printf '%s' "$2" >"/tekton/results/$1" ;;
  esac || {
    printf 'cannot write the result %s\n' "$1" >&2
    exit 16
  }
  shift 2
done

[ "$word" != held ] || exit 0

# unwritten: sets missing to the results that the step has left unwritten, each after a space.
unwritten() {
  missing=
  # shellcheck disable=SC1091
  . /tkn-dev/step
  IFS=$g_newline
  # shellcheck disable=SC2154
  for name in $g_results; do
    case $name in
      step:*) [ -e "/tekton/steps/step-$g_step/results/${name#step:}" ] ;;
      *) [ -e "/tekton/results/$name" ] ;;
    esac || missing="$missing $name"
  done
}

own='' last=''
read -r own 2>/dev/null </tkn-dev/status
read -r last 2>/dev/null </tkn-dev/exit
case $word:$code in
  continue:)
    code=${last:-0}
    if [ "$code" -ne 0 ]; then
      printf 'the step ends with exit code %s, as its last debug-run; debug-continue 0 counts its work as done\n' "$code" >&2
    elif unwritten && [ -n "$missing" ] && ! [ -s /tkn-dev/unwritten ]; then
      # Only once, so that it can be said once.
      if printf '%s\n' "$missing" 2>/dev/null >/tkn-dev/unwritten; then
        printf 'results not written:%s\n' "$missing" >&2
        exit 23
      fi
    fi
    ;;
  fail:)
    code=1
    [ "${last:-0}" -eq 0 ] || code=$last
    [ "${own:-0}" -eq 0 ] || code=$own
    ;;
esac

# Read-write: opening a FIFO to write waits for a reader, and the gate may just have ended.
if [ -p /tkn-dev/inbox ]; then
  printf '%s %s %s\n' "$word" "$$" "$code" 1<>/tkn-dev/inbox
else
  printf '%s %s %s\n' "$word" "$$" "$code" >>/tkn-dev/inbox
fi
exit

#!/bin/sh
# release WORD [NAME VALUE]...
#
# Writes the Task's results, then says WORD to the gate: continue or fail ends it, run has it do the step's own work, receiving and waiting stop
# and start its watchdog; a PID goes with it, of who has still to report. Never blocks. Also sourced, by receive, in a subshell. Exit codes: see scripts.ts.

if ! [ -e /tkn-dev/gate ] || [ -s /tkn-dev/released ]; then
  read -r said 2>/dev/null </tkn-dev/released || said='it never held'
  printf 'the gate has let go already: %s\n' "$said" >&2
  exit 17
fi

word=$1
shift
case $word in
  continue | fail | run | receiving | waiting) ;;
  *)
    printf '%s: not a word for the gate\n' "$word" >&2
    exit 2
    ;;
esac

while [ $# -ge 2 ]; do
  case $1 in
    '' | . | .. | */*) false ;;
    *) printf '%s' "$2" >"/tekton/results/$1" ;;
  esac || {
    printf 'cannot write the result %s\n' "$1" >&2
    exit 16
  }
  shift 2
done

# Read-write: opening a FIFO to write waits for a reader, and the gate may have gone just now.
if [ -p /tkn-dev/gate ]; then
  printf '%s %s\n' "$word" "$$" 1<>/tkn-dev/gate
else
  printf '%s %s\n' "$word" "$$" >>/tkn-dev/gate
fi
exit

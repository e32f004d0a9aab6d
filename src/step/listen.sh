#!/bin/sh
# listen CHANNEL
#
# tkn-dev is there for the shell of that CHANNEL for as long as stdin lasts; then the shell is ended too, which would not
# notice. Stands between debug-run in it and tkn-dev: hands its requests to stdout, a line each, and the lines of stdin
# to it as answers. Without mkfifo it says no. An empty line says that the person at the shell is still there: the gate
# does not give up meanwhile.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
g_child=
if mkfifo "/tkn-dev/ask-$1" "/tkn-dev/answer-$1" 2>/dev/null; then
  exec 3<>"/tkn-dev/ask-$1" # first: what is written to a FIFO that nobody has open is lost
  printf '%s\n' "$$" >"/tkn-dev/listener-$1"
  printf 'listening\n'
  while IFS= read -r g_line <&3; do printf '%s\n' "$g_line"; done &
  g_child=$!
else
  printf 'no\n'
fi
while IFS= read -r g_line; do
  if [ -z "$g_line" ]; then
    printf . >/tkn-dev/visited
    continue
  fi
  [ -z "$g_child" ] || printf '%s\n' "$g_line" 1<>"/tkn-dev/answer-$1"
done
[ -z "$g_child" ] || kill -KILL "$g_child" # others get lost in a shell that has just forked
rm -f "/tkn-dev/ask-$1" "/tkn-dev/answer-$1" 2>/dev/null
: >"/tkn-dev/listener-$1" # empty: a shell that comes only now is over
read -r g_pid _ 2>/dev/null <"/tkn-dev/visitor-$1" || exit 0
if alive "$g_pid" && kill -HUP "$g_pid"; then
  await_end "$g_pid"
  ! alive "$g_pid" || sleep 1 2>/dev/null
  ! alive "$g_pid" || kill -KILL "$g_pid"
fi
leave "$1"
rm -f "/tkn-dev/listener-$1" 2>/dev/null
exit 0

#!/bin/sh
# listen CHANNEL
#
# Connects the shell of that CHANNEL with its client. It passes the requests of debug-run in that
# shell to stdout, a line each, and the lines of stdin back as answers. It prints "listening" first,
# or "no" if the image has no mkfifo. An empty line on stdin means that the client is still there,
# so that the gate does not give up.
#
# At the end of stdin it ends the shell, which does not notice a lost connection.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
g_child=
if mkfifo "/tkn-dev/ask-$1" "/tkn-dev/answer-$1" 2>/dev/null; then
  exec 3<>"/tkn-dev/ask-$1" # first: a FIFO that no process has open loses what is written
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
[ -z "$g_child" ] || kill -KILL "$g_child" # a shell that has just forked loses other signals
rm -f "/tkn-dev/ask-$1" "/tkn-dev/answer-$1" 2>/dev/null
printf 'gone\n' >"/tkn-dev/listener-$1" # a shell that starts only now has to end
read -r g_pid _ 2>/dev/null <"/tkn-dev/visitor-$1" || exit 0
if alive "$g_pid" && kill -HUP "$g_pid"; then
  await_end "$g_pid"
  ! alive "$g_pid" || sleep 1 2>/dev/null
  ! alive "$g_pid" || kill -KILL "$g_pid"
fi
leave "$1"
rm -f "/tkn-dev/listener-$1" 2>/dev/null
exit 0

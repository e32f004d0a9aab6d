#!/bin/sh
# shell NAME TERM USER CHANNEL HEADER
#
# Opens an interactive shell in the container of the held step NAME: bash, or else sh, with the
# debug scripts on its PATH. It ends with the listener of its CHANNEL, which keeps the gate from
# giving up. HEADER is text for debug-info.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
PS1="[$1] \$ " PATH=/tkn-dev:$PATH TERM=$2 TKN_DEV_CHANNEL=$4
export PS1 PATH TERM TKN_DEV_CHANNEL
[ -z "$5" ] || printf '%s\n' "$5" >/tkn-dev/header
visitors "$4"
if tell held 2>/dev/null; then
  g_since=$(date +%H:%M 2>/dev/null)
  visit "$4" "$3 has a shell here too${g_since:+, since $g_since}"
  # Empty, or not there: the listener is about to start.
  read -r g_listener 2>/dev/null <"/tkn-dev/listener-$4" || g_listener=
  [ "$g_listener" != gone ] || exit 129
fi
/bin/sh /tkn-dev/debug-info --short
if command -v bash >/dev/null; then exec bash --norc -i; else exec /bin/sh -i; fi

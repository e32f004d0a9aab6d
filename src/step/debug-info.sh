#!/bin/sh
# debug-info [--short | --own]: shows the held step and its work; --own: without the client's text.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
tell held || exit
g_lines=9999
[ "${1-}" != --short ] || g_lines=12
[ "${1-}" = --own ] || while IFS= read -r g_line; do printf '%s\n' "$g_line"; done </tkn-dev/header
g_user=$(id 2>/dev/null) || g_user=${USER-}
load
# shellcheck source=/dev/null
. /tkn-dev/words
[ -z "$g_user" ] || say User "$g_user"
g_file=/tkn-dev/script
[ ! -s /tkn-dev/edited ] || g_file=/tkn-dev/edited
show_step "$g_lines" "$@"

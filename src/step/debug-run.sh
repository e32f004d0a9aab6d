#!/bin/sh
# debug-run: does the held step's own work here, shows all of it, and comes back with its exit code.
# What it leaves as results is the step's, once debug-continue lets it go on.

# show NAME FILE: beside the work's own output.
show() {
  printf '%s: ' "$1" >&2
  while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "${line#set -- }"; done <"$2" >&2
}

if ! [ -e /tkn-dev/words ]; then
  printf 'debug-run: no step is held in this container\n' >&2
  exit 17
fi
printf 'In: %s\n' "$PWD" >&2
show Arguments /tkn-dev/words
if [ -e /tkn-dev/script ]; then
  number=1
  while IFS= read -r line; do
    printf '%4s  %s\n' "$number" "$line" >&2
    number=$((number + 1))
  done </tkn-dev/script
fi
start=$(date +%s 2>/dev/null)
# In a subshell, for the step's environment may have names of ours.
(
  # shellcheck source=/dev/null
  . /tkn-dev/environment
  # shellcheck source=/dev/null
  . /tkn-dev/words
  [ -e /tkn-dev/script ] || exec "$@"
  IFS= read -r line </tkn-dev/script
  line=${line#'#!'}
  line=${line#"${line%%[! ]*}"}
  interpreter=${line%% *} argument=
  case $line in *' '*) argument=${line#* } ;; esac
  trace=
  case ${interpreter##*/} in
    sh | ash | dash | bash | ksh | mksh | yash)
      trace=-x
      # shellcheck disable=SC2016
      PS4='+${LINENO:+ line $LINENO:} ' && export PS4
      ;;
  esac
  # shellcheck disable=SC2086
  exec "$interpreter" ${argument:+"$argument"} $trace /tkn-dev/script "$@"
)
code=$?
end=$(date +%s 2>/dev/null)
printf 'Exit code %s%s\n' "$code" "${start:+ after $((end - start)) s}" >&2
for result in /tekton/results/*; do
  [ -f "$result" ] && show "Result ${result##*/}" "$result"
done
exit "$code"

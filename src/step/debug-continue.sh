#!/bin/sh
# debug-continue [CODE]: continues as if the step exited with CODE, or as its last debug-run, or 0.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
if [ $# -gt 1 ]; then
  printf 'debug-continue: more than an exit code\n' >&2
  exit 2
fi
release continue "$@"

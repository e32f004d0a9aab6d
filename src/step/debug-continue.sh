#!/bin/sh
# debug-continue [CODE]: the run goes on as if the held step had ended with CODE, else as its last debug-run, else well.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
if [ $# -gt 1 ]; then
  printf 'debug-continue: more than an exit code\n' >&2
  exit 2
fi
release continue "$@"

#!/bin/sh
# debug-fail-continue: the held step fails, and the run goes on as it does then.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
release fail

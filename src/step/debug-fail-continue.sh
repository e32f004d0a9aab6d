#!/bin/sh
# debug-fail-continue: fails the held step; the run continues as it does then.

# shellcheck source=src/step/show.sh
. /tkn-dev/show
release fail

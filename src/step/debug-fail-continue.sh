#!/bin/sh
# debug-fail-continue: the held step fails, and the run goes on as it does then.
exec /bin/sh /tkn-dev/release fail

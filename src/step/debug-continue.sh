#!/bin/sh
# debug-continue: the held step's work counts as done, and the run goes on.
exec /bin/sh /tkn-dev/release continue

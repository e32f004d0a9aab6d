#!/bin/sh
# A script at /tekton/debug/scripts with four names: each name releases the step in its own way.
set -e
step=''
for info in /tekton/debug/info/*; do
  step=${info##*/}
done
out=/tekton/run/$step/out
echo "Executing step $step..." # first: the container may end with what follows
case ${0##*/} in
  debug-continue)
    : >>"$out"
    echo 0 >"$out.breakpointexit"
    ;;
  debug-fail-continue)
    : >>"$out.err"
    echo 1 >"$out.breakpointexit"
    ;;
  debug-beforestep-continue) echo 0 >"$out.beforestepexit" ;;
  debug-beforestep-fail-continue) echo 1 >"$out.beforestepexit.err" ;;
esac

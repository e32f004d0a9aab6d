#!/bin/sh
# Makes dist/greet, with the commit that it was made of in its last line.
set -eu
mkdir -p dist
{
  cat src/greet.sh
  printf '# built from %s\n' "${COMMIT:-unknown}"
} >dist/greet
chmod +x dist/greet
dist/greet Tekton
tail -n 1 dist/greet

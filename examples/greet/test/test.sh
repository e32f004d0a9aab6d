#!/bin/sh
# Each line of cases.txt: a name, a bar, the greeting that is due.
set -eu
cases=0
while IFS='|' read -r name due; do
  said=$(sh src/greet.sh "$name")
  if [ "$said" != "$due" ]; then
    printf 'not ok - greet "%s": "%s", due was "%s"\n' "$name" "$said" "$due"
    exit 1
  fi
  cases=$((cases + 1))
  printf 'ok %s - greet "%s"\n' "$cases" "$name"
done <test/cases.txt

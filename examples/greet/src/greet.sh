#!/bin/sh
# greet [NAME]
printf 'Hello, %s!\n' "${1:-world}"

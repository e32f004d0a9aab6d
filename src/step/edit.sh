#!/bin/sh
# edit write | show | instead TEXT
#
# The text that is done in the place of the step's own script: takes it from stdin, or has the step do TEXT, without
# the arguments of its own. show prints the script (exit code 3: there is none).

# shellcheck source=src/step/show.sh
. /tkn-dev/show
tell held || exit

copy() {
  if command -v cat >/dev/null; then
    cat
  else
    while IFS= read -r line; do printf '%s\n' "$line"; done
    printf '%s' "$line"
  fi
}

case $1 in
  write) copy >/tkn-dev/edited ;;
  show)
    [ -s /tkn-dev/script ] || exit 3
    copy </tkn-dev/script
    ;;
  instead) printf '#!/bin/sh\n%s\n' "$2" >/tkn-dev/edited && tell instead ;;
esac

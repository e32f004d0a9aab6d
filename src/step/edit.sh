#!/bin/sh
# edit write | show | instead TEXT
#
# Replaces the step's script. write reads the new script from stdin. instead has the step run TEXT
# at once, without the step's arguments. show prints the original script (exit code 3: it has no
# script).

# shellcheck source=src/step/show.sh
. /tkn-dev/show
tell held || exit

case $1 in
  write) copy >/tkn-dev/edited ;;
  show)
    [ -s /tkn-dev/script ] || exit 3
    copy </tkn-dev/script
    ;;
  instead) printf '#!/bin/sh\n%s\n' "$2" >/tkn-dev/edited && tell instead ;;
esac

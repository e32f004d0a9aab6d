#!/bin/sh
# Unpacks the files below to /tkn-dev, each after a line "#=> NAME", and becomes the gate.

# The step's own script is the last file, and may contain any line.
# Variables begin with g_, so as not to overwrite those of the step's environment.
# shellcheck disable=SC2034
g_umask=$(umask)
umask 0 # the gate of a later step rewrites these files, perhaps as another user
g_name='' g_text='' g_newline='
'
: >/tkn-dev/script
while IFS= read -r g_line; do
  case $g_name:$g_line in
    script:*) ;;
    *:'#=> '*)
      [ -z "$g_name" ] || printf '%s' "$g_text" >"/tkn-dev/$g_name"
      g_name=${g_line#* } g_text=
      continue
      ;;
  esac
  g_text=$g_text$g_line$g_newline
done <"$0"
printf '%s' "$g_text" >"/tkn-dev/$g_name"
chmod +x /tkn-dev/debug-* 2>/dev/null
# shellcheck source=/dev/null
. /tkn-dev/gate
exit 70 # never reached: below is payload

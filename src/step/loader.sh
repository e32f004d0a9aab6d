#!/bin/sh
# Unpacks what stands below to /tkn-dev, each file after a line "#=> NAME", and becomes the gate. The step's own
# script comes last, whatever its lines.

# Variables begin with g_: one of the step's environment would be overwritten.
# shellcheck disable=SC2034
g_umask=$(umask)
umask 0 # the gate of a later step, of another user, writes these files anew
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

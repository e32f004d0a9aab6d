#!/bin/sh
# Functions that the other scripts share, to be sourced.

# Variables begin with g_, so as not to overwrite those of the step's environment.

# shellcheck disable=SC2034
g_newline='
'

# container: sets g_container to a text that differs between the containers of a pod. It leaves out
# the arguments, which may have secrets.
container() {
  g_container=
  [ ! -r /proc/1/cmdline ] || IFS= read -r g_container </proc/1/cmdline
  g_container=${g_container%%-entrypoint*}
}

# copy: copies stdin to stdout. Without cat it loses NUL bytes.
copy() {
  if command -v cat >/dev/null; then
    cat
  else
    while IFS= read -r g_line; do printf '%s\n' "$g_line"; done
    printf '%s' "$g_line"
  fi
}

# quoted [WORD]...: prints the words quoted for a shell.
quoted() {
  for g_word; do
    g_text=
    while :; do
      case $g_word in
        *\'*) g_text=$g_text${g_word%%\'*}"'\\''" g_word=${g_word#*\'} ;;
        *) break ;;
      esac
    done
    printf "'%s' " "$g_text$g_word"
  done
}

# interpreter FILE: sets g_program and g_argument as the kernel reads "#!INTERPRETER [ONE
# ARGUMENT]".
interpreter() {
  IFS= read -r g_line <"$1"
  case $g_line in '#!'*) ;; *) g_line='#!/bin/sh' ;; esac
  g_line=${g_line#'#!'}
  g_line=${g_line#"${g_line%%[! ]*}"}
  g_line=${g_line%"${g_line##*[! ]}"}
  g_program=${g_line%% *} g_argument=
  case $g_line in *' '*) g_argument=${g_line#"$g_program"} ;; esac
  g_argument=${g_argument#"${g_argument%%[! ]*}"}
}

# shell_of FILE: succeeds if the interpreter is a shell that traces with -x.
shell_of() {
  interpreter "$1"
  g_shell=$g_program
  case ${g_program##*/} in env | busybox) g_shell=$g_argument ;; esac
  case ${g_shell##*/} in
    sh | ash | dash | bash | ksh | mksh | yash) ;;
    *) return 1 ;;
  esac
}

# tell WORD [CODE] [NAME VALUE]...: runs release.sh in a subshell.
# shellcheck source=/dev/null
tell() (. /tkn-dev/release)

# visit NAME [NOTE]: others who work here see the NOTE while this process lives. Without a NOTE, it
# keeps the gate from giving up.
visit() (
  umask 0
  printf '%s\n' "$$${2:+ $2}" >"/tkn-dev/visitor-$1"
)

# visitors NAME: prints the NOTE of each living visitor but this one, a line each.
visitors() {
  for g_file in /tkn-dev/visitor-*; do
    [ "$g_file" != "/tkn-dev/visitor-$1" ] || continue
    read -r g_pid g_note 2>/dev/null <"$g_file" && [ -n "$g_note" ] && alive "$g_pid" && printf 'Note: %s\n' "$g_note"
  done
}

# leave NAME: ends a visit, also that of a process that was killed.
leave() {
  rm -f "/tkn-dev/visitor-$1" 2>/dev/null || : >"/tkn-dev/visitor-$1"
}

# alive PID: succeeds unless the process is a zombie. The first process of a container may reap
# none.
alive() {
  kill -0 "$1" 2>/dev/null || return
  IFS= read -r g_line 2>/dev/null <"/proc/$1/stat" || g_line=
  case ${g_line##*) } in Z*) return 1 ;; esac
}

# await_end PID: waits for about 50 ms at most.
await_end() {
  g_looks=20000
  while [ "$g_looks" -gt 0 ] && kill -0 "$1" 2>/dev/null; do g_looks=$((g_looks - 1)); done
}

# release WORD [CODE]: releases the step. On a terminal it stays until the container ends, because a
# shell would prompt in between, but at most 10 s, because the step may do its work first.
release() {
  if ! [ -t 0 ]; then
    tell "$@"
    return
  fi
  /bin/sh /tkn-dev/release "$@" || return
  for g_look in 1 2 3 4 5 6 7 8 9 10; do sleep 1 2>/dev/null || return 0; done
}

# load: loads the step's environment, and sets g_needles to the secrets in it. To be run in a
# subshell, which it changes.
load() {
  # shellcheck source=/dev/null
  . /tkn-dev/environment
  # shellcheck source=/dev/null
  . /tkn-dev/step
  set -f
  g_needles='' g_quoted="'\\$(printf '\t')$g_newline"
  [ -z "$g_hidden" ] || add_unnamed
  IFS=$g_newline
  for g_name in $g_secret; do
    eval "g_value=\${$g_name-}"
    # A trace quotes some characters, so the parts between them are masked, too.
    for IFS in "$g_newline" "$g_quoted"; do
      # shellcheck disable=SC2154
      for g_word in $g_value; do
        case $g_word in ???*) hide "$g_word" ;; esac
      done
    done
    case $g_value in ???*) hide_base64 "$g_value" "$g_value$g_newline" ;; esac
  done
  IFS=$g_newline
}

# add_unnamed: adds every variable without a known origin to g_secret, because the step takes whole
# secrets into its environment.
add_unnamed() {
  while IFS= read -r g_line; do
    case $g_line in export\ *=*) g_name=${g_line#export } g_name=${g_name%%=*} ;; *) continue ;; esac
    # shellcheck disable=SC2154
    case $g_newline$g_plain$g_newline$g_secret$g_newline in *"$g_newline$g_name$g_newline"*) continue ;; esac
    case $g_name in
      *[!A-Za-z0-9_]* | [0-9]*) ;; # a line of a value
      PATH | HOME | PWD | OLDPWD | SHLVL | HOSTNAME | TERM | _ | KUBERNETES_* | TEKTON_*) ;;
      *_SERVICE_HOST | *_SERVICE_PORT | *_SERVICE_PORT_* | *_PORT | *_PORT_[0-9]*) ;;
      *) g_secret=$g_secret$g_newline$g_name ;;
    esac
  done </tkn-dev/environment
}

# hide TEXT: adds the text to g_needles. Longer texts come first, as they may contain shorter ones.
hide() {
  case $g_newline$g_needles in *"$g_newline$1$g_newline"*) return ;; esac
  g_text=$1 g_sorted='' IFS=$g_newline
  for g_needle in $g_needles; do
    [ ${#g_needle} -ge ${#g_text} ] || g_sorted=$g_sorted$g_text$g_newline g_text=
    g_sorted=$g_sorted$g_needle$g_newline
  done
  g_needles=$g_sorted${g_text:+$g_text$g_newline}
}

# hide_base64 TEXT...: hides the lines that base64 prints for each text, and the same on one line.
# Does nothing if the image has no base64.
hide_base64() {
  for g_value; do
    g_whole='' IFS=$g_newline
    for g_word in $(printf '%s' "$g_value" | base64 2>/dev/null); do
      hide "$g_word"
      g_whole=$g_whole$g_word
    done
    case $g_whole in ?*) hide "$g_whole" ;; esac
  done
}

# mask LINE: sets g_masked.
mask() {
  g_masked=$1
  for g_needle in $g_needles; do
    g_text=
    while :; do
      case $g_masked in
        *"$g_needle"*) g_text=$g_text${g_masked%%"$g_needle"*}"***" g_masked=${g_masked#*"$g_needle"} ;;
        *) break ;;
      esac
    done
    g_masked=$g_text$g_masked
  done
}

# mask_lines END [ON]: copies stdin to stdout, masked, a line at a time. It stops at a line that
# ends in END, or with ON drops END and continues. Shells lose NUL bytes.
mask_lines() {
  while IFS= read -r g_line; do
    g_last=${g_line%"$1"}
    mask "$g_last"
    if [ "$g_last" = "$g_line" ]; then
      printf '%s\n' "$g_masked"
    else
      printf '%s' "$g_masked"
      [ -n "${2-}" ] || return
    fi
  done
  mask "$g_line"
  printf '%s' "$g_masked"
}

# can_mask_bytes: succeeds if the image has the programs for mask_bytes. Sets g_masks for sed.
# shellcheck disable=SC2016
can_mask_bytes() {
  g_line=$(printf 'a\n' | {
    printf 's/a/bc/p\n' | sed -n -f /dev/stdin /dev/fd/8 8<&5 | head -c -2
  } 5<&0 2>/dev/null)
  [ "$g_line" = b ] || return
  g_masks=$(printf '%s' "$g_needles" | LC_ALL=C sed 's/[[\.*^$/]/\\&/g; s/.*/s\/&\/***\/g/')
  # A printf that is a program takes no longer argument.
  [ -n "$g_masks" ] && [ ${#g_masks} -le 100000 ]
}

# mask_bytes END: like mask_lines, but much faster, in the blocks that programs write to a pipe, and
# with every byte kept (though the sed of busybox loses some NUL bytes). END is a line that comes
# twice, because the sed of busybox handles a line once it has the next one. The newline before END
# is dropped.
mask_bytes() {
  {
    printf '/^%s$/q\n%s\np\n' "$1" "$g_masks" | LC_ALL=C sed -n -f /dev/stdin /dev/fd/8 8<&5 5<&- | head -c -1
  } 5<&0
}

# say LABEL TEXT [LINES]: prints the text masked, at most LINES lines, or 12.
say() {
  g_label=$1: g_rest=$2$g_newline g_count=${3:-12}
  while [ -n "$g_rest" ]; do
    mask "${g_rest%%"$g_newline"*}"
    g_rest=${g_rest#*"$g_newline"} g_count=$((g_count - 1))
    [ "$g_count" -ge 0 ] || g_masked=... g_rest=
    [ ${#g_masked} -le 400 ] || g_masked=$(printf '%.400s...' "$g_masked")
    printf '%-12s%s\n' "$g_label" "$g_masked"
    g_label=
  done
}

# words [WORD]...: prints the words as a user would type them.
words() {
  for g_each; do
    case $g_each in
      '' | *[!A-Za-z0-9_./:=@%+,-]*) quoted "$g_each" ;;
      *) printf '%s ' "$g_each" ;;
    esac
  done
}

# show_step LINES [WORD]...: shows the step's work: the script g_file, up to LINES lines, and its
# WORDs.
show_step() {
  g_lines=$1 g_text=''
  shift
  say Directory "$PWD"
  for g_name in $g_plain; do
    eval "[ -z \"\${$g_name+x}\" ] || g_text=\$g_text\$g_name=\$$g_name\$g_newline"
  done
  for g_name in $g_secret; do
    eval "[ -z \"\${$g_name+x}\" ] || g_text=\$g_text\$g_name=***\$g_newline"
  done
  [ -z "$g_text" ] || say Env "${g_text%"$g_newline"}" 9999
  g_all=$(words "$@")
  # shellcheck disable=SC2154
  if ! [ -s "$g_file" ]; then
    : "${g_all:=none, the upload stands in for it }"
    say Command "${g_all% }"
    return
  fi
  interpreter "$g_file"
  [ "$g_file" = /tkn-dev/script ] || g_argument="$g_argument (edited)"
  say Script "$g_program${g_argument:+ ${g_argument# }}"
  [ -z "$g_all" ] || say Arguments "${g_all% }"
  g_count=0
  while IFS= read -r g_line || [ -n "$g_line" ]; do
    g_count=$((g_count + 1))
    [ "$g_count" -le "$g_lines" ] || continue
    mask "$g_line"
    printf '%4s  %s\n' "$g_count" "$g_masked"
  done <"$g_file"
  [ "$g_count" -le "$g_lines" ] || printf '  ... %s more lines: debug-info shows all\n' $((g_count - g_lines))
}

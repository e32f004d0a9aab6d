#!/bin/sh
# What the scripts have in common: functions, sourced. Their variables begin with g_, for those of the step's
# environment are around them.

# shellcheck disable=SC2034
g_newline='
'

# container: what differs from the other containers of the pod, in g_container. Not the arguments: they have secrets.
container() {
  g_container=
  [ ! -r /proc/1/cmdline ] || IFS= read -r g_container </proc/1/cmdline
  g_container=${g_container%%-entrypoint*}
}

# quoted [WORD]...: as a shell reads them, whatever is in them.
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

# interpreter FILE: as the kernel takes it from "#!INTERPRETER [ONE ARGUMENT]", in g_program and g_argument.
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

# shell_of FILE: whether its interpreter is a shell that traces with -x.
shell_of() {
  interpreter "$1"
  g_shell=$g_program
  case ${g_program##*/} in env | busybox) g_shell=$g_argument ;; esac
  case ${g_shell##*/} in
    sh | ash | dash | bash | ksh | mksh | yash) ;;
    *) return 1 ;;
  esac
}

# tell WORD [CODE] [NAME VALUE]...
# shellcheck source=/dev/null
tell() (. /tkn-dev/release)

# visit NAME [NOTE]: while this process lives the gate does not give up. NOTE is for others who open a shell here.
visit() (
  umask 0
  printf '%s\n' "$$${2:+ $2}" >"/tkn-dev/visitor-$1"
)

# leave NAME: what a visitor that was killed has left counts for nobody.
leave() {
  rm -f "/tkn-dev/visitor-$1" 2>/dev/null || : >"/tkn-dev/visitor-$1"
}

# alive PID: not as a zombie, for the first process of a container may have nobody's end told.
alive() {
  kill -0 "$1" 2>/dev/null || return
  IFS= read -r g_line 2>/dev/null <"/proc/$1/stat" || g_line=
  case ${g_line##*) } in Z*) return 1 ;; esac
}

# await_end PID: for some 50 ms.
await_end() {
  g_looks=20000
  while [ "$g_looks" -gt 0 ] && kill -0 "$1" 2>/dev/null; do g_looks=$((g_looks - 1)); done
}

# release WORD [CODE]: in a terminal it stays for the container's end, else a shell would prompt meanwhile; but not for
# ever, for the step may do its work first.
release() {
  if ! [ -t 0 ]; then
    tell "$@"
    return
  fi
  /bin/sh /tkn-dev/release "$@" || return
  for g_look in 1 2 3 4 5 6 7 8 9 10; do sleep 1 2>/dev/null || return 0; done
}

# load: the step's environment, and what of it must not be seen. For a subshell: it is changed for good.
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
    # A trace quotes some characters: what is between them is looked for as well.
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

# add_unnamed: whole secrets are in the environment, so all that nobody vouches for may be of one.
add_unnamed() {
  while IFS= read -r g_line; do
    case $g_line in export\ *=*) g_name=${g_line#export } g_name=${g_name%%=*} ;; *) continue ;; esac
    # shellcheck disable=SC2154
    case $g_newline$g_plain$g_newline$g_secret$g_newline in *"$g_newline$g_name$g_newline"*) continue ;; esac
    case $g_name in
      *[!A-Za-z0-9_]* | [0-9]*) ;; # a line of some value
      PATH | HOME | PWD | OLDPWD | SHLVL | HOSTNAME | TERM | _ | KUBERNETES_* | TEKTON_*) ;;
      *_SERVICE_HOST | *_SERVICE_PORT | *_SERVICE_PORT_* | *_PORT | *_PORT_[0-9]*) ;;
      *) g_secret=$g_secret$g_newline$g_name ;;
    esac
  done </tkn-dev/environment
}

# hide TEXT: the longer ones first, for one may be a part of another.
hide() {
  case $g_newline$g_needles in *"$g_newline$1$g_newline"*) return ;; esac
  g_text=$1 g_sorted='' IFS=$g_newline
  for g_needle in $g_needles; do
    [ ${#g_needle} -ge ${#g_text} ] || g_sorted=$g_sorted$g_text$g_newline g_text=
    g_sorted=$g_sorted$g_needle$g_newline
  done
  g_needles=$g_sorted${g_text:+$g_text$g_newline}
}

# hide_base64 TEXT...: as base64 prints each, and on one line. Where the image has no base64 it is not known.
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

# mask LINE: in g_masked.
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

# mask_lines END [ON]: stdin to stdout, masked, a line at a time, up to END, which ends a line; or ON after it. Shells
# lose NUL bytes.
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

# can_mask_bytes: whether the image has what mask_bytes needs; how sed masks, in g_masks.
# shellcheck disable=SC2016
can_mask_bytes() {
  g_line=$(printf 'a\n' | {
    printf 's/a/bc/p\n' | sed -n -f /dev/stdin /dev/fd/8 8<&5 | head -c -2
  } 5<&0 2>/dev/null)
  [ "$g_line" = b ] || return
  g_masks=$(printf '%s' "$g_needles" | LC_ALL=C sed 's/[[\.*^$/]/\\&/g; s/.*/s\/&\/***\/g/')
  # More than that a printf that is a program can't be given.
  [ -n "$g_masks" ] && [ ${#g_masks} -le 100000 ]
}

# mask_bytes END: as mask_lines, many times as fast and with every byte kept (busybox' sed loses some NUL), in blocks as
# programs write to a pipe. END is a line, twice, since busybox' sed looks at a line once it has the next one; the
# newline before it is not passed on.
mask_bytes() {
  {
    printf '/^%s$/q\n%s\np\n' "$1" "$g_masks" | LC_ALL=C sed -n -f /dev/stdin /dev/fd/8 8<&5 5<&- | head -c -1
  } 5<&0
}

# say LABEL TEXT [LINES]: no more than 12 of them.
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

# words [WORD]...: as one would type them.
words() {
  for g_each; do
    case $g_each in
      '' | *[!A-Za-z0-9_./:=@%+,-]*) quoted "$g_each" ;;
      *) printf '%s ' "$g_each" ;;
    esac
  done
}

# show_step LINES [WORD]...: all that there is to know of its work, /tkn-dev/words, whose file is g_file.
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

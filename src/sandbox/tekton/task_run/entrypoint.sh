#!/bin/sh
# The parts of Tekton's entrypoint that a step itself may call: its breakpoint, cp and step-init.
own_path=$PATH PATH=/usr/bin:/bin # an image's may lead nowhere
note() { printf '%s %s\n' "$(date '+%Y/%m/%d %T')" "$1" >&2; }
case ${1-} in
  cp)
    if [ -e "$3" ]; then
      cat "$2" 1<>"$3" || exit # like the original it does not truncate
    else
      # A new file appears whole. That of the original is empty for some microseconds.
      new=$3.new
      cat "$2" >"$new" && chmod 311 "$new" && mv -f "$new" "$3" || exit
    fi
    note "Copied $2 to $3"
    exit
    ;;
  step-init) exit 0 ;;
esac
breakpoint='' post='' metadata='' program=''
while [ $# -gt 0 ]; do
  case $1 in
    -debug_before_step | -debug_before_step=true) breakpoint=yes ;;
    -debug_before_step=*)
      printf 'invalid boolean value "%s" for -debug_before_step: parse error\n' "${1#*=}" >&2
      exit 2
      ;;
    -post_file) shift && post=$1 ;;
    -step_metadata_dir) shift && metadata=$1 ;;
    -termination_path) shift ;;
    -entrypoint) shift && program=$1 ;;
    --) break ;;
    *) printf 'flag provided but not defined: %s\n' "$1" >&2 && exit 1 ;;
  esac
  shift
done
shift
mkdir -p "$metadata/results" "$metadata/artifacts"
if [ -n "$breakpoint" ]; then
  note "debug before step breakpoint has taken effect, waiting for user's decision:"
  printf '%s\n' '1) continue, use cmd: /tekton/debug/scripts/debug-beforestep-continue' \
    '2) fail-continue, use cmd: /tekton/debug/scripts/debug-beforestep-fail-continue' >&2
  until [ -e "$post.beforestepexit" ]; do
    if [ -e "$post.beforestepexit.err" ]; then
      note "error occurred while waiting for $post.beforestepexit : before step breakpoint \
error file, user decided to skip the current step execution"
      note 'Skipping execute step script because before step breakpoint fail-continue'
      exit 1
    fi
    sleep 0.1
  done
fi
PATH=$own_path "$program" "$@" || exit
[ -z "$post" ] || : >"$post"

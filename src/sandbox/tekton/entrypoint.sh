#!/bin/sh
# The parts of Tekton's entrypoint that a step itself may call: its breakpoint, cp and step-init.
own_path=$PATH PATH=/usr/bin:/bin # an image's may lead nowhere
case ${1-} in
  cp)
    cat "$2" 1<>"$3" # like the original it does not truncate
    exit
    ;;
  step-init) exit 0 ;;
esac
breakpoint='' post='' metadata='' program=''
while [ $# -gt 0 ]; do
  case $1 in
    -debug_before_step) breakpoint=yes ;;
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
  printf '%s debug before step breakpoint has taken effect, waiting for user'\''s decision:\n' "$(date '+%Y/%m/%d %T')" >&2
  until [ -e "$post.beforestepexit" ]; do
    [ ! -e "$post.beforestepexit.err" ] || exit 1
    sleep 0.1
  done
fi
PATH=$own_path
exec "$program" "$@"

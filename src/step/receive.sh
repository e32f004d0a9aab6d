#!/bin/sh
# receive WORKSPACE DIRECTORY MANIFEST RECORD WORD COUNT [NAME VALUE]... PROGRAM [ARGUMENT]...
#
# Has PROGRAM unpack the archive on stdin into DIRECTORY of WORKSPACE, checks it by the file MANIFEST that is its last
# member, prints a receipt, writes COUNT results and does as WORD says: continue, the step goes on, or hold.
# MANIFEST `-`: unpacks, no more. Whatever fails, and a cut stream, leaves the gate held. Exit codes: see scripts.ts.
#
# With a MANIFEST the archive comes at the end of a conversation, a line each; what is asked is answered up to "ready":
#
#     < look ./src                     a name at the directory's top; or all of it: look .
#     < ask
#     > gzip                           that can be unpacked
#     > sha256sum                      the manifest lists digests; else sizes
#     > listed                         all there is under those names; else "links": no more than those are told
#     > 81a4 12 1700000000 ./src/a.go  mode, size, time
#     < recall
#     > recorded 1700000000            the file RECORD of an earlier upload: its time, and its lines
#     < ping
#     < remove ./src/old               or rmdir: goes where nothing is in it
#     < follow 2147483648 ./disk.img   of the archive, in its order: hashed while it comes, and first in the manifest
#     < plain                          or gzip: the archive follows

workspace=$1 directory=$2 manifest=$3 record=$4 then=$5 count=$6
shift 6
newline='
'

# shellcheck source=src/step/show.sh
. /tkn-dev/show

# A node may tell of no end before all of stdin is taken (containerd 1.6).
drain() {
  if command -v cat >/dev/null; then cat >/dev/null; else while read -r line; do :; done; fi
}

# over CODE: the sender is told to send no more.
over() {
  printf 'over\n'
  drain
  exit "$1"
}

# stop CODE LINE
stop() {
  printf '%s\n' "$2" >&2
  over "$1"
}

# forget: the members that are not of the tree.
forget() {
  [ -n "$manifest" ] || return 0
  for file in "./$manifest" "./$manifest.record" "./$manifest.sums"; do
    ! [ -f "$file" ] || rm -f "$file" 2>/dev/null || printf '' >"$file"
  done
}

tell held || over $?
visit "$$"
trap 'status=$?; trap - EXIT; forget; leave "$$"; exit "$status"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

case $manifest in
  -) manifest= ;;
  '' | . | .. | */*) stop 10 "$manifest: not a name for a manifest" ;;
esac

# Down into DIRECTORY, one component at a time, and never out of the workspace.
cd -P -- "$workspace" || stop 11 "$workspace: cannot be entered"
root=${PWD%/}
case $directory in /*) stop 10 "$directory: not relative to the workspace" ;; esac
rest=$directory/
while [ -n "$rest" ]; do
  component=${rest%%/*} rest=${rest#*/}
  case $component in
    '' | .) continue ;;
    ..) stop 10 "$directory: has a component .." ;;
  esac
  if ! [ -d "./$component" ]; then
    [ -h "./$component" ] && stop 10 "$directory: $component is a symbolic link to no directory"
    mkdir "./$component" || stop 11 "$directory: cannot make $component"
  fi
  cd -P "./$component" || stop 11 "$directory: cannot enter $component"
  case $PWD/ in
    "$root"/*) ;;
    *) stop 10 "$directory: $component is a symbolic link out of the workspace, to $PWD" ;;
  esac
done
[ -w . ] || stop 11 "$directory: not writable"

# links DIRECTORY: all below it, where no program can list more.
links() (
  for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -h "$path" ]; then
      printf 'a1ff 0 0 %s\n' "$path"
    elif [ -d "$path" ]; then
      links "$path"
    fi
  done
)

# survey NAME...: a name with a newline is not told, and so sent anew.
survey() {
  for program in gzip sha256sum; do
    ! command -v "$program" >/dev/null || printf '%s\n' "$program"
  done
  for path in ./* ./.[!.]* ./..?*; do
    if [ -e "$path" ] || [ -h "$path" ]; then break; fi
    path=
  done
  format='%f %s %Y %n'
  if [ -z "$path" ] || [ $# -eq 0 ]; then
    printf 'listed\n'
  elif find . -prune -exec stat -c "$format" {} + >/dev/null 2>&1; then
    printf 'listed\n'
    find "$@" -name "*$newline*" -prune -o -exec stat -c "$format" {} + 2>/dev/null
  else
    printf 'links\n'
    links .
  fi
}

recall() {
  if [ -s "$record" ] && time=$(stat -c %Y "$record") && command -v cat >/dev/null; then
    printf 'recorded %s\n' "$time"
    cat "$record"
    printf '\n' # a disk that was full may have cut its last line
  fi 2>/dev/null
}

# follow BYTES PATH: what the file has, while it is being written. With the manifest all of it is there.
follow() {
  until [ -f "$2" ]; do
    alive "$$" && ! [ -f "./$manifest" ] || return
    doze
  done
  exec 3<"$2"
  last=
  while [ -z "$last" ] && alive "$$"; do
    if [ -f "./$manifest" ] || [ "$(stat -c %s "$2")" = "$1" ]; then last=1; else doze; fi
    cat <&3 # from where the one before has ended
  done
}

doze() {
  sleep 0.2 || sleep 1
}

# follow_all: hashing takes as long as coming, so it goes beside it. Nothing waits for it but `wait`.
follow_all() {
  for program in sha256sum stat cat sleep; do command -v "$program" >/dev/null || return; done
  set -f
  IFS=$newline
  for line in $followed; do
    digest=$(follow "${line%% *}" "${line#* }" | sha256sum)
    printf '%s  %s\n' "${digest%% *}" "${line#* }"
  done
}

# converse: up to the archive. What that is packed with is then in $line.
converse() {
  set --
  while IFS= read -r line; do
    case $line in
      'look '*) set -- "$@" "${line#look }" ;;
      ask)
        survey "$@"
        printf 'ready\n'
        set --
        ;;
      recall)
        recall
        printf 'ready\n'
        ;;
      ping) printf 'ready\n' ;;
      'remove '*) rm -rf -- "${line#remove }" || stop 11 "${line#remove ./}: cannot be removed" ;;
      'rmdir '*) rmdir -- "${line#rmdir }" 2>/dev/null ;;
      'follow '*)
        line=${line#follow }
        rm -f -- "${line#* }" 2>/dev/null # what is there is not what comes
        followed=$followed$line$newline follows=$((follows + 1))
        ;;
      plain | gzip) return ;;
      *) break ;;
    esac
  done
  stop 14 'the stream was cut'
}

# unpack [NAME VALUE]... PROGRAM [ARGUMENT]...
unpack() {
  shift $((2 * count))
  command -v "$1" >/dev/null || stop 12 "$1: not found in this image"
  line=plain followed='' follows=0
  [ -z "$manifest" ] || converse
  if [ "$follows" -gt 0 ]; then
    follow_all >"./$manifest.sums" 2>/dev/null </dev/null &
    follower=$!
  fi
  # -o: as root too, files belong to who unpacks them. This is the form that all tars take.
  if [ $# -eq 1 ]; then
    case $1 in
      busybox | */busybox) set -- "$1" tar -xpof - ;;
      *) set -- "$1" -xpof - ;;
    esac
    # Run by others than root, busybox tar takes the umask off the modes that were sent.
    mask=0
  else
    mask=$(umask)
  fi
  # command: past the functions of this script
  (umask "$mask" && if [ "$line" = gzip ]; then gzip -dc | command "$@" >&2; else command "$@" >&2; fi)
}
unpack "$@"
status=$?
if [ "$status" -ne 0 ]; then
  printf 'program-exit %s\n' "$status"
  over 13
fi
if [ -z "$manifest" ]; then
  printf 'receipt - - -\n'
  over 0
fi
drain # of what pads an archive

# number KEY: reads the line "KEY NUMBER".
number() {
  read -r key number && [ "$key" = "$1" ] || return 1
  case $number in '' | *[!0-9]*) return 1 ;; esac
}

# The six lines before the list.
head_of_manifest() {
  read -r line && [ "$line" = 'tkn-dev manifest 2' ] || return 1
  read -r key turn && [ "$key" = 'then' ] || return 1
  number files && files=$number && number bytes && bytes=$number && number listed && listed=$number &&
    read -r line && [ -z "$line" ]
}

# verdicts: of the list's lines, as sha256sum gives them. The first ones are of what was followed: only what was not
# hashed then as it should be is hashed again.
verdicts() {
  sums=$newline left=$follows
  [ "$left" -eq 0 ] || while IFS= read -r line; do sums=$sums$line$newline; done <"./$manifest.sums"
  while [ "$left" -gt 0 ] && IFS= read -r line; do
    left=$((left - 1))
    case $sums in
      *"$newline$line$newline"*) printf '%s: OK\n' "$line" ;;
      *) printf '%s\n' "$line" | sha256sum -c - ;;
    esac
  done
  [ "$listed" -le "$follows" ] || sha256sum -c -
}

# verify <MANIFEST: sets files, bytes and digest.
verify() {
  head_of_manifest || stop 15 "$manifest: not a manifest"
  checked=0 digest=- complaint=''
  if command -v sha256sum >/dev/null; then
    digest=$(sha256sum <"./$manifest")
    digest=${digest%% *}
  fi
  if [ "$digest" != - ] && [ "$listed" -gt 0 ]; then
    [ "$follows" -eq 0 ] || wait "$follower"
    # The rest is its list. A status says too little: GNU's passes over lines it can't read.
    said=$(LC_ALL=C && export LC_ALL && verdicts 2>&1)
    set -f
    IFS=$newline
    for line in $said; do
      case $line in
        *': OK') checked=$((checked + 1)) ;;
        *': FAILED'*) stop 15 "${line%: FAILED*}: not as it was sent" ;;
        *) complaint=$line ;;
      esac
    done
    unset IFS
    [ -z "$complaint" ] || stop 15 "$complaint"
  else
    while IFS= read -r line; do
      size=${line%%  *} line=${line#*  }
      if ! [ -f "$line" ] || [ -h "$line" ]; then stop 15 "$line: not as it was sent"; fi
      if command -v wc >/dev/null && [ "$(($(wc -c <"$line")))" != "$size" ]; then
        stop 15 "$line: not as it was sent"
      fi
      checked=$((checked + 1))
    done
  fi
  [ "$checked" -eq "$listed" ] || stop 15 "$manifest: $checked files checked of $listed"
}
[ -f "./$manifest" ] || stop 14 'the stream was cut: the manifest at its end did not come'
verify <"./$manifest" || stop 14 "$manifest: cannot be read"

# remember: tells the next upload what this one has left. RECORD goes on, or begins anew where its lines are all there is.
# In the tree it has a place of its own, which git passes over; neither is ever a link.
remember() {
  case $record in
    ./*/*)
      place=${record%/*}
      if [ -h "$place" ] || ! [ -d "$place" ]; then
        rm -f "$place" && mkdir "$place" || return
      fi
      [ -h "$place/.gitignore" ] || [ -e "$place/.gitignore" ] || printf '*\n' >"$place/.gitignore"
      ;;
  esac
  if [ -h "$record" ]; then
    rm -f "$record" || return
  fi
  case $turn in
    *anew) cat "./$manifest.record" >"$record" ;;
    *) cat "./$manifest.record" >>"$record" ;;
  esac
}
if [ -f "./$manifest.record" ] && command -v cat >/dev/null; then
  remember || printf '%s\n' "the record $record can't be written: the next upload will be whole" >&2
fi
forget
printf 'receipt %s %s %s\n' "$files" "$bytes" "$digest" || exit 141 # nobody is there to hear it: hold on

# Only the results, the first 2 * COUNT arguments, are still needed: each goes round to the end.
left=$# keep=$((2 * count))
while [ "$left" -gt 0 ]; do
  [ "$keep" -le 0 ] || set -- "$@" "$1"
  shift
  left=$((left - 1)) keep=$((keep - 1))
done
case $then:$turn in
  hold:* | *:part*) tell held "$@" ;;
  *) tell continue 0 "$@" && trap - EXIT ;;
esac

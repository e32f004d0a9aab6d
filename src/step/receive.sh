#!/bin/sh
# receive WORKSPACE DIRECTORY UPLOAD ATTEMPT MANIFEST RECORD WORD COUNT [NAME VALUE]... COMMAND...
#
# Receives an archive on stdin: COMMAND unpacks it into DIRECTORY of WORKSPACE. Then it verifies the
# files by MANIFEST, the last member of the archive, prints a receipt, writes COUNT results and does
# as WORD says: continue releases the step, hold leaves it held. With the MANIFEST `-` it only
# unpacks.
#
# After any failure, and after a stream that was cut, the gate keeps holding. Exit codes: see
# protocol/exit_codes.ts. Receivers of one UPLOAD and ATTEMPT work side by side; they first end
# those of earlier attempts.
#
# With a MANIFEST, the archive comes at the end of a conversation in lines. Each answer ends with a
# line "ready". From the client (<) and to it (>):
#
#     < lock PipelineRun/greet-x7k2p
#                     asks for the lock of the directory, which one upload has at a time. While
#                     another one has it, the answers to ask and recall are empty. This answer has
#                     its UPLOAD, its state (writing, cut or done), its beat and its words:
#     > locked k3j2h1 writing 12 PipelineRun/build-p2m9c
#     < break k3j2h1  ends the receivers of that upload in this container and takes its lock away
#
#     < look ./src    adds a top-level name to the next listing; `look .` adds everything
#     < ask           asks for the listing. The answer first names the programs of the image:
#     > gzip          it can unpack gzip
#     > sleep         it pulses, see below
#     > sha256sum     the manifest has to list digests; otherwise sizes
#     > listed        everything below the names is listed; or `links`: only links are
#     > 81a4 12 1700000000 1700000009.5 ./src/a.go
#                     mode in hex, size in bytes, mtime and ctime in seconds, path
#
#     < recall        asks for the file RECORD of an earlier upload, with its mtime:
#     > recorded 1700000000.25
#     < ping          asks for nothing but an answer
#
#     < forget        begins RECORD anew before anything changes; or, if it is valid:
#     < doubt ./src/a.go
#                     notes in it that this file is about to change; `doubt .`: that any is
#     < remove ./src/old
#                     removes a path with all below it; `rmdir` removes an empty directory
#     < dir 755 1700000000 ./src
#                     announces a directory of the archive that already exists: once all is
#                     unpacked, it gets this mode (- keeps it) and this mtime
#     < follow 2147483648 ./disk.img
#                     announces a large file of the archive, in its order: it is hashed as it
#                     arrives, and comes first in the manifest
#     < plain         the archive follows; or `gzip`: it follows compressed
#
# Every 5 seconds it prints "busy" to stderr, or "waiting" if no process of this receiver did
# anything since the last line.

workspace=$1 directory=$2 upload=$3 attempt=$4 manifest=$5 record=$6 then=$7 count=$8
shift 8
newline='
'
case $record in
  ./*) lock=./.tkn-dev-upload/lock ;;
  */record*) lock=/tkn-dev/lock${record##*/record} ;;
  *) lock=/tkn-dev/lock ;;
esac
# An archive is unpacked beside the record: what a killed receiver leaves there is in no upload's
# way, even if it belongs to a user whose files the next one can't remove.
case $lock in ./*) staging=${lock%lock} ;; *) staging=./ ;; esac

# shellcheck source=src/step/show.sh
. /tkn-dev/show

# drain: reads the rest of stdin. containerd 1.6 reports no end of a command before that.
drain() {
  if command -v cat >/dev/null; then cat >/dev/null; else while read -r line; do :; done; fi
}

# over CODE: tells the client to send no more, and exits.
over() {
  printf 'over\n'
  drain
  exit "$1"
}

# stop CODE LINE: complains, and exits.
stop() {
  printf '%s\n' "$2" >&2
  over "$1"
}

# discard FILE...: removes the files, or empties those that can't be removed.
discard() {
  for file; do
    ! [ -f "$file" ] || rm -f "$file" 2>/dev/null || printf '' >"$file"
  done
}

# forget: removes the members of the archive that do not belong to the tree.
forget() {
  [ -n "$manifest" ] || return 0
  discard "./$manifest" "./$manifest.record" "./$manifest.sums"
  for path in "$staging$manifest.new" "./$manifest.new"; do
    ! [ -d "$path" ] || rm -rf "$path"
  done
}

# group PID: prints the living processes of a process group, a word each:
# PID:PARENT:TIME:TIME:STATE.
group() (
  set +f
  for file in /proc/[0-9]*/stat; do
    { IFS= read -r line <"$file"; } 2>/dev/null || continue
    set -f
    IFS=' '
    # shellcheck disable=SC2086
    set -- "$1" ${line##*) }
    case $2 in Z | X) continue ;; esac
    [ "$4" != "$1" ] || printf '%s:%s:%s:%s:%s\n' "${line%% *}" "$3" "${13}" "${14}" "$2"
  done
)

# end_pulse: ends the sleep of pulse, and so pulse, if it sleeps. Their parents then wait for both,
# which the first process of the container may not do: a watched step gets hundreds of uploads.
end_pulse() {
  [ -n "$pulse" ] || return 0
  for process in $(group "$$"); do
    case $process in *:"$pulse":*) kill -KILL "${process%%:*}" ;; esac
  done
  looks=100
  while alive "$pulse" && [ "$looks" -gt 0 ]; do looks=$((looks - 1)); done
  kill -KILL "$pulse"
  wait "$pulse"
} 2>/dev/null

# end_children: kills all processes that this receiver has started.
end_children() {
  end_pulse
  for process in $(group "$$"); do
    [ "${process%%:*}" = "$$" ] || kill -KILL "${process%%:*}" 2>/dev/null
  done
}

# put TEXT FILE: writes a new file in place of the old one, which may be a link.
put() {
  rm -f "$2" && (set -C && printf '%s\n' "$1" >"$2")
} 2>/dev/null

# read_lock: sets id, state, of (the attempt) and words to those of the upload that has the lock.
read_lock() {
  id=- state=- of=0 words=''
  ! [ -h "$lock" ] && { read -r id state of words <"$lock/owner"; } 2>/dev/null
  case $id in *[!a-z0-9]*) id=- ;; ??????????) ;; *) id=- ;; esac
  case $of in '' | *[!0-9]* | ???????*) of=0 ;; esac
}

# leave_lock STATE: notes the state in the lock, if this upload has it.
leave_lock() {
  read_lock
  [ "$id:$state:$of" != "$upload:writing:$attempt" ] || put "$upload $1 $of $words" "$lock/owner"
}

finish() {
  status=$?
  trap - EXIT
  end_children
  forget
  [ "$status" -eq 0 ] || leave_lock cut # after a part, the rest follows
  discard "/tkn-dev/receiver-$$"
  exit "$status"
}

tell held || over $?
printf . >/tkn-dev/visited
pulse=
trap finish EXIT
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
top=${PWD%/}

# The lock and the record are also for later receivers, which may run as other users: users who may
# write to the directory may write there.
mask=$(umask)
case $(stat -c 0%a . 2>/dev/null) in
  *[2367][2367]) umask 0 ;;
  *[2367]?) umask 002 ;;
esac

# inside PATH: succeeds if the text of the path stays in the directory.
inside() {
  case $1/ in *//* | */../* | */./*/./* | ././*) return 1 ;; ./*) ;; *) return 1 ;; esac
}

# within PATH COMMAND [WORD]...: runs the command in the parent directory of PATH, to which no link
# may lead. `cd` keeps the directory that it found, and PWD says which one that is.
within() (
  case $1 in
    ./*/*)
      parent=${1#./} parent=${parent%/*}
      cd -P -- "./$parent" 2>/dev/null && [ "$PWD" = "$top/$parent" ] || exit 21
      ;;
  esac
  shift
  "$@"
)

# place DIRECTORY: moves the unpacked files from there to their place, also into existing
# directories, but through no link. Fails if another attempt has the lock by now, which can't end
# this receiver from another pod.
place() {
  [ -d "$1" ] || return 0
  from=$top/${1#./}
  read_lock
  case $id in "$upload") [ "$of" -le "$attempt" ] || return ;; -) ;; *) return 1 ;; esac
  merge '' 2>/dev/null || merge ''
}

# merge [/PATH]: moves the files of $from in that path. Another receiver may do the same at the same
# time: a file that it moves first is at its place then.
merge() (
  here=$1
  cd -P -- "$top$here" && [ "$PWD" = "$top$here" ] || exit 21
  for path in "$from$here"/*/ "$from$here"/.[!.]*/ "$from$here"/..?*/; do
    path=${path%/}
    if [ -d "./${path##*/}" ] && [ -d "$path" ] && ! [ -h "$path" ]; then
      merge "$here/${path##*/}" && rmdir "$path" || exit
    fi
  done
  move "$from$here"/* && move "$from$here"/.[!.]* && move "$from$here"/..?*
)

# move PATH...: moves the existing ones to the working directory, by one command if it takes all
# words.
move() {
  if ! [ -e "$1" ] && ! [ -h "$1" ]; then return 0; fi # a pattern that nothing matches
  mv -f -- "$@" . 2>/dev/null && return
  # shellcheck disable=SC2016
  find "${1%/*}/." ! -name . -prune -exec /bin/sh -c 'mv -f -- "$@" .' mv {} +
}

# unwritable [/PATH]: prints the first existing directory in that path that $from has files for, and
# that this user may not write to. Succeeds otherwise.
unwritable() (
  cd -P -- "$top$1" 2>/dev/null && [ "$PWD" = "$top$1" ] || exit 0
  if ! [ -w . ]; then
    printf '%s\n' "${1#/}"
    exit 1
  fi
  for path in "$from$1"/*/ "$from$1"/.[!.]*/ "$from$1"/..?*/; do
    path=${path%/}
    if [ -d "$path" ] && ! [ -h "$path" ]; then unwritable "$1/${path##*/}" || exit; fi
  done
)

doze() {
  sleep 0.2 2>/dev/null || sleep 1 || : no sleep here
}

# end_receiver PID: kills a receiver with all that it has started, and waits until none of them
# lives, so that they write nothing any more.
end_receiver() {
  { IFS= read -r line <"/proc/$1/cmdline"; } 2>/dev/null || line=
  case $line in '' | *tkn-dev/receive*) ;; *) return 0 ;; esac # another process has the number by now
  looks=50
  kill -KILL "$1" 2>/dev/null
  while alive "$1" || [ -n "$(group "$1")" ]; do
    kill -KILL "-$1" 2>/dev/null
    looks=$((looks - 1))
    [ "$looks" -gt 0 ] || stop 19 'an earlier upload into this step does not end'
    doze
  done
}

# end_receivers UPLOAD ATTEMPT: ends those of earlier attempts of that upload. Their unpacked files
# stay.
end_receivers() {
  for other in /tkn-dev/receiver-*; do
    { read -r id try name <"$other"; } 2>/dev/null || continue
    if [ "$id" != "$1" ] || [ "$try" -ge "$2" ]; then continue; fi
    end_receiver "${other##*-}"
    for path in "$staging$name.new" "./$name.new"; do place "$path"; done
    discard "$other" "./$name" "./$name.record" "./$name.sums"
    rm -rf "$staging$name.new" "./$name.new"
  done
}

# A receiver that started late finds that a later attempt has begun. Otherwise that attempt finds
# it.
printf '%s %s %s\n' "$upload" "$attempt" "$manifest" >"/tkn-dev/receiver-$$"
printf '%s %s\n' "$upload" "$attempt" >>/tkn-dev/attempts
while read -r id try; do
  [ "$id" != "$upload" ] || [ "$try" -le "$attempt" ] || stop 19 'a later attempt of the same upload has begun'
done </tkn-dev/attempts
end_receivers "$upload" "$attempt"

# own_place FILE: creates the parent directory of FILE. Git ignores it, and it is not a link.
own_place() {
  case $1 in ./*/*) ;; *) return 0 ;; esac
  own=${1%/*}
  if [ -h "$own" ] || ! [ -d "$own" ]; then
    rm -f "$own" && mkdir "$own" || return
  fi
  [ -h "$own/.gitignore" ] || [ -e "$own/.gitignore" ] || printf '*\n' >"$own/.gitignore"
}

# sweep: removes what killed receivers of other uploads have left, as far as this user may.
sweep() {
  [ "$staging" != ./ ] || return 0
  for path in "$staging".tkn-dev-*.new; do
    case ${path##*/} in ".tkn-dev-$upload-"*) ;; *) rm -rf "$path" 2>/dev/null ;; esac
  done
}

# new_lock WORDS: creates the lock, and fails if there is one.
new_lock() {
  mkdir "$lock" 2>/dev/null || return
  put "$upload writing $attempt $1" "$lock/owner"
  sweep
  return 0
}

# take_lock WORDS: prints the holder if another upload has the lock. Takes none where it can't
# create one. An upload that is complete leaves its lock to others of the same run.
take_lock() {
  own_place "$lock" 2>/dev/null || return
  ! new_lock "$1" || return 0
  ! [ -e "$lock" ] && ! [ -h "$lock" ] && return
  read_lock
  [ "$id" != "$upload" ] || { put "$upload writing $attempt $1" "$lock/owner" && return; }
  if [ "$state $words" = "done $1" ]; then
    break_lock "$id"
    ! new_lock "$1" || return 0
    read_lock
  fi
  { read -r beat <"$lock/beat"; } 2>/dev/null || beat=0
  is_locked=1
  printf 'locked %s %s %s %s\n' "$id" "$state" "$beat" "$words"
}

# break_lock UPLOAD: removes the lock if that upload still has it.
break_lock() {
  end_receivers "$1" 1000000
  read_lock
  if [ "$id" = "$1" ] && ! mv "$lock" "$lock.$$" 2>/dev/null; then
    read_lock # somebody else may have removed it
    [ "$id" != "$1" ] || stop 11 "${lock%/lock*}: not writable"
  fi
  rm -rf "$lock.$$"
  case $1 in -) ;; *) rm -rf "./.tkn-dev-$1"* ;; esac
}

# moves: prints the time that each process of this receiver took, and how often it waited, except
# for those of pulse, whose PID is in $self. Prints nothing if that is unknown.
moves() {
  for process in $(group "$$"); do
    pid=${process%%:*}
    case $process in
      "$self":* | *:"$self":*) continue ;;
      *:D) printf 'disk:%s ' "$beats" ;; # it waits for a disk, so it is at work
    esac
    waits=
    while read -r key value; do
      [ "$key" != voluntary_ctxt_switches: ] || waits=$value
    done 2>/dev/null <"/proc/$pid/status"
    [ -z "$waits" ] || printf '%s:%s ' "$process" "$waits"
  done
}

# pulse: runs beside all else. Every second with progress is a visit for the gate; every 5 s the
# lock beats. Its words go to fd 5: to stderr, a shell says that a process was killed.
pulse() {
  read -r self _ </proc/self/stat || exit
  beats=0 before='' word=waiting
  while sleep 1 5>&-; do
    alive "$$" || exit 0
    now=$(moves)
    if [ -z "$now" ] || [ "$now" != "$before" ]; then
      printf . >/tkn-dev/visited
      word=busy
    fi
    before=$now beats=$((beats + 1))
    if [ $((beats % 5)) -eq 0 ]; then
      printf '%s\n' "$word" >&5
      word=waiting
      read_lock
      [ "$id:$state" != "$upload:writing" ] || put "$beats" "$lock/beat"
    fi
  done
}
if command -v sleep >/dev/null; then
  pulse </dev/null 5>&2 >/dev/null 2>&1 &
  pulse=$!
fi

# links DIRECTORY: lists the links below it, if the image has no program that can list more.
links() (
  for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -h "$path" ]; then
      printf 'a1ff 0 0 0 %s\n' "$path"
    elif [ -d "$path" ]; then
      links "$path"
    fi
  done
)

# survey NAME...: answers ask. A name with a newline is left out, and so sent again.
survey() {
  for program in gzip sleep sha256sum; do
    ! command -v "$program" >/dev/null || printf '%s\n' "$program"
  done
  for path in ./* ./.[!.]* ./..?*; do
    if [ -e "$path" ] || [ -h "$path" ]; then break; fi
    path=
  done
  if [ -z "$path" ] || [ $# -eq 0 ]; then
    printf 'listed\n'
    return
  fi
  for format in '%f %s %Y %.9Z %n' '%f %s %Y %Z %n'; do
    find . -prune -exec stat -c "$format" {} + >/dev/null 2>&1 || continue
    printf 'listed\n'
    find "$@" -name "*$newline*" -prune -o -exec stat -c "$format" {} + 2>/dev/null
    return
  done
  printf 'links\n'
  links .
}

# recall: answers recall. A record of 100 MB or more is not worth reading.
recall() {
  [ -f "$record" ] && ! [ -h "$record" ] && command -v cat >/dev/null || return
  case $(stat -c %s "$record") in '' | 0 | ?????????*) return ;; esac
  for format in %.9Y %Y; do
    time=$(stat -c "$format" "$record") || continue
    printf 'recorded %s\n' "$time"
    cat "$record"
    printf '\n' # a full disk may have cut the last line
    return
  done
} 2>/dev/null

# open_record: opens the record as file 4, to append to it.
open_record() {
  [ -z "$is_open" ] || return 0
  own_place "$record" 2>/dev/null
  ! [ -h "$record" ] || rm -f "$record" || return
  (printf '' >>"$record") 2>/dev/null || return
  exec 4>>"$record"
  is_open=1
}

# note_parts: takes the files of a cut archive into the record, so that a later upload removes those
# that its tree has no longer.
note_parts() {
  [ "$record" != - ] && command -v find >/dev/null && open_record || return
  [ -s "$record" ] || printf 'tkn-dev record 1\n' >&4
  cd -P "$staged" || return
  find . ! -name "*$newline*" ! -name '.tkn-dev-*' -type f | while IFS= read -r path; do
    printf 'part - - %s\n' "$path" >&4
  done
  find . ! -name "*$newline*" -type l | while IFS= read -r path; do
    printf 'link - - %s\n' "$path" >&4
  done
}

# follow BYTES PATH: prints the file while it is being written. It is complete once the manifest
# arrives.
follow() {
  until [ -f "$2" ]; do
    alive "$$" && ! [ -f "./$manifest" ] || return
    doze
  done
  exec 3<"$2"
  last=
  while [ -z "$last" ] && alive "$$"; do
    if [ -f "./$manifest" ] || [ "$(stat -c %s "$2")" = "$1" ]; then last=1; else doze; fi
    cat <&3 # continues where the last cat ended
  done
}

# follow_all: hashes the announced files as they arrive, in the background.
follow_all() {
  for program in sha256sum stat cat sleep; do command -v "$program" >/dev/null || return; done
  set -f
  IFS=$newline
  for line in $followed; do
    digest=$(follow "${line%% *}" "${line#* }" | sha256sum)
    printf '%s  %s\n' "${digest%% *}" "${line#* }"
  done
}

# converse: answers the client up to the archive. $line then says how that is packed.
converse() {
  is_open='' is_locked=''
  set --
  while IFS= read -r line; do
    rest=${line#* }
    case $line in
      'look ./'*)
        must_stay "$rest"
        set -- "$@" "$rest"
        ;;
      'look .') set -- . ;;
      ask)
        [ -n "$is_locked" ] || survey "$@"
        printf 'ready\n'
        set --
        ;;
      recall)
        [ -n "$is_locked" ] || recall
        printf 'ready\n'
        ;;
      ping) printf 'ready\n' ;;
      'lock '*)
        is_locked=
        take_lock "$rest"
        printf 'ready\n'
        ;;
      'break '*) break_lock "$rest" ;;
      forget) open_record && printf 'tkn-dev record 1\n' >"$record" ;;
      'doubt '*) open_record && printf 'part - - %s\n' "$rest" >&4 ;;
      'remove '* | 'rmdir '* | 'dir '* | 'follow '*) change "${line%% *}" "$rest" ;;
      plain | gzip) return ;;
      *) break ;;
    esac
  done
  stop 14 'the stream was cut'
}

# must_stay PATH: stops if the path leads out of the directory.
must_stay() {
  inside "$1" || stop 10 "$1: leads out of the directory"
}

# change WORD [FACT]... PATH: makes the change, or notes it for later.
change() {
  path=$2
  case $1 in follow | dir) path=${path#* } ;; esac
  case $1 in dir) path=${path#* } ;; esac
  must_stay "$path"
  case $1 in
    remove)
      within "$path" rm -rf -- "./${path##*/}"
      case $? in
        0) ;;
        21)
          if [ -e "$path" ] || [ -h "$path" ]; then stop 20 "${path#./}: a link leads there, it is not removed"; fi
          ;;
        *)
          path=${path#./}
          within "./$path" [ -w . ] || stop 11 "${path%/*}: not writable"
          stop 11 "$path: cannot be removed"
          ;;
      esac
      ;;
    rmdir) within "$path" rmdir -- "./${path##*/}" 2>/dev/null || : it stays ;;
    dir) dirs=$dirs$2$newline ;;
    follow)
      within "$path" rm -f -- "./${path##*/}" 2>/dev/null # the old file is not the one that arrives
      followed=$followed$2$newline follows=$((follows + 1))
      ;;
  esac
}

# as_sent MODE TIME PATH: gives an existing directory the mode and mtime that it has in the archive.
as_sent() {
  [ "$1" = - ] || within "$3" chmod "$1" "./${3##*/}"
  within "$3" touch -d "@$2" "./${3##*/}"
}

# unpack [NAME VALUE]... COMMAND...: unpacks into a directory that only this receiver knows, or
# into the place of the files if the image lacks the programs to move them.
unpack() {
  shift $((2 * count))
  command -v "$1" >/dev/null || stop 12 "$1: not found in this image"
  line=plain followed='' follows=0 dirs='' staged=.
  if [ -n "$manifest" ]; then
    converse
    if command -v mv >/dev/null && command -v rm >/dev/null; then
      for path in "$staging$manifest.new" "./$manifest.new"; do
        if [ -h "${path%/*}" ] || ! (umask 077 && mkdir "$path") 2>/dev/null; then continue; fi
        staged=$path
        break
      done
    fi
  fi
  if [ "$follows" -gt 0 ]; then
    (cd -P "$staged" && follow_all) >"./$manifest.sums" 2>/dev/null </dev/null &
    follower=$!
  fi
  # -o: as root too, files belong to the user that unpacks them. All tars accept this form.
  if [ $# -eq 1 ]; then
    case $1 in
      busybox | */busybox) set -- "$1" tar -xpof - ;;
      *) set -- "$1" -xpof - ;;
    esac
    # Unless it runs as root, the tar of busybox applies the umask to the modes in the archive.
    mask=0
  fi
  # command: a function of this script may have the same name
  (
    umask "$mask"
    cd -P "$staged" || exit
    if [ "$line" = gzip ]; then gzip -dc | command "$@" >&2; else command "$@" >&2; fi
  )
}
unpack "$@"
status=$?
if [ "$staged" != . ]; then
  [ "$follows" -eq 0 ] || [ "$status" -ne 0 ] || wait "$follower"
  [ "$status" -eq 0 ] || (note_parts) 2>/dev/null
  if ! place "$staged"; then
    path=$(unwritable '') || stop 11 "$path: not writable"
    stop 20 'a file cannot be moved to its place'
  fi
  set -f
  IFS=$newline
  for line in $dirs; do
    time=${line#* }
    as_sent "${line%% *}" "${time%% *}" "${time#* }" 2>/dev/null
  done
  unset IFS
  set +f
fi
if [ "$status" -ne 0 ]; then
  printf 'program-exit %s\n' "$status"
  over 13
fi
if [ -z "$manifest" ]; then
  printf 'receipt - - -\n'
  over 0
fi
drain # the padding of the archive

# number KEY: reads the line "KEY NUMBER". Sets number.
number() {
  read -r key number && [ "$key" = "$1" ] || return 1
  case $number in '' | *[!0-9]*) return 1 ;; esac
}

# head_of_manifest: reads the six lines before the list.
head_of_manifest() {
  read -r line && [ "$line" = 'tkn-dev manifest 2' ] || return 1
  read -r key turn && [ "$key" = 'then' ] || return 1
  number files && files=$number && number bytes && bytes=$number && number listed && listed=$number &&
    read -r line && [ -z "$line" ]
}

# verdicts: prints a verdict for each line of the list, as sha256sum does. The first lines are of
# files that were hashed as they arrived; only those with another digest are hashed again.
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

# verify <MANIFEST: stops if a file differs. Sets files, bytes and digest.
verify() {
  head_of_manifest || stop 15 "$manifest: not a manifest"
  checked=0 digest=- complaint=''
  if command -v sha256sum >/dev/null; then
    digest=$(sha256sum <"./$manifest")
    digest=${digest%% *}
  fi
  if [ "$digest" != - ] && [ "$listed" -gt 0 ]; then
    [ "$follows" -eq 0 ] || wait "$follower"
    # The rest of stdin is the list. The exit code is not enough: GNU sha256sum skips lines it can't
    # read.
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

# remember: writes the record for the next upload: appends to RECORD, or replaces it.
remember() {
  open_record || return
  case $turn in *anew) printf '' >"$record" ;; esac
  cat "./$manifest.record" >&4
}
if [ -f "./$manifest.record" ] && command -v cat >/dev/null; then
  remember || printf '%s\n' "the record $record cannot be written: the next upload will be whole" >&2
fi
forget
printf 'receipt %s %s %s\n' "$files" "$bytes" "$digest" || exit 141 # no client reads it: keep holding

# Only the results, the first 2 * COUNT arguments, are still needed: each moves to the end.
left=$# keep=$((2 * count))
while [ "$left" -gt 0 ]; do
  [ "$keep" -le 0 ] || set -- "$@" "$1"
  shift
  left=$((left - 1)) keep=$((keep - 1))
done
case $turn in part*) ;; *) leave_lock 'done' ;; esac
case $then:$turn in
  hold:* | *:part*) tell held "$@" ;;
  *)
    end_children
    discard "/tkn-dev/receiver-$$"
    tell continue 0 "$@" && trap - EXIT
    ;;
esac

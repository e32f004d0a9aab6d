#!/bin/sh
# checkout DIRECTORY [RESULT]...
#
# Prints the commit that a clone has checked out into DIRECTORY, as far as the step knows it:
#
#     head 3f2a1b4...     HEAD of the repository there
#     sparse              git checks out only some directories
#     pointers            a file of git LFS has a pointer in place of its content
#     result 3f2a1b4...   the first line of a RESULT of the Task

directory=$1
shift

# ours ARGUMENT...: asks git, also if another user owns the directory, as that of a volume.
ours() {
  git -c safe.directory='*' "$@" 2>/dev/null
}

# Not the repository of a directory above.
if cd -P -- "$directory" 2>/dev/null && [ -e .git ]; then
  if command -v git >/dev/null; then
    head=$(ours rev-parse --verify HEAD)
    [ "$(ours config --type=bool core.sparseCheckout)" != true ] || printf 'sparse\n'
    ours ls-files -- ':(attr:filter=lfs)' | {
      line=
      read -r file && read -r line <"$file"
      case $line in 'version https://git-lfs.github.com/spec/'*) printf 'pointers\n' ;; esac
    } 2>/dev/null
  else
    # A clone of a commit has its hash there.
    { read -r head <.git/HEAD; } 2>/dev/null || head=
  fi
  [ -z "$head" ] || printf 'head %s\n' "$head"
fi
for name; do
  line=
  # A result has no newline at its end, which read reports.
  { read -r line <"/tekton/results/$name"; } 2>/dev/null || :
  [ -z "$line" ] || printf 'result %s\n' "$line"
done

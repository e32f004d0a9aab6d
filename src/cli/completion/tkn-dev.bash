# bash completion for tkn-dev, and for `tkn dev` if it is loaded after the completion of tkn:
#
#     source <(tkn-dev completion bash)

# Fills COMPREPLY with what a program answers. The first SKIPPED words of the line are its name.
__tkn_dev_ask() { # SKIPPED PROGRAM...
  local skipped=$1 directive line
  shift
  COMPREPLY=()
  {
    IFS= read -r directive
    while IFS= read -r line; do COMPREPLY+=("$line"); done
  } < <("$@" __complete_bash "$skipped" "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" \
    "${COMP_TYPE:-9}" "${COLUMNS:-80}" 2>/dev/null </dev/null)
  [[ $(type -t compopt) == builtin ]] || return 0 # bash 3
  case $((${directive:-4} & 20)) in
    0) return 0 ;; # bash completes files
    16) compopt -o nospace +o default -o dirnames ;;
    *) compopt -o nospace +o default ;;
  esac
  (((${directive:-4} & 32) == 0)) || compopt -o nosort 2>/dev/null || return 0 # bash 4.3
}

# tkn-dev may be on the PATH, or only in a directory of tkn's plugins.
__tkn_dev_program() {
  if type -P tkn-dev >/dev/null; then
    command tkn-dev "$@"
  else
    command tkn dev "$@"
  fi
}

__tkn_dev() {
  local program=$1
  type -P "$program" >/dev/null || program=tkn-dev
  __tkn_dev_ask 1 "$program"
}

# Sends the words of `tkn dev` to tkn-dev, also those that the function of shell-init takes.
# Anything else is for the completion that tkn had.
__tkn_dev_tkn() { # as bash calls it: COMMAND WORD PREVIOUS
  local before=("${COMP_WORDS[@]:1:COMP_CWORD-1}") more=() word
  if [[ ${before[0]-} == dev ]]; then
    __tkn_dev_ask 2 __tkn_dev_program
    return
  fi
  if declare -F __tkn_dev_takes >/dev/null; then
    if __tkn_dev_takes ${before[@]+"${before[@]}"}; then
      __tkn_dev_ask 1 __tkn_dev_program
      return
    fi
    if __tkn_dev_takes ${before[@]+"${before[@]}"} upload; then more=(debug upload); fi
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then more=(dev); fi
  COMPREPLY=()
  [[ -n $__tkn_dev_before ]] || __tkn_dev_load
  if [[ -n $__tkn_dev_before ]]; then "$__tkn_dev_before" "$@"; fi
  for word in ${more[@]+"${more[@]}"}; do
    if [[ $word == "$2"* ]]; then COMPREPLY+=("$word"); fi
  done
}

# Hooks tkn, and keeps the function that completes it in __tkn_dev_before.
__tkn_dev_hook() {
  local now
  now=$(complete -p tkn 2>/dev/null)
  if [[ $now =~ \ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != __tkn_dev_tkn ]]; then
    __tkn_dev_before=${BASH_REMATCH[1]}
  fi
  if [[ $(type -t compopt) == builtin ]]; then
    complete -o default -F __tkn_dev_tkn tkn
  else
    complete -o default -o nospace -F __tkn_dev_tkn tkn
  fi
}

# bash-completion loads the completion of tkn when it is first needed.
__tkn_dev_load() {
  local loader
  for loader in _comp_load __load_completion _completion_loader; do
    declare -F "$loader" >/dev/null || continue
    "$loader" tkn >/dev/null 2>&1
    __tkn_dev_hook
    return
  done
}

__tkn_dev_before=
if [[ $(type -t compopt) == builtin ]]; then
  complete -o default -F __tkn_dev tkn-dev
else
  complete -o default -o nospace -F __tkn_dev tkn-dev
fi
__tkn_dev_hook

#compdef tkn-dev
# zsh completion for tkn-dev, and for `tkn dev` if it is loaded after the completion of tkn:
#
#     source <(tkn-dev completion zsh)

# Offers what a program answers. The first SKIPPED words of the line are its name.
__tkn_dev_ask() { # SKIPPED PROGRAM...
  local skipped=$1 line directive
  local -a asked answer found how
  shift
  asked=("${(@Q)words[skipped+1,CURRENT-1]}" "${(Q)PREFIX}")
  answer=("${(@f)$("$@" __complete "${asked[@]}" 2>/dev/null </dev/null)}")
  directive=${answer[-1]#:}
  [[ $directive == <-> ]] || return 1
  answer[-1]=()
  for line in "${answer[@]}"; do
    # The first colon of an item of _describe ends the word.
    if [[ $line == *$'\t'* ]]; then
      found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    else
      found+=("${line//:/\\:}")
    fi
  done
  if ((${#found})); then
    ((directive & 32)) && how=(-V)
    ((directive & 2)) && _describe "${how[@]}" -t values word found -S '' ||
      _describe "${how[@]}" -t values word found
  elif ((directive & 16)); then
    compset -P '*='
    _files -/
  elif ! ((directive & 4)); then
    compset -P '*='
    _files
  else
    return 1
  fi
}

# tkn-dev may be on the PATH, or only in a directory of tkn's plugins.
__tkn_dev_program() {
  if (($+commands[tkn-dev])); then
    command tkn-dev "$@"
  else
    command tkn dev "$@"
  fi
}

_tkn_dev() {
  local program=${(Q)words[1]}
  whence -p -- $program >/dev/null || program=tkn-dev
  __tkn_dev_ask 1 $program
}

# Sends the words of `tkn dev` to tkn-dev, also those that the function of shell-init takes.
# Anything else is for the completion that tkn had.
__tkn_dev_tkn() {
  local -a before more
  before=("${(@Q)words[2,CURRENT-1]}")
  if [[ ${before[1]} == dev ]]; then
    __tkn_dev_ask 2 __tkn_dev_program
    return
  fi
  if (($+functions[__tkn_dev_takes])); then
    if __tkn_dev_takes "${before[@]}"; then
      __tkn_dev_ask 1 __tkn_dev_program
      return
    fi
    __tkn_dev_takes "${before[@]}" upload && more=('debug:Hold steps and work in them' 'upload:Run on a local directory')
  fi
  ((CURRENT == 2)) && more=('dev:Run on local code')
  local found=1
  if ((${#more})); then
    _describe -t plugins plugin more && found=0
  fi
  if [[ -n $__tkn_dev_before ]]; then
    $__tkn_dev_before "$@" && found=0
  fi
  return found
}

# Hooks tkn, and keeps the function that completes it.
__tkn_dev_hook() {
  if [[ ${_comps[tkn]-} != __tkn_dev_tkn ]]; then
    typeset -g __tkn_dev_before=${_comps[tkn]-}
  fi
  compdef __tkn_dev_tkn tkn
}

if (($+functions[compdef])); then
  compdef _tkn_dev tkn-dev
  __tkn_dev_hook
  # As the file _tkn-dev in fpath, this is the function that completes.
  if [[ ${funcstack[1]-} == _tkn-dev ]]; then _tkn_dev "$@"; fi
fi

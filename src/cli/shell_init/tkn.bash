# A function tkn that adds upload and debug to `tkn pipeline` and `tkn task`, for bash and zsh:
#
#     source <(tkn-dev shell-init bash)

# Whether tkn-dev takes these words: flags of tkn may stand before the verb.
__tkn_dev_takes() {
  local place=group
  while [[ $# -gt 0 ]]; do
    case $1 in
      -[nck] | --namespace | --context | --kubeconfig | --as | --as-group | --exec-protocol) shift ;;
      -[nck]?* | --namespace=* | --context=* | --kubeconfig=* | --as=* | --as-group=* | --exec-protocol=*) ;;
      -C | --no-color | --nocolour) ;;
      p | pipeline | pipelines | t | task | tasks)
        [[ $place == group ]] || return 1
        place=verb
        ;;
      upload | debug) [[ $place == verb ]] && return 0 || return 1 ;;
      *) return 1 ;;
    esac
    [[ $# -eq 0 ]] || shift
  done
  return 1
}

# Whether tkn-dev is a program: `command` finds neither aliases nor functions.
__tkn_dev_is_program() (
  unalias tkn-dev
  unset -f tkn-dev
  command -v tkn-dev
) >/dev/null 2>&1

# Not `tkn() {`, which an alias of that name would change.
function tkn {
  if ! __tkn_dev_takes "$@"; then
    command tkn "$@"
  elif __tkn_dev_is_program; then
    command tkn-dev "$@"
  else
    command tkn dev "$@"
  fi
}

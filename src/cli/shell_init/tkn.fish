# A function tkn that adds upload and debug to `tkn pipeline` and `tkn task`, for fish:
#
#     tkn-dev shell-init fish | source

# Whether tkn-dev takes these words: flags of tkn may stand before the verb.
function __tkn_dev_takes
    set -l place group
    while set -q argv[1]
        switch $argv[1]
            case -n -c -k --namespace --context --kubeconfig --as --as-group --exec-protocol
                set -e argv[1]
            case '-n*' '-c*' '-k*' '--namespace=*' '--context=*' '--kubeconfig=*'
            case '--as=*' '--as-group=*' '--exec-protocol=*'
            case -C --no-color --nocolour
            case p pipeline pipelines t task tasks
                test $place = group; or return 1
                set place verb
            case upload debug
                test $place = verb
                return
            case '*'
                return 1
        end
        set -e argv[1]
    end
    return 1
end

function tkn --wraps tkn
    if not __tkn_dev_takes $argv
        command tkn $argv
    else if command -q tkn-dev
        command tkn-dev $argv
    else
        command tkn dev $argv
    end
end

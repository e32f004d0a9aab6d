# fish completion for tkn-dev and for `tkn dev`:
#
#     tkn-dev completion fish | source

# tkn-dev may be on the PATH, or only in a directory of tkn's plugins.
function __tkn_dev_program
    if command -q tkn-dev
        command tkn-dev $argv
    else
        command tkn dev $argv
    end
end

# Prints the word at the cursor without its quotes, of which one may be open.
function __tkn_dev_current
    set -l token (commandline -ct)
    for quote in '' "'" '"'
        string unescape -- "$token$quote"; and return
    end
    printf '%s\n' "$token"
end

# Prints what tkn-dev answers. The first SKIPPED words of the line are its name.
function __tkn_dev_complete --argument-names skipped
    set -l words (commandline -opc)
    set -e words[1..$skipped]
    set -l current (__tkn_dev_current)
    set -l answer (__tkn_dev_program __complete $words "$current" 2>/dev/null </dev/null)
    set -l directive $answer[-1]
    set -e answer[-1]
    if test (count $answer) -gt 0
        printf '%s\n' $answer
        return
    end
    set -l start (string match -r '^.*=' -- "$current")
    set -l path (string replace -r '^.*=' '' -- "$current")
    switch "$directive"
        case :0
            set answer (complete -C "'' "(string escape -- "$path"))
        case :16
            set answer (__fish_complete_directories "$path" '')
    end
    for line in $answer
        printf '%s%s\n' "$start" $line
    end
end

function __tkn_dev_of_plugin
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = dev
end

# The words of the line that the function of shell-init takes, or does with more words.
function __tkn_dev_of_function
    functions -q __tkn_dev_takes; or return 1
    set -l words (commandline -opc)
    set -e words[1]
    __tkn_dev_takes $words $argv
end

complete -c tkn-dev -f -k -a '(__tkn_dev_complete 1)'

# The completion of tkn removes all others when it is loaded, so it has to be loaded now.
for directory in $fish_complete_path
    if test -e $directory/tkn.fish
        complete -C 'tkn ' >/dev/null 2>&1
        break
    end
end
complete -c tkn -n 'test (count (commandline -opc)) -eq 1' -f -a dev -d 'Run on local code'
complete -c tkn -n __tkn_dev_of_plugin -f -k -a '(__tkn_dev_complete 2)'
complete -c tkn -n __tkn_dev_of_function -f -k -a '(__tkn_dev_complete 1)'
complete -c tkn -n '__tkn_dev_of_function upload' -f -a upload -d 'Run on a local directory'
complete -c tkn -n '__tkn_dev_of_function upload' -f -a debug -d 'Hold steps and work in them'

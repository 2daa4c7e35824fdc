# claudemesh completions for fish: claudemesh completion fish > ~/.config/fish/completions/claudemesh.fish
function __claudemesh_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -l program $words[1]
    for line in ($program completion --words -- $words[2..-1] 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :commands
                complete -C (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c claudemesh -f -a '(__claudemesh_candidates)'

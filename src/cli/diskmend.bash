# bash completion for diskmend(1). The options are asked of the program.
_diskmend() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local commands='scan why repair access undo verify facts rules help version'
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "$previous" = help ]; }; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
        return
    fi
    case $previous in
    -o | --output) mapfile -t COMPREPLY < <(compgen -W 'text json jsonl' -- "$current"); return ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W 'raw qcow2 qcow vmdk vdi vpc vhdx' -- "$current"); return ;;
    --fail-on) mapfile -t COMPREPLY < <(compgen -W 'info low medium high critical' -- "$current"); return ;;
    --password-auth) mapfile -t COMPREPLY < <(compgen -W 'user all' -- "$current"); return ;;
    --sudo) mapfile -t COMPREPLY < <(compgen -W 'keep password nopasswd' -- "$current"); return ;;
    --expire) mapfile -t COMPREPLY < <(compgen -W never -- "$current"); return ;;
    --backup-dir | --rules) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --allow) mapfile -t COMPREPLY < <(compgen -W "$(diskmend rules list 2>/dev/null |
        awk '$4 == "flag" { print $1 }')" -- "$current"); return ;;
    --root) mapfile -t COMPREPLY < <(compgen -W 'first single all' -- "$current"); return ;;
    show) mapfile -t COMPREPLY < <(compgen -W "$(diskmend rules list 2>/dev/null | cut -d' ' -f1)" -- "$current"); return ;;
    rules) mapfile -t COMPREPLY < <(compgen -W 'list show check' -- "$current"); return ;;
    esac
    case $current in
    -*) mapfile -t COMPREPLY < <(compgen -W "$(diskmend "${COMP_WORDS[1]}" --help 2>/dev/null |
        grep -oE -- '--?[a-zA-Z][a-z-]*' | sort -u)" -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}
complete -o filenames -F _diskmend diskmend

#compdef claudemesh
# claudemesh completions for zsh: source <(claudemesh completion zsh), after compinit
_claudemesh() {
  local line word about
  local -a described plain
  while IFS= read -r line; do
    word=${line%%$'\t'*}
    about=${line#*$'\t'}
    case $word in
      :files) _files; continue ;;
      :commands) _command_names -e; continue ;;
    esac
    if [[ $word == $line ]]; then
      plain+=("$word")
    else
      described+=("${word//:/\\:}:$about")
    fi
  done < <("${words[1]}" completion --words -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#described )) && _describe -V claudemesh described
  (( $#plain )) && compadd -V values -a plain
  return 0
}
if [[ $funcstack[1] == _claudemesh ]]; then
  _claudemesh "$@"
else
  compdef _claudemesh claudemesh
fi

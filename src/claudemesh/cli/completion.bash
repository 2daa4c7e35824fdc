# claudemesh completions for bash 4 and later: source <(claudemesh completion bash)
_claudemesh() {
  local current=${COMP_WORDS[COMP_CWORD]} cut= line word i
  local -a words=() found=()
  # bash breaks words at = and :, claudemesh does not: put them together again.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]} && i > 1)) && [[ ${words[-1]}$word == *[=:]* ]] &&
      [[ $word == [=:]* || ${COMP_WORDS[i - 1]} == *[=:] ]]; then
      ((i < COMP_CWORD)) || cut=${words[-1]}
      [[ $word != [=:] ]] || cut=${words[-1]}$word
      words[-1]+=$word
    else
      words+=("$word")
      cut=
    fi
  done
  while IFS= read -r line; do
    word=${line%%$'\t'*}
    case $word in
      :files) compopt -o filenames 2>/dev/null; found+=($(compgen -f -- "${current#=}")) ;;
      :commands) found+=($(compgen -c -- "$current")) ;;
      *) found+=("$(printf %q "${word#"$cut"}")") ;;
    esac
  done < <("${COMP_WORDS[0]}" completion --words -- "${words[@]}" 2>/dev/null)
  COMPREPLY=("${found[@]}")
}
complete -F _claudemesh claudemesh

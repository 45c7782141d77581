# SPDX-License-Identifier: MPL-2.0
# Completion of chainloadctl's commands and options in bash.
_chainloadctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} word command='' sub='' words
  local common='--server --user --password-file --ca-file --cert --key --timeout --json --color --help --help-all --version'
  local change='--dry-run --reason --if-revision'
  case $previous in
    -s|--server) COMPREPLY=($(compgen -W 'http:// https://' -f -- "$current")); return ;;
    --password-file|--ca-file|--cert|--key|-o|--output|-f|--file) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    --stage) COMPREPLY=($(compgen -W 'none first second' -- "$current")); return ;;
    --for) COMPREPLY=($(compgen -W 'able first second any' -- "$current")); return ;;
  esac
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      check|explain|rules|override|machines|watch|loops|status|import) [[ -n $command ]] || command=$word ;;
      get|set|diff|add|del|rollback|list|release|dhcpd|dnsmasq) [[ -n $command && -z $sub ]] && sub=$word ;;
    esac
  done
  case $command/$sub in
    /) words='check explain rules override machines watch loops status import' ;;
    check/*) words='--strict' ;;
    explain/*) words='--file --packet --of-machine --mac --vendor-class --uuid --message-type --loader-version --relay
      --circuit-id --remote-id --client-id --ip --hostname --shared-network --user-class --arch --features --classes
      --subnet --all' ;;
    rules/) words='get set diff add del rollback' ;;
    rules/get) words='--output' ;;
    rules/add) words="--before --after --index --replace $change" ;;
    rules/rollback) words="--revision $change" ;;
    rules/set|rules/del) words=$change ;;
    override/) words='set del list' ;;
    override/set) words='--mac --uuid --boot-file-name --next-server --deny --pass --uses --expires-in --for --reason --dry-run' ;;
    override/del) words='--mac --uuid --reason --dry-run' ;;
    machines/*) words='--stage' ;;
    watch/*) words='--interval --count --rows' ;;
    loops/) words='release' ;;
    loops/release) words='--all' ;;
    status/*) words='--findings' ;;
    import/) words='dhcpd dnsmasq' ;;
    import/*) words='--output --next-server' ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$words $common" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    case $command/$sub in check/*|rules/set|rules/diff|rules/add|import/?*) COMPREPLY+=($(compgen -f -- "$current")) ;; esac
  fi
}
complete -F _chainloadctl chainloadctl

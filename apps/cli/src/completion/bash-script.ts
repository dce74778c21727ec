import type { CompletableCommand } from './list-commands.ts';

/**
 * A script for bash, from 3.2 on. All it offers stands in it, so that it answers at once, and nothing that is being typed is
 * ever run.
 */
export function writeBashScript(commands: readonly CompletableCommand[]): string {
  const withValue = (value: 'file' | 'text') =>
    commands.flatMap(({ name, options }) =>
      options.filter((option) => option.value === value).map(({ flag }) => `${name}:${flag}`),
    );
  const offers = commands.map(
    ({ name, options, words }) =>
      `    ${name}) offered='${[...words, ...options.map(({ flag }) => flag)].join(' ')}' ;;`,
  );
  return `# bash completion of pics: source <(pics completion bash)
_pics() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= offered= IFS=$' \\t\\n'
  (( COMP_CWORD > 1 )) && command=\${COMP_WORDS[1]}
  COMPREPLY=()
  case $command:$previous in
    ${withValue('file').join('|')}) compopt -o filenames 2>/dev/null; IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${withValue('text').join('|')}) return ;;
  esac
  case $command in
    '') offered='${commands.map(({ name }) => name).join(' ')} --help --version' ;;
${offers.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -F _pics pics
`;
}

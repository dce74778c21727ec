import type { CompletableCommand, CompletableOption } from './list-commands.ts';

const VALUES: Record<CompletableOption['value'], string> = {
  nothing: '',
  text: ':value: ',
  file: ':file:_files',
};

/** A script for zsh; see `writeBashScript`. */
export function writeZshScript(commands: readonly CompletableCommand[]): string {
  const described = commands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`);
  const cases = commands.map(({ name, options, words }) => {
    const specs = [
      ...options.map(({ flag, description, value }) => `${flag}[${escape(description)}]${VALUES[value]}`),
      ...(words.length > 0 ? [`1:word:(${words.join(' ')})`] : []),
    ];
    return `    ${name}) _arguments ${specs.map(quote).join(' ')} ;;`;
  });
  return `#compdef pics
# zsh completion of pics: source <(pics completion zsh)
_pics() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
  esac
}
(( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit; }
compdef _pics pics
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What _arguments would take for the end of a description. */
function escape(text: string): string {
  return text.replaceAll(/[[\]:]/g, String.raw`\$&`);
}

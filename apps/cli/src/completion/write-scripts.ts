import type { CompletableCommand, CompletableOption } from './list-commands.ts';

/**
 * Writes the completion script for bash 3.2 and newer. The script holds everything it offers, so it responds at once and never
 * runs what is being typed.
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

const FISH_VALUES: Record<CompletableOption['value'], string> = { nothing: '', text: ' -x', file: ' -r -F' };

/** Writes the completion script for fish; see `writeBashScript`. */
export function writeFishScript(commands: readonly CompletableCommand[]): string {
  const lines = commands.flatMap(({ name, description, options, words }) => {
    const condition = `complete -c pics -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c pics -n __fish_use_subcommand -a ${name} -d ${quoteForFish(description)}`,
      ...(words.length > 0 ? [`${condition} -a ${quoteForFish(words.join(' '))}`] : []),
      ...options.map(
        ({ flag, description, value }) =>
          `${condition} -l ${flag.slice(2)}${FISH_VALUES[value]} -d ${quoteForFish(description)}`,
      ),
    ];
  });
  return [
    '# fish completion of pics: pics completion fish | source',
    'complete -c pics -f',
    ...lines,
    '',
  ].join('\n');
}

function quoteForFish(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

const ZSH_VALUES: Record<CompletableOption['value'], string> = {
  nothing: '',
  text: ':value: ',
  file: ':file:_files',
};

/** Writes the completion script for zsh; see `writeBashScript`. */
export function writeZshScript(commands: readonly CompletableCommand[]): string {
  const described = commands.map(({ name, description }) => `    ${quoteForZsh(`${name}:${description}`)}`);
  const cases = commands.map(({ name, options, words }) => {
    const specs = [
      ...options.map(
        ({ flag, description, value }) => `${flag}[${escapeForZsh(description)}]${ZSH_VALUES[value]}`,
      ),
      ...(words.length > 0 ? [`1:word:(${words.join(' ')})`] : []),
    ];
    return `    ${name}) _arguments ${specs.map(quoteForZsh).join(' ')} ;;`;
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

function quoteForZsh(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Escapes what _arguments would take for the end of a description. */
function escapeForZsh(text: string): string {
  return text.replaceAll(/[[\]:]/g, String.raw`\$&`);
}

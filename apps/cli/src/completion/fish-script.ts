import type { CompletableCommand, CompletableOption } from './list-commands.ts';

const VALUES: Record<CompletableOption['value'], string> = { nothing: '', text: ' -x', file: ' -r -F' };

/** A script for fish; see `writeBashScript`. */
export function writeFishScript(commands: readonly CompletableCommand[]): string {
  const lines = commands.flatMap(({ name, description, options, words }) => {
    const here = `complete -c pics -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c pics -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
      ...(words.length > 0 ? [`${here} -a ${quote(words.join(' '))}`] : []),
      ...options.map(
        ({ flag, description, value }) =>
          `${here} -l ${flag.slice(2)}${VALUES[value]} -d ${quote(description)}`,
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

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

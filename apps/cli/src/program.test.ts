import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reportFailure } from './command-line/report-failure.ts';
import { createProgram } from './program.ts';

/** Parses a command line and resolves with the exit code and the output on stderr. */
async function parse(...args: string[]): Promise<{ exitCode: number; said: string }> {
  const program = await createProgram();
  let said = '';
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ writeErr: (text) => (said += text) });
  }
  const exitCode = await program.parseAsync(args, { from: 'user' }).then(() => 0, reportFailure);
  return { exitCode, said };
}

describe('a wrong command line exits with 2 and says what is expected', () => {
  test.each([
    ['no command at all', [], 'Usage: pics <command> [options]'],
    ['a command that is not there', ['statsu'], '(Did you mean status?)'],
    ['an option that is not there', ['status', '--josn'], '(Did you mean --json?)'],
    ['too many arguments', ['pause', 'now'], 'Usage: pics pause [options]'],
    ['an argument that is missing', ['app'], "missing required argument 'id'"],
    ['an option without its value', ['sync', '--file'], "option '--file <file>' argument missing"],
    ['an id that is none', ['sync', '--appids', '440,x'], '"x" is not an appid, such as 440.'],
    ['two ways to say which apps to fetch', ['sync', '--all', '--appids', '440'], 'in one way'],
    ['two ways to say which apps to requeue', ['requeue', '--failed', '--type', 'dlc'], 'in one way'],
    [
      'no way to say which apps to requeue',
      ['requeue', '--dry-run'],
      'Usage: pics requeue --failed | --appids',
    ],
    ['a rate that is none', ['rate', 'fast'], 'such as 2, 0.5/s or 30/min, or default'],
    ['a date that is none', ['changes', '--since', 'lately'], 'such as 2026-11-22'],
    ['a name where Steam needs an id', ['app', 'portal', '--raw'], '--raw needs an id'],
    ['a user name that would need quotes', ['reader', 'create', 'x"; drop table apps'], 'such as grafana'],
    ['a user name of Postgres itself', ['reader', 'drop', 'pg_monitor'], 'such as grafana'],
    [
      'what no reader can be made to do',
      ['reader', 'delete'],
      'Allowed choices are list, create, rotate, drop.',
    ],
    ['no table to export', ['export'], 'choose --all, or one or more of: --table apps,'],
    ['two ways to say what to export', ['export', '--all', '--table', 'apps'], 'choose --all, or'],
    ['several tables and no folder', ['export', '--all'], 'several tables need --out <folder>'],
    [
      'a table that is not of the catalogue',
      ['export', '--table', 'pg_authid'],
      '"pg_authid" is none of apps,',
    ],
    ['JSON where the rows go', ['export', '--table', 'apps', '--json'], '--json needs --out'],
    ['a format that nothing writes', ['export', '--all', '--format', 'xlsx'], 'choices are csv, parquet.'],
    ['a shell that nobody has written for', ['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
  ])('%s', async (_, args, expected) => {
    const { exitCode, said } = await parse(...args);
    expect(exitCode).toBe(2);
    expect(said).toContain(expected);
  });
});

/** The help of every command, by its name. */
async function readHelp(): Promise<Map<string, string>> {
  const help = new Map<string, string>();
  for (const command of (await createProgram()).commands) {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    help.set(command.name(), text);
  }
  return help;
}

/** The command lines of `pics` in a text, without what belongs to the shell. */
function findCommandLines(text: string): string[][] {
  const lines = [...text.matchAll(/^ *(?:\.\/)?pics (.+?)(?: {2,}.*)?$/gm)];
  return lines.map(([, line = '']) =>
    [...(line.split(/ (?:[|>]|&&)/)[0] ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, word]) => quoted ?? word ?? '',
    ),
  );
}

describe('the documentation', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const manual = read('docs/cli.md');

  test('lists every command with all of its options', async () => {
    const missing = (await createProgram()).commands.flatMap((command) => {
      const section = manual.split(`\n### pics ${command.name()}\n`)[1]?.split('\n### ')[0];
      if (section === undefined) return [command.name()];
      return command.options
        .filter(({ long }) => long !== '--json' && !section.includes(`| \`${long}`))
        .map(({ long }) => `${command.name()} ${long}`);
    });
    expect(missing).toEqual([]);
  });

  test('shows, like the help, only command lines that are valid', async () => {
    const help = await readHelp();
    const shown = [...help.values(), manual, read('README.md')].flatMap(findCommandLines);
    expect(shown.length).toBeGreaterThan(help.size * 2);
    for (const args of shown) {
      const program = await createProgram();
      for (const command of program.commands) command.action(() => {});
      await expect(program.parseAsync(args, { from: 'user' }), args.join(' ')).resolves.toBe(program);
    }
  });
});

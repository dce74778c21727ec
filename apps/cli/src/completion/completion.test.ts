import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { listCommands, type CompletableCommand } from './list-commands.ts';
import { writeBashScript, writeFishScript, writeZshScript } from './write-scripts.ts';

let commands: CompletableCommand[];

beforeAll(async () => {
  commands = listCommands(await createProgram());
});

/** Whether a shell is installed; without it a test would show nothing. */
const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

function run(shell: string, script: string): string[] {
  const { stdout, stderr } = spawnSync(shell, ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  /** The offers for the last of these words. */
  const complete = (...words: string[]) => {
    const typed = ['pics', ...words].map((word) => `'${word}'`).join(' ');
    return run(
      'bash',
      `${writeBashScript(commands)}
      COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _pics; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
  };

  test('completes commands, options and the choices of an argument', () => {
    expect(complete('s')).toEqual(['sync', 'status', 'search']);
    expect(complete('sync', '--a')).toEqual(['--appids', '--all']);
    expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish', '--help', '--instance']);
    expect(complete('help', 're')).toEqual(['requeue', 'resume', 'reader']);
  });

  test('completes files where a file is expected, and nothing where only the user knows', () => {
    expect(complete('sync', '--file', 'package.js')).toEqual(['package.json']);
    expect(complete('requeue', '--error', '')).toEqual([]);
  });

  test('never runs what is being typed', () => {
    expect(complete('app', '$(echo ran >&2)')).toEqual([]);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  const complete = (line: string) =>
    run('fish', `${writeFishScript(commands)}\ncomplete -C '${line}'`).map((offer) => offer.split('\t')[0]);

  test('completes commands, options, words and files', () => {
    expect(complete('pics s')).toEqual(['status', 'sync']);
    expect(complete('pics sync --a')).toEqual(['--all', '--appids']);
    expect(complete('pics completion ')).toEqual(['bash', 'fish', 'zsh']);
    expect(complete('pics sync --file package.js')).toEqual(['package.json']);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  test('loads the script without a complaint', () => {
    const script = writeZshScript(commands);
    expect(run('zsh', `autoload -Uz compinit && compinit -D\n${script}\nprint $_comps[pics]`)).toEqual([
      '_pics',
    ]);
  });
});

test('quotes descriptions so that none of them ends a string', () => {
  const odd = [{ name: 'odd', description: "it's [an] odd: one", words: [], options: [] }];
  expect(writeZshScript(odd)).toContain(String.raw`'odd:it'\''s [an] odd: one'`);
  expect(writeFishScript(odd)).toContain(String.raw`-d 'it\'s [an] odd: one'`);
});

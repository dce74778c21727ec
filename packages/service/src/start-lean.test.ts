import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'testing/lean-program.ts');

interface Told {
  pid: number;
  execArgv: string[];
  args: string[];
  env: Record<string, string>;
}

/** Runs the program as a service is run, and gives what it told. */
async function run(args: string[], { flags = [] as string[], env = {} } = {}) {
  const child = spawn(process.execPath, [...flags, PROGRAM, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return {
    pid: child.pid,
    exitCode: exitCode as number,
    told: printed ? (JSON.parse(printed) as Told) : undefined,
  };
}

test('a program runs within the limits of memory, in the process that was started and as it was', async () => {
  const { pid, told } = await run(['one', 'two words'], { env: { SETTING: 'kept' } });
  expect(told).toMatchObject({
    pid,
    args: ['one', 'two words'],
    env: { SETTING: 'kept', MALLOC_ARENA_MAX: '1' },
  });
  expect(told?.execArgv).toEqual([expect.stringMatching(/^--max-semi-space-size=/), expect.anything()]);
});

test('what was said to Node or to the allocator goes before the limits', async () => {
  const flag = '--max-semi-space-size=64';
  const env = { MALLOC_ARENA_MAX: '4', NODE_OPTIONS: flag };
  const { told } = await run([], { flags: ['--heap-growing-percent=70'], env });
  expect(told?.execArgv).toEqual(['--heap-growing-percent=70']);
  expect(told?.env).toMatchObject(env);
});

test('the exit code is the one of the program', async () => {
  expect(await run(['exit', '3'])).toMatchObject({ exitCode: 3 });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const MODULE = new URL('end-when-frozen.ts', import.meta.url).href;

/** Runs a program that is watched; returns how it ended and what it printed. */
async function run(program: string, afterMs: number) {
  const source = `import { endWhenFrozen } from '${MODULE}'; endWhenFrozen(${afterMs}); ${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'pipe' });
  const [printed, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, signal: signal as string | null, printed };
}

test('a process whose event loop stands still is killed, and says why', async () => {
  const { signal, printed } = await run('setTimeout(() => { for (;;); }, 100);', 2_000);
  expect(signal).toBe('SIGKILL');
  expect(printed).toContain('the event loop has stood still for 2 s');
});

test('a process that is busy and lets its event loop turn is left alone, and may end whenever it wants', async () => {
  const busy =
    'const until = Date.now() + 5_000; const work = () => { const end = Date.now() + 50; while (Date.now() < end); if (Date.now() < until) setImmediate(work); }; work();';
  expect(await run(busy, 2_000)).toEqual({ code: 0, signal: null, printed: '' });
});

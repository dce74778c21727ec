import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProcessCommand } from '@pics/operations';
import { expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { createTestFolder } from '../../../../test/support/folder.ts';
import { startProcess } from '../../../../test/support/processes.ts';
import { startChildProcess } from './child-process.ts';
import { waitUntil } from './wait-until.ts';

const hasEnded = (pid: number) => waitUntil(() => findProcessCommand(pid) === undefined, 10_000);

const shell = (script: string, graceMs = 10_000) =>
  startChildProcess({
    file: '/bin/sh',
    args: ['-c', script],
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs,
  });

test('passes on the exit code and the signals of the command', async () => {
  const ended = shell('exit 7');
  ended.child.stdout?.resume();
  ended.child.stderr?.resume();
  expect(await ended.exited).toBe(7);
  const asked = shell('trap "exit 5" TERM; echo trapped; while :; do sleep 0.01; done');
  asked.child.stderr?.resume();
  await new Promise((resolve) => asked.child.stdout?.once('data', resolve));
  expect(await asked.stop()).toBe(5);
});

test('kills a process that does not end within the grace period', async () => {
  const deaf = shell('trap "" TERM; echo deaf; while :; do sleep 0.01; done', 50);
  deaf.child.stderr?.resume();
  await new Promise((resolve) => deaf.child.stdout?.once('data', resolve));
  expect(await deaf.stop()).toBe(137);
});

/** Writes a program that starts a child process with a temporary folder, prints the pid of the child, and does the rest. */
function writeParent({ graceMs, rest = '' }: { graceMs: number; rest?: string }) {
  const folder = createTestFolder();
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const script = join(folder, 'parent.ts');
  writeFileSync(
    script,
    `import { startChildProcess } from ${JSON.stringify(join(import.meta.dirname, 'child-process.ts'))};
     const { pid } = startChildProcess({ file: 'sleep', args: ['600'], output: 'pipe', stopSignal: 'SIGTERM',
       graceMs: ${graceMs}, removeWhenOrphaned: ${JSON.stringify(temporary)} });
     console.log('child ' + pid);
     ${rest}`,
  );
  return { script, temporary };
}

test('ends a process, and removes its temporary folder, when the parent is killed with SIGKILL', async () => {
  const { script, temporary } = writeParent({ graceMs: 5_000 });
  const parent = startProcess(script, [], {});
  const child = Number((await parent.waitForLine(/^child/)).split(' ')[1]);
  expect(findProcessCommand(child)).toContain('sleep 600');
  await parent.kill();
  expect(await hasEnded(child)).toBe(true);
  expect(await waitUntil(() => !existsSync(temporary), 10_000)).toBe(true);
});

const CONTAINER = ['--pid', '--mount-proc', '--fork', '--kill-child', '/bin/sh', '-c'];
const hasContainers = spawnSync('unshare', [...CONTAINER, 'true']).status === 0;

test.runIf(hasContainers)(
  'does not wait for a process that has ended in a container whose process 1 reaps nothing',
  async () => {
    const kill = "process.kill(process.pid, 'SIGKILL');";
    const { script, temporary } = writeParent({ graceMs: 600_000, rest: kill });
    const container = spawn('unshare', [...CONTAINER, '"$0" "$1"; exec sleep 600', process.execPath, script]);
    closeAtEnd('container', async () => void container.kill('SIGKILL'));
    expect(await waitUntil(() => !existsSync(temporary), 30_000)).toBe(true);
  },
);

test('does not remove the temporary folder as long as the parent runs', async () => {
  const folder = createTestFolder();
  writeFileSync(join(folder, 'kept'), '');
  const options = {
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: 5_000,
    removeWhenOrphaned: folder,
  } as const;
  const child = startChildProcess({ file: 'sleep', args: ['600'], ...options });
  child.child.stdout?.resume();
  child.child.stderr?.resume();
  await child.kill();
  const next = startChildProcess({ file: 'true', args: [], ...options });
  next.child.stdout?.resume();
  next.child.stderr?.resume();
  await next.exited;
  expect(readdirSync(folder)).toEqual(['kept']);
});

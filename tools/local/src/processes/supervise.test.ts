import { afterEach, expect, test, vi } from 'vitest';
import { startChildProcess, type RunningProcess } from './child-process.ts';
import type { Stoppable } from './cleanup-stack.ts';
import { supervise } from './supervise.ts';

let supervised: Stoppable | undefined;
const started: RunningProcess[] = [];
afterEach(async () => {
  await supervised?.stop();
  started.length = 0;
});

const launch = (script: string) => async () => {
  const process = startChildProcess({
    file: '/bin/sh',
    args: ['-c', script],
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: 5_000,
  });
  process.child.stdout?.resume();
  process.child.stderr?.resume();
  started.push(process);
  return process;
};

test('restarts a process that died, and reports its exit code', async () => {
  const exits: [code: number, pauseMs: number][] = [];
  supervised = await supervise({
    start: launch('sleep 60'),
    firstPauseMs: 10,
    onExit: (...exit) => exits.push(exit),
    onGivenUp: expect.unreachable,
  });
  await started[0]?.kill();
  await vi.waitFor(() => expect(started).toHaveLength(2), { timeout: 5_000 });
  expect(exits).toEqual([[137, 10]]);
  await supervised.stop();
  expect(started.map((process) => process.isRunning())).toEqual([false, false]);
});

test('gives up at once when the settings are invalid', async () => {
  const reason = await new Promise<string>((resolve, reject) => {
    void supervise({ start: launch('exit 2'), onExit: reject, onGivenUp: resolve });
  });
  expect(reason).toBe('its settings are invalid');
  expect(started).toHaveLength(1);
});

test('gives up a process that exits again and again, after longer and longer pauses', async () => {
  const pauses: number[] = [];
  const reason = await new Promise<string>((resolve) => {
    void supervise({
      start: launch('exit 7'),
      firstPauseMs: 10,
      onExit: (_, pauseMs) => pauses.push(pauseMs),
      onGivenUp: resolve,
    });
  });
  expect(reason).toBe('it exited 5 times in a row, the last time with code 7');
  expect(pauses).toEqual([10, 20, 40, 80]);
});

test('does not restart a process that was stopped', async () => {
  supervised = await supervise({ start: launch('sleep 60'), onExit: () => {}, onGivenUp: () => {} });
  await supervised.stop();
  expect(started).toHaveLength(1);
  expect(await started[0]?.exited).toBe(143);
});

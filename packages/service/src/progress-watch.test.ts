import { describe, expect, test } from 'vitest';
import { ProgressWatch } from './progress-watch.ts';

const WATCHDOG_MS = 600_000;

/** A watch over a service whose circumstances the test sets, on a clock the test moves. */
function watched() {
  const state = {
    now: 1_000_000,
    hasWork: true,
    progressAt: 1_000_000,
    cause: undefined as string | undefined,
    answer: Promise.resolve(true),
  };
  const source = {
    what: 'poll',
    hasWork: async () => (await state.answer) && state.hasWork,
    lastProgressAt: () => new Date(state.progressAt),
    findOutsideCause: () => state.cause,
  };
  const watch = new ProgressWatch(source, WATCHDOG_MS, () => state.now);
  const pass = async (seconds: number) => {
    state.now += seconds * 1_000;
    await watch.look();
  };
  return { state, watch, pass };
}

describe('ProgressWatch', () => {
  test('finds no fault while there is progress', async () => {
    const { state, watch, pass } = watched();
    for (let turn = 0; turn < 20; turn += 1) {
      await pass(100);
      state.progressAt = state.now;
    }
    expect(watch.findReason()).toBeUndefined();
  });

  test('says after two minutes that nothing gets done, and ends the service after ten', async () => {
    const { watch, pass } = watched();
    await pass(0);
    await pass(119);
    expect(watch.findReason()).toBeUndefined();
    await pass(2);
    expect(watch.findReason()).toBe('no poll for 121 s, and nothing outside explains it');
    await expect(pass(480)).rejects.toThrow('no poll for 601 s');
  });

  test('names the outage and waits it out, however long', async () => {
    const { state, watch, pass } = watched();
    state.cause = 'no session with Steam: RateLimitExceeded';
    for (let turn = 0; turn < 20; turn += 1) await pass(600);
    expect(watch.findReason()).toBe('no session with Steam: RateLimitExceeded');
    state.cause = undefined;
    await pass(100);
    expect(watch.findReason()).toBeUndefined();
  });

  test('takes servers that do not even answer for an outage', { timeout: 10_000 }, async () => {
    const { state, watch, pass } = watched();
    state.answer = new Promise(() => {});
    await pass(10_000);
    expect(watch.findReason()).toBe('Redis or Postgres has not answered for 3 s');
  });

  test('finds no fault in standing still when there is nothing to do', async () => {
    const { state, watch, pass } = watched();
    state.hasWork = false;
    await pass(10_000);
    expect(watch.findReason()).toBeUndefined();
  });

  test('counts from when work came, not from the last progress long before', async () => {
    const { state, watch, pass } = watched();
    state.hasWork = false;
    await pass(10_000);
    state.hasWork = true;
    await pass(10);
    await pass(100);
    expect(watch.findReason()).toBeUndefined();
  });
});

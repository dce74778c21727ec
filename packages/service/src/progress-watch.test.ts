import { describe, expect, test } from 'vitest';
import { ProgressWatch } from './progress-watch.ts';

const WATCHDOG_MS = 600_000;

/** A watch over a source that the test controls, on a clock that the test moves. */
function watched() {
  const state = {
    now: 1_000_000,
    hasWork: true,
    progressAt: 1_000_000,
    outage: undefined as string | undefined,
    response: Promise.resolve(true),
  };
  const source = {
    what: 'poll',
    hasWork: async () => (await state.response) && state.hasWork,
    lastProgressAt: () => new Date(state.progressAt),
    findOutage: () => state.outage,
  };
  const watch = new ProgressWatch(source, WATCHDOG_MS, () => state.now);
  const pass = async (seconds: number) => {
    state.now += seconds * 1_000;
    await watch.check();
  };
  return { state, watch, pass };
}

describe('ProgressWatch', () => {
  test('reports nothing while there is progress', async () => {
    const { state, watch, pass } = watched();
    for (let check = 0; check < 20; check += 1) {
      await pass(100);
      state.progressAt = state.now;
    }
    expect(watch.findReason()).toBeUndefined();
  });

  test('reports a stall after two minutes and ends the service after ten', async () => {
    const { watch, pass } = watched();
    await pass(0);
    await pass(119);
    expect(watch.findReason()).toBeUndefined();
    await pass(2);
    expect(watch.findReason()).toBe('no poll for 121 s, and no outage explains it');
    await expect(pass(480)).rejects.toThrow('no poll for 601 s');
  });

  test('reports an outage and never ends the service because of it', async () => {
    const { state, watch, pass } = watched();
    state.outage = 'no session with Steam: RateLimitExceeded';
    for (let check = 0; check < 20; check += 1) await pass(600);
    expect(watch.findReason()).toBe('no session with Steam: RateLimitExceeded');
    state.outage = undefined;
    await pass(100);
    expect(watch.findReason()).toBeUndefined();
  });

  test('treats servers that do not respond as an outage', { timeout: 10_000 }, async () => {
    const { state, watch, pass } = watched();
    state.response = new Promise(() => {});
    await pass(10_000);
    expect(watch.findReason()).toBe('no response from Redis or Postgres within 3 s');
  });

  test('reports nothing while there is nothing to do', async () => {
    const { state, watch, pass } = watched();
    state.hasWork = false;
    await pass(10_000);
    expect(watch.findReason()).toBeUndefined();
  });

  test('counts a stall from when work arrived, not from the last progress long before', async () => {
    const { state, watch, pass } = watched();
    state.hasWork = false;
    await pass(10_000);
    state.hasWork = true;
    await pass(10);
    await pass(100);
    expect(watch.findReason()).toBeUndefined();
  });
});

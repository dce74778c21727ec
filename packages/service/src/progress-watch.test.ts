import { describe, expect, test } from 'vitest';
import { ProgressWatch } from './progress-watch.ts';

const WATCHDOG_MS = 600_000;

/** A watch over a source that the test controls, on a clock that the test moves. */
function watched() {
  const state = {
    now: 1_000_000,
    hasWork: true,
    progressAt: 1_000_000,
    blocker: undefined as string | undefined,
    outage: undefined as string | undefined,
    response: Promise.resolve(true),
    stalls: [] as string[],
  };
  const source = {
    what: 'poll',
    hasWork: async () => (await state.response) && state.hasWork,
    lastProgressAt: () => new Date(state.progressAt),
    findBlocker: () => state.blocker,
    findOutage: () => state.outage,
    onStall: (description: string) => state.stalls.push(description),
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
      await pass(50);
      state.progressAt = state.now;
    }
    expect(watch.findReason()).toBeUndefined();
  });

  test('reports a stall after one minute and ends the service after ten', async () => {
    const { state, watch, pass } = watched();
    await pass(0);
    await pass(59);
    expect(watch.findReason()).toBeUndefined();
    expect(state.stalls).toEqual([]);
    await pass(2);
    expect(watch.findReason()).toBe('no poll for 61 s, and no outage explains it');
    expect(state.stalls).toEqual(['no poll for 61 s, and no outage explains it']);
    await expect(pass(540)).rejects.toThrow('no poll for 601 s');
  });

  test('reports an outage and never ends the service because of it', async () => {
    const { state, watch, pass } = watched();
    state.outage = 'no session with Steam: RateLimitExceeded';
    for (let check = 0; check < 20; check += 1) await pass(600);
    expect(watch.findReason()).toBe('no session with Steam: RateLimitExceeded');
    expect(state.stalls).toEqual([]);
    state.outage = undefined;
    state.progressAt = state.now;
    await pass(50);
    expect(watch.findReason()).toBeUndefined();
  });

  test('gives the service all of its time again when an outage has ended', async () => {
    const { state, pass } = watched();
    state.outage = 'the database cannot be reached';
    for (let check = 0; check < 3; check += 1) await pass(600);
    state.outage = undefined;
    await pass(599);
    await expect(pass(2)).rejects.toThrow('no poll for 1801 s');
  });

  test('ends a service whose own connections fail while new ones work', async () => {
    const { state, watch, pass } = watched();
    state.blocker = 'the database cannot be reached: timeout';
    await pass(0);
    await pass(300);
    expect(watch.findReason()).toBe('the database cannot be reached: timeout');
    await expect(pass(301)).rejects.toThrow('no poll for 601 s, and no outage explains it');
  });

  test(
    'ends a service whose servers do not respond while new connections work',
    {
      timeout: 30_000,
    },
    async () => {
      const { state, watch, pass } = watched();
      state.response = new Promise(() => {});
      await pass(0);
      await expect(pass(601)).rejects.toThrow('no poll for 601 s');
      expect(watch.findReason()).toBe('no response from Redis or Postgres within 3 s');
    },
  );

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
    await pass(50);
    expect(watch.findReason()).toBeUndefined();
  });
});

import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { registerReadGauges } from './read-gauges.ts';

/** Two gauges over one reading, on a clock that the test moves. */
function registered() {
  const state = {
    now: 0,
    reads: 0,
    read: (): Promise<Record<string, number>> => Promise.resolve({ red: 1 }),
  };
  const registry = new Registry();
  registerReadGauges<Record<string, number>>(
    registry,
    () => {
      state.reads += 1;
      return state.read();
    },
    [
      { name: 'total_apps', help: 'All.', samples: (apps) => [{ value: Object.keys(apps).length }] },
      {
        name: 'color_apps',
        help: 'By color.',
        labelNames: ['color'],
        samples: (apps) => Object.entries(apps).map(([color, value]) => ({ labels: { color }, value })),
      },
    ],
    () => state.now,
  );
  const samples = async () =>
    (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
  return { state, samples, registry };
}

describe('registerReadGauges', () => {
  test('reads once for all gauges and reuses the reading for five seconds', async () => {
    const { state, samples } = registered();
    expect(await samples()).toEqual(['total_apps 1', 'color_apps{color="red"} 1']);
    state.now = 4_999;
    await samples();
    expect(state.reads).toBe(1);
    state.now = 5_000;
    await samples();
    expect(state.reads).toBe(2);
  });

  test('drops the series that a new reading no longer has', async () => {
    const { state, samples } = registered();
    await samples();
    state.now = 5_000;
    state.read = () => Promise.resolve({ blue: 7 });
    expect(await samples()).toEqual(['total_apps 1', 'color_apps{color="blue"} 7']);
  });

  test('leaves the gauges without series, and other metrics intact, when the reading fails', async () => {
    const { state, samples, registry } = registered();
    await samples();
    state.now = 5_000;
    state.read = () => Promise.reject(new Error('the database is unreachable'));
    expect(await samples()).toEqual([]);
    expect(await registry.metrics()).toContain('# TYPE total_apps gauge');
  });
});

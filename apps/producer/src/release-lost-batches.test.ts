import { describe, expect, test } from 'vitest';
import { releaseLostBatches, type ReleaseDependencies } from './release-lost-batches.ts';

/** Releases once, with batches in flight of which some have jobs and some had jobs that failed for good. */
async function release(state: {
  inFlight: string[];
  fetching?: string[];
  writing?: string[];
  dead?: string[];
}) {
  const calls: string[] = [];
  const released: Parameters<ReleaseDependencies['releaseBatches']>[] = [];
  const view = (name: string, live: string[] = [], dead: string[] = []) => ({
    getLiveBatchIds: async () => {
      calls.push(name);
      return new Set(live);
    },
    findDeadJobs: async (batchIds: ReadonlySet<string>) =>
      dead
        .filter((batchId) => batchIds.has(batchId))
        .map((batchId) => ({ batchId, error: `${batchId} broke` })),
  });
  await releaseLostBatches({
    getBatchesInFlight: async () => {
      calls.push('ledger');
      return state.inFlight;
    },
    releaseBatches: async (...call) => {
      released.push(call);
      return call[0].length;
    },
    fetchQueue: view('fetch', state.fetching, state.dead),
    writeQueue: view('write', state.writing),
  });
  return { calls, released };
}

describe('releaseLostBatches', () => {
  test('leaves a batch alone while either queue has a job of it', async () => {
    expect((await release({ inFlight: ['a', 'b'], fetching: ['a'], writing: ['b'] })).released).toEqual([]);
  });

  test('releases a batch that is in no queue, without costing its apps an attempt', async () => {
    expect((await release({ inFlight: ['a', 'b'], fetching: ['a'] })).released).toEqual([
      [['b'], { counts: false }],
    ]);
  });

  test('releases a batch whose job failed for good, counts the attempt and keeps the reason', async () => {
    const { released } = await release({ inFlight: ['a'], dead: ['a'] });
    expect(released).toEqual([[['a'], { counts: true, error: 'a broke' }]]);
  });

  test('reads the ledger, the fetch queue and the write queue in this order, so that no moving batch is missed', async () => {
    expect((await release({ inFlight: ['a'] })).calls).toEqual(['ledger', 'fetch', 'write']);
  });
});

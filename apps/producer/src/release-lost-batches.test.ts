import { describe, expect, test } from 'vitest';
import { releaseLostBatches, type ReleaseDependencies } from './release-lost-batches.ts';

/** One turn over batches in flight of which some have jobs and some had jobs that failed for good. */
async function turn(state: { inFlight: string[]; fetching?: string[]; writing?: string[]; dead?: string[] }) {
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
    releaseBatches: async (...release) => {
      released.push(release);
      return release[0].length;
    },
    fetchQueue: view('fetch', state.fetching, state.dead),
    writeQueue: view('write', state.writing),
  });
  return { calls, released };
}

describe('releaseLostBatches', () => {
  test('leaves a batch alone as long as either queue has a job of it', async () => {
    expect((await turn({ inFlight: ['a', 'b'], fetching: ['a'], writing: ['b'] })).released).toEqual([]);
  });

  test('takes back a batch that no queue knows, without costing its apps an attempt', async () => {
    expect((await turn({ inFlight: ['a', 'b'], fetching: ['a'] })).released).toEqual([
      [['b'], { counts: false }],
    ]);
  });

  test('takes back a batch whose job failed for good, counting the attempt and keeping the reason', async () => {
    const { released } = await turn({ inFlight: ['a'], dead: ['a'] });
    expect(released).toEqual([[['a'], { counts: true, error: 'a broke' }]]);
  });

  test('reads ledger, fetch queue and write queue in the order work moves, so that nothing slips through between', async () => {
    expect((await turn({ inFlight: ['a'] })).calls).toEqual(['ledger', 'fetch', 'write']);
  });
});

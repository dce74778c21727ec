import { expect, test } from 'vitest';
import { findDifferences } from './faults/find-differences.ts';
import { startPipeline } from './support/pipeline.ts';
import { startService, type TestService } from './support/processes.ts';
import { startTestSimulator } from './support/simulator.ts';

/** Low enough that the backlog outlasts the scaling on a busy machine. */
const RATE_PER_SECOND = 8;
const SETTLE_MS = 180_000;

test(
  'a fleet that is scaled from one fetcher to six and back to one under load keeps to one request budget, loses nothing and fetches nothing twice for it',
  { timeout: 400_000 },
  async () => {
    const simulator = await startTestSimulator({ apps: 6_000, seed: 15 });
    const pipeline = await startPipeline(simulator, {
      env: { FETCH_RATE_PER_SECOND: String(RATE_PER_SECOND), FETCH_BATCH_SIZE: '20' },
    });
    const isWorking = (fetcher: TestService) => fetcher.waitForLine(/"job done"/);
    await Promise.all(pipeline.services.fetchers.map(isWorking));

    const more = await Promise.all(Array.from({ length: 5 }, () => startService('fetcher', pipeline.env)));
    simulator.release(200);
    await Promise.all(more.map(isWorking));
    const sixAt = simulator.requests(['product-info']).length;

    simulator.release(200);
    expect(await Promise.all(more.map((fetcher) => fetcher.stop()))).toEqual([0, 0, 0, 0, 0]);
    // Otherwise nothing was scaled under load.
    expect(simulator.apps().length).toBeGreaterThan(sixAt * 20);

    simulator.release(200);
    await pipeline.caughtUp(SETTLE_MS);

    expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
    const ledger = pipeline.database.selectFrom('picsAppLedger').select('id');
    expect(
      await ledger.where((eb) => eb.or([eb('attempts', '>', 0), eb('failedAt', 'is not', null)])).execute(),
    ).toEqual([]);

    const times = simulator.requests(['product-info', 'metadata', 'access-token']).map(({ atMs }) => atMs);
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
    // The last may come late by as long as a busy machine delays it, and the first as well.
    expect(times.length - 1).toBeLessThanOrEqual(RATE_PER_SECOND * seconds * 1.05);
    const jobs = [...pipeline.services.fetchers, ...more].flatMap(({ lines }) =>
      lines.filter((line) => line.includes('"job done"')),
    );
    expect(jobs.length).toBe(times.length);
    expect(await pipeline.stop()).toEqual([0, 0, 0]);
  },
);

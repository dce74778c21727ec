import { Client } from 'pg';
import type { Simulator } from '@pics/simulator';
import { beforeAll, describe, expect, test } from 'vitest';
import { findScan } from '@pics/database';
import { waitUntil } from '@pics/local';
import { findDifferences } from './faults/find-differences.ts';
import { createTestDatabase } from './support/database.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { startService } from './support/processes.ts';
import { startTestSimulator } from './support/simulator.ts';

const SETTLE_MS = 60_000;

/** Resolves when the newest scan has this reason, is finished, and came after the given one. */
async function scanFinished(
  { database }: Pipeline,
  reason: 'gap' | 'sweep',
  { timeoutMs = SETTLE_MS, after = 0 }: { timeoutMs?: number; after?: number | undefined } = {},
): Promise<void> {
  const isDone = async () => {
    const scan = await database
      .selectFrom('picsScans')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return scan?.reason === reason && scan.finishedAt !== null && scan.id > after;
  };
  expect(await waitUntil(isDone, timeoutMs)).toBe(true);
}

describe('a gap', { timeout: 180_000 }, () => {
  test('is reconciled over 280,000 unchanged apps with at most 57 requests, and only changed apps are fetched', async () => {
    const simulator = await startTestSimulator({ apps: 280_000, seed: 5 });
    const { url } = await createTestDatabase();
    const known = simulator.apps();
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(
      `insert into pics_app_ledger (id, wanted_change_number, settled_change_number, stored_change_number)
       select appid, change_number, change_number, change_number from unnest($1::int[], $2::bigint[]) as known (appid, change_number)`,
      [known.map(({ appid }) => appid), known.map(({ changeNumber }) => changeNumber)],
    );
    await client.query("insert into apps (appid, pics_access) select id, 'public' from pics_app_ledger");
    await client.query('update pics_state set last_change_number = $1', [simulator.currentChangeNumber]);
    await client.query(
      "insert into pics_scans (reason, known_only, finished_at) values ('discovery', false, now())",
    );
    // As autovacuum did long before in a database of that size; otherwise each step reads all of it.
    await client.query('analyze');
    await client.end();

    simulator.arm({ kind: 'force-full', next: 1, apps: true, packages: true });
    const missed = simulator.release(30).length;
    const pipeline = await startPipeline(simulator, { databaseUrl: url });
    await pipeline.services.producer.waitForLine(/gap in the change feed/);
    // The simulator generates 280,000 bodies for their SHA-1, which takes longer than everything else.
    await scanFinished(pipeline, 'gap', { timeoutMs: 120_000 });
    await pipeline.settled(SETTLE_MS);

    const requests = simulator.requests(['metadata']).length;
    expect(requests).toBeLessThanOrEqual(57);
    const fetched = simulator.requests(['product-info']).reduce((sum, { ids }) => sum + ids, 0);
    expect(fetched).toBe(missed);
    const scan = await pipeline.database
      .selectFrom('picsScans')
      .selectAll()
      .where('reason', '=', 'gap')
      .executeTakeFirstOrThrow();
    expect(scan).toMatchObject({ requests, marked: missed });
  });

  describe('of a settled pipeline', () => {
    let simulator: Simulator;
    let pipeline: Pipeline;

    beforeAll(async () => {
      simulator = await startTestSimulator({ apps: 500, seed: 6 });
      pipeline = await startPipeline(simulator);
      await pipeline.settled(SETTLE_MS);
    });

    // The first of the three, which log that packages were left out as well.
    test('is of packages alone: it loses no change, and starts no scan of apps', async () => {
      const { database, services } = pipeline;
      const before = simulator.requests(['metadata']).length;
      simulator.arm({ kind: 'force-full', next: 1, apps: false, packages: true });
      simulator.release(40);
      await services.producer.waitForLine(/Steam left out packages/);
      await pipeline.settled(SETTLE_MS);
      expect(await findDifferences({ database, simulator })).toEqual([]);
      expect(await findScan(database, 'gap')).toBeUndefined();
      expect(simulator.requests(['metadata']).length).toBe(before);
    });

    test.for([
      ['all three flags', { apps: true, packages: true, everything: true }],
      ['only the flag for apps', { apps: true, packages: false }],
    ] as const)('loses no change when Steam sets %s', async ([, flags]) => {
      const before = await findScan(pipeline.database, 'gap');
      simulator.arm({ kind: 'force-full', next: 1, ...flags });
      simulator.release(40);
      await scanFinished(pipeline, 'gap', { after: before?.id });
      await pipeline.settled(SETTLE_MS);
      expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
    });
  });

  test('resumes where it was when producer and fetcher are killed', async () => {
    const simulator = await startTestSimulator({ apps: 2_000, seed: 8 });
    const pipeline = await startPipeline(simulator, {
      env: { SCAN_BATCH_SIZE: '100', FETCH_RATE_PER_SECOND: '20' },
    });
    await pipeline.settled(SETTLE_MS * 2);
    const before = simulator.requests(['metadata']).length;
    simulator.arm({ kind: 'force-full', next: 1 });
    simulator.release(40);
    expect(await waitUntil(() => simulator.requests(['metadata']).length >= before + 5, SETTLE_MS)).toBe(
      true,
    );
    await pipeline.services.producer.kill();
    await pipeline.services.fetchers[0]?.kill();
    await startService('producer', pipeline.env);
    await startService('fetcher', pipeline.env);
    await scanFinished(pipeline, 'gap');
    await pipeline.settled(SETTLE_MS);
    expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
    // 2,000 ids in requests of 100, and the ids above them; requests in flight at the kill may be repeated.
    expect(simulator.requests(['metadata']).length - before).toBeLessThan(2_000 / 100 + 1_000 / 100 + 8);
  });
});

describe('a discovery after a gap', { timeout: 120_000 }, () => {
  test('finds an app that was released during the gap with an id between known ids', async () => {
    const simulator = await startTestSimulator({ apps: 500, seed: 10 });
    const pipeline = await startPipeline(simulator, { env: { SWEEP_INTERVAL_MS: '2000' } });
    await pipeline.settled(SETTLE_MS);
    const known = new Set(simulator.apps().map(({ appid }) => appid));
    const [first = 0] = known;
    let appid = first + 1;
    while (known.has(appid)) appid += 1;
    simulator.arm({ kind: 'force-full', next: 1 });
    const text = Buffer.from(`"appinfo"\n{\n\t"appid"\t\t"${appid}"\n}\n`);
    simulator.editApp(appid, { text, missingToken: false, onlyPublic: false });
    const isStored = async () => {
      const { database } = pipeline;
      return Boolean(
        await database.selectFrom('apps').select('appid').where('appid', '=', appid).executeTakeFirst(),
      );
    };
    expect(await waitUntil(isStored, SETTLE_MS)).toBe(true);
  });
});

describe('a sweep', { timeout: 120_000 }, () => {
  test('fetches no app whose number moved without its body, and counts what that saves', async () => {
    const simulator = await startTestSimulator({ apps: 500, seed: 11 });
    const pipeline = await startPipeline(simulator, { env: { SWEEP_INTERVAL_MS: '5000' } });
    await pipeline.settled(SETTLE_MS);
    const [{ appid } = { appid: 0 }] = simulator.apps();
    const edit = {
      text: Buffer.from(`"appinfo"\n{\n\t"appid"\t\t"${appid}"\n}\n`),
      missingToken: false,
      onlyPublic: false,
    };
    const { changeNumber } = simulator.editApp(appid, edit);
    const isStoredUpTo = async (wanted: number) => {
      const row = await pipeline.database
        .selectFrom('picsAppLedger')
        .select('storedChangeNumber')
        .where('id', '=', appid)
        .executeTakeFirst();
      return row?.storedChangeNumber === wanted;
    };
    expect(await waitUntil(() => isStoredUpTo(changeNumber), SETTLE_MS)).toBe(true);
    await pipeline.settled(SETTLE_MS);
    const fetched = simulator.requests(['product-info']).length;

    simulator.arm({ kind: 'silent-gap', next: 1 });
    const moved = simulator.editApp(appid, edit);
    await pipeline.services.producer.waitForLine(/"reason":"sweep".*"unchanged":1.*"scan finished"/);
    expect(await isStoredUpTo(moved.changeNumber)).toBe(true);
    expect(simulator.requests(['product-info']).length).toBe(fetched);
    expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
  });

  test('finds changes that the feed never announced, and logs how many', async () => {
    const simulator = await startTestSimulator({ apps: 500, seed: 9 });
    const pipeline = await startPipeline(simulator, { env: { SWEEP_INTERVAL_MS: '5000' } });
    await pipeline.settled(SETTLE_MS);
    simulator.arm({ kind: 'silent-gap', next: 1 });
    simulator.release(20);
    const swept = /"reason":"sweep".*"marked":[1-9].*"scan finished"/;
    await pipeline.services.producer.waitForLine(swept);
    await pipeline.settled(SETTLE_MS);
    expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
  });
});

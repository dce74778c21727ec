import {
  claimBatch,
  claimScanRequest,
  connectDatabase,
  findCursor,
  getBatchesInFlight,
  getFleetSettings,
  recordPoll,
  startCursor,
  type Database,
} from '@pics/database';
import { sql } from 'kysely';
import { startPostgres } from './pipeline/postgres.ts';
import { atMost, type Benchmark, type Result } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';

/** Ten times what Steam has: ids reach about 4.1 million, most of them unused. */
const APPS = 3_000_000;

/** The position in the change feed when the measurement starts. */
const CURSOR = 40_000_000;

/** Iterations per repetition. */
const ITERATIONS = 40;

/** Changed apps per poll: about as many as Steam has in a quarter of an hour. */
const CHANGES = 300;

/** Batches in flight: a full fetch queue and a busy fleet. */
const IN_FLIGHT = 40;

const GOAL_MS = 50;

const LEDGERS = {
  settled: sql`
    insert into pics_app_ledger (id, stored_change_number, wanted_change_number, settled_change_number)
    select id, id, id, id from generate_series(1, ${sql.lit(APPS)}) as id`,
  pending: sql`
    insert into pics_app_ledger (id, wanted_change_number)
    select id, (id * 7919::bigint) % ${sql.lit(CURSOR)} from generate_series(1, ${sql.lit(APPS)}) as id`,
};

/** What the producer does with the ledger in every iteration, on a ledger ten times the size of Steam's catalogue. */
export const ledgerIterations: Benchmark = {
  name: 'ledger-iterations',
  measures: `a dispatcher iteration and a poll with ${APPS.toLocaleString('en-US')} apps in the ledger`,
  run: async ({ repetitions, log }) => {
    const postgres = await startPostgres();
    const results: Result[] = [];
    for (const [state, filling] of Object.entries(LEDGERS)) {
      const { url, drop } = await postgres.createDatabase();
      const database = connectDatabase(url, {
        applicationName: 'bench',
        maxConnections: 1,
        statementTimeoutMs: 0,
      });
      log(`filling the ledger: ${state}`);
      await filling.execute(database);
      await sql`vacuum analyze pics_app_ledger`.execute(database);
      await startCursor(database, CURSOR);
      results.push(...(await measureIterations(database, state, ITERATIONS * repetitions)));
      await database.destroy();
      await drop();
    }
    return results;
  },
};

async function measureIterations(database: Database, state: string, iterations: number): Promise<Result[]> {
  const dispatches: number[] = [];
  const polls: number[] = [];
  await dispatch(database);
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    polls.push(await milliseconds(() => poll(database)));
    dispatches.push(await milliseconds(() => dispatch(database)));
    await settleOldest(database);
  }
  const summarize = (what: string, runs: number[], note: string): Result => {
    const project = figureOf(runs);
    const highest = { text: `highest ≤ ${GOAL_MS} ms`, met: project.high <= GOAL_MS };
    return {
      what: `${what}, ledger of ${APPS.toLocaleString('en-US')} apps, ${state}`,
      unit: 'ms',
      project,
      goals: [atMost(GOAL_MS, 'ms', project), highest],
      note,
    };
  };
  return [
    summarize(
      'dispatcher iteration',
      dispatches,
      `${iterations} iterations, each: fleet settings, batches in flight (${IN_FLIGHT}), the next batch of 200 apps, the next scan request`,
    ),
    summarize('poll', polls, `${iterations} polls of ${CHANGES} changed apps each, recorded with the cursor`),
  ];
}

async function dispatch(database: Database): Promise<void> {
  await getBatchesInFlight(database);
  await getFleetSettings(database);
  await claimBatch(database, { size: 200 });
  await claimScanRequest(database, { size: 5_000 });
}

async function poll(database: Database): Promise<void> {
  const since = (await findCursor(database)) ?? CURSOR;
  const current = since + CHANGES;
  // The stride is coprime with the number of apps, so it spreads over the ledger without repeating an app.
  const apps = Array.from({ length: CHANGES }, (_, index) => ({
    id: 1 + (((since + index) * 15_013) % APPS),
    changeNumber: since + index + 1,
    needsToken: false,
  }));
  await recordPoll(database, { since, current, apps, packages: [] });
}

/** Settles the oldest batches, as the writer would, to keep the number in flight constant; not measured. */
async function settleOldest(database: Database): Promise<void> {
  await sql`
    with oldest as (
      select batch_id from pics_app_ledger where batch_id is not null
      group by batch_id order by min(dispatched_at) desc offset ${sql.lit(IN_FLIGHT)}
    )
    update pics_app_ledger set batch_id = null, settled_change_number = wanted_change_number
    where batch_id in (select batch_id from oldest)
  `.execute(database);
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

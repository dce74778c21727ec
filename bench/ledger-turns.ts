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
import { startDatabases } from './contenders/databases.ts';
import { atMost, type Benchmark, type Line } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';

/** Ten times what Steam has: ids reach about 4.1 million, most of them unused. */
const APPS = 3_000_000;

/** Where the change feed stands when measuring begins; all that is in the ledger by then was asked for before. */
const CURSOR = 40_000_000;

/** Turns in one repetition. */
const TURNS = 40;

/** How many apps change from one poll to the next: some hours' worth of 2026, so that the poll has something to do. */
const CHANGES = 300;

/** Batches in flight at a time, as a full fetch queue and a fleet at work make it. */
const IN_FLIGHT = 40;

const GOAL_MS = 50;

const LEDGERS = {
  settled: sql`
    insert into sync_status (appid, last_pics_sync, pics_change_number, wanted_change_number, settled_change_number)
    select appid, now(), appid, appid, appid from generate_series(1, ${sql.lit(APPS)}) as appid`,
  pending: sql`
    insert into sync_status (appid, wanted_change_number)
    select appid, (appid * 7919::bigint) % ${sql.lit(CURSOR)} from generate_series(1, ${sql.lit(APPS)}) as appid`,
};

/** What the producer does with the ledger in every turn, on a ledger ten times the size of Steam's catalogue. */
export const ledgerTurns: Benchmark = {
  name: 'ledger-turns',
  measures: `a turn of the dispatcher and a poll, ${APPS.toLocaleString('en-US')} apps in the ledger`,
  run: async ({ repetitions, tell }) => {
    const databases = await startDatabases();
    const lines: Line[] = [];
    for (const [state, filling] of Object.entries(LEDGERS)) {
      await databases.copy(databases.empty, state);
      const database = connectDatabase(databases.urlOf(state), {
        applicationName: 'bench',
        maxConnections: 1,
        statementTimeoutMs: 0,
      });
      tell(`filling a ledger, ${state}`);
      await filling.execute(database);
      await sql`vacuum analyze sync_status`.execute(database);
      await startCursor(database, CURSOR);
      lines.push(...(await measureTurns(database, state, TURNS * repetitions)));
      await database.destroy();
    }
    return lines;
  },
};

async function measureTurns(database: Database, state: string, turns: number): Promise<Line[]> {
  const dispatching: number[] = [];
  const polling: number[] = [];
  await dispatch(database);
  for (let turn = 0; turn < turns; turn += 1) {
    polling.push(await milliseconds(() => poll(database)));
    dispatching.push(await milliseconds(() => dispatch(database)));
    await settleOldest(database);
  }
  const line = (what: string, runs: number[], note: string): Line => {
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
    line(
      'turn of the dispatcher',
      dispatching,
      `${turns} turns: how the fleet is steered, which batches are in flight (${IN_FLIGHT}), the next batch of 200, the next request of a scan`,
    ),
    line('poll', polling, `${turns} polls of ${CHANGES} changed apps each, recorded with the cursor`),
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
  // Strides that share no factor with the number of apps: all over the ledger, and no app twice.
  const apps = Array.from({ length: CHANGES }, (_, index) => ({
    id: 1 + (((since + index) * 15_013) % APPS),
    changeNumber: since + index + 1,
    needsToken: false,
  }));
  await recordPoll(database, { since, current, apps, packages: [] });
}

/** Settles what is in flight beyond what a fleet would have, as the writer does; outside of what is measured. */
async function settleOldest(database: Database): Promise<void> {
  await sql`
    with oldest as (
      select batch_id from sync_status where batch_id is not null
      group by batch_id order by min(dispatched_at) desc offset ${sql.lit(IN_FLIGHT)}
    )
    update sync_status set batch_id = null, settled_change_number = wanted_change_number
    where batch_id in (select batch_id from oldest)
  `.execute(database);
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

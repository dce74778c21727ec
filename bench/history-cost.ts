import { diffRecords, extractStoredText } from '@pics/appinfo';
import type { AppBody, FetchedApps } from '@pics/core';
import { connectDatabase, writeBatch, type WriteOptions } from '@pics/database';
import { sql } from 'kysely';
import { fetchedApps, storeApps } from '../packages/database/src/testing/store-apps.ts';
import { readAppEntries } from './input/app-records.ts';
import { cutBatches } from './input/batches.ts';
import type { Benchmark } from './measure/benchmark.ts';
import { figureOf, interleave, percentile } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';

const LARGEST_SHARE = 1.05;
const LONGEST_MORE_MS = 1;

const BATCH_APPS = 200;
/** Apps that change within one poll. */
const LIVE_APPS = 2;
const LIVE_WRITES = 100;

/** With events, older texts and branches, and without them. */
const WITH: WriteOptions = {
  documents: 'versions',
  history: { diffRecords, toRecord: extractStoredText },
};
const WITHOUT: WriteOptions = { documents: 'latest' };

/** What history adds to the cost of a write. */
export const historyCost: Benchmark = {
  name: 'history-cost',
  measures: 'records → Postgres with and without history: unchanged apps, and live changes',
  run: async ({ repetitions, log }) => {
    const postgres = await startPostgres();
    const { url } = await postgres.createDatabase();
    const database = connectDatabase(url, { applicationName: 'bench', maxConnections: 1 });
    const { origin, entries } = await readAppEntries();
    const apps = [...new Map(entries.map((entry) => [entry.appid, entry])).values()];
    await storeApps(database, apps, WITH);
    await sql`vacuum analyze`.execute(database); // As autovacuum would within minutes.
    let changeNumber = Math.max(...apps.map((app) => app.changeNumber));

    const unchanged = async (options: WriteOptions) => {
      changeNumber += 1;
      const jobs = cutBatches(apps, BATCH_APPS).map((batch) => fetchedAt(changeNumber, batch));
      const startedAt = performance.now();
      for (const job of jobs) await writeBatch(database, job, options);
      return ((performance.now() - startedAt) * 1_000) / apps.length;
    };
    const live = async (options: WriteOptions) => {
      const times: number[] = [];
      for (const [index, batch] of cutBatches(apps, LIVE_APPS).slice(0, LIVE_WRITES).entries()) {
        changeNumber += 1;
        const job = fetchedAt(
          changeNumber,
          batch.map((app) => renamed(app, `${index} ${changeNumber}`)),
        );
        const startedAt = performance.now();
        await writeBatch(database, job, options);
        times.push(performance.now() - startedAt);
      }
      return percentile(times, 0.5);
    };
    const runs = await interleave(
      {
        unchangedWithout: () => unchanged(WITHOUT),
        unchangedWith: () => unchanged(WITH),
        liveWithout: () => live(WITHOUT),
        liveWith: () => live(WITH),
      },
      { repetitions, log },
    );
    await database.destroy();
    const more = figureOf(runs.liveWith.runs.map((ms, index) => ms - (runs.liveWithout.runs[index] ?? 0)));
    return [
      {
        what: 'records → Postgres, unchanged apps, with history',
        unit: 'µs/app',
        project: runs.unchangedWith,
        limit: { name: 'without', ...runs.unchangedWithout },
        goals: [
          {
            text: `≤ ${LARGEST_SHARE} × without`,
            met: runs.unchangedWith.median <= LARGEST_SHARE * runs.unchangedWithout.median,
          },
        ],
        note: `${apps.length} apps of ${origin}`,
      },
      {
        what: `a live change of ${LIVE_APPS} apps, with history`,
        unit: 'ms',
        project: runs.liveWith,
        limit: { name: 'without', ...runs.liveWithout },
        goals: [
          { text: `≤ ${LONGEST_MORE_MS} ms an app more`, met: more.median / LIVE_APPS <= LONGEST_MORE_MS },
        ],
      },
    ];
  },
};

/** These apps as of this change number. */
function fetchedAt(changeNumber: number, apps: readonly AppBody[]): FetchedApps {
  return fetchedApps(apps.map((app) => ({ ...app, changeNumber })));
}

/** The same text with another name. */
function renamed(app: AppBody, name: string): AppBody {
  const text = Buffer.from(app.body).toString('latin1');
  const changed = text.replace(/^(\t\t"name"\t\t)".*"/m, `$1"${name}"`);
  return { ...app, body: Buffer.from(changed, 'latin1') };
}

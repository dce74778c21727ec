import { extractApp } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import { connectDatabase, extractStored } from '@pics/database';
import { sql } from 'kysely';
import { storeApps } from '../packages/database/src/testing/store-apps.ts';
import { readAppEntries } from './input/app-records.ts';
import { cutBatches } from './input/batches.ts';
import { atMost, type Benchmark } from './measure/benchmark.ts';
import { interleave } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';

/** The catalogue of July 2026. */
const CATALOGUE = 282_630;
const APPS = 30_000;
const LONGEST_SECONDS = 150;

const STATEMENT_TIMEOUT_MS = 600_000;

/** Fills a column of every app from the stored documents, as after a migration, and finds nothing to do. */
export const extract: Benchmark = {
  name: 'extract',
  measures: `stored documents → rows, without Steam, in seconds for ${CATALOGUE.toLocaleString('en-US')} apps`,
  run: async ({ repetitions, long, log }) => {
    const apps = long ? CATALOGUE : APPS;
    const postgres = await startPostgres();
    const { url } = await postgres.createDatabase();
    const options = {
      applicationName: 'bench',
      maxConnections: 2,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    };
    const database = connectDatabase(url, options);
    const { origin, entries } = await readAppEntries();
    const newest = [...new Map(entries.map((entry) => [entry.appid, entry])).values()];
    log(`storing ${apps} apps`);
    for (const batch of cutBatches(
      Array.from({ length: apps }, (_, index) => index),
      200,
    )) {
      await storeApps(
        database,
        batch.map((index) => copyAs(index + 1, newest[index % newest.length])),
      );
    }
    // As autovacuum would within minutes.
    const vacuum = () => sql`vacuum analyze`.execute(database);
    const extractAll = async () => {
      await vacuum();
      const startedAt = performance.now();
      const { done, failed } = await extractStored(database, { all: true }, { extractApp });
      const seconds = (performance.now() - startedAt) / 1_000;
      if (done !== apps || failed.length > 0) throw new Error(`${done} apps done, ${failed.length} failed`);
      return (seconds * CATALOGUE) / apps;
    };
    const { filled, unchanged } = await interleave(
      {
        filled: async () => {
          await sql`update apps set pics_review_percentage = null, platforms = 'none'`.execute(database);
          return extractAll();
        },
        unchanged: extractAll,
      },
      { repetitions, log },
    );
    await database.destroy();
    const note = `${apps} apps: copies of the newest of ${origin}${long ? '' : `; scaled to ${CATALOGUE}`}`;
    return [
      {
        what: 'documents → rows, two columns of every app differ',
        unit: 's',
        project: filled,
        goals: [atMost(LONGEST_SECONDS, 's', filled)],
        note,
      },
      { what: 'documents → rows, nothing differs', unit: 's', project: unchanged, goals: [] },
    ];
  },
};

/** The same text for another app. */
function copyAs(appid: number, entry: AppBody | undefined): AppBody {
  if (!entry) throw new Error('there are no apps');
  const body = Buffer.from(entry.body).toString('latin1');
  const changed = body.replace(/^(\t"appid"\t\t)"\d+"/m, `$1"${appid}"`);
  return { ...entry, appid, body: Buffer.from(changed, 'latin1') };
}

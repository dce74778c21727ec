import { createHash } from 'node:crypto';
import { encodeDocument, startCursor, type Database } from '@pics/database';
import type { Simulator } from '@pics/simulator';
import { sql } from 'kysely';
import { runCli } from '../test/support/run-cli.ts';
import { environmentOf, startTestSimulator } from '../test/support/simulator.ts';
import { atMost, type Benchmark } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';
import { startPipeline, wantOnly } from './pipeline/pipeline.ts';
import { startPostgres } from './pipeline/postgres.ts';

const RATE_PER_SECOND = 2;
const REQUEST_SIZE = 5_000;

/** The size of Steam's catalogue, and a smaller one that takes only seconds. */
const APPS = { long: 282_630, short: 30_000 };

/** What the goal allows beyond the requests themselves: the start of the command, the last response, and its records. */
const BEYOND_REQUESTS_S = 3.5;

/** How long `pics verify` takes under the request budget, and whether it finds one flipped byte among all documents. */
export const verify: Benchmark = {
  name: 'verify',
  measures: `pics verify of 30,000 documents (--long: 282,630) at ${RATE_PER_SECOND} requests a second, and one flipped byte`,
  run: async ({ repetitions, long, log }) => {
    const count = long ? APPS.long : APPS.short;
    // Some of the generated apps are not available, so a few more are generated.
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startTestSimulator({ apps: Math.ceil(count * 1.05), seed: 16 }),
    ]);
    const pipeline = await startPipeline({ env: environmentOf(simulator) }, postgres, {
      env: { FETCH_RATE_PER_SECOND: String(RATE_PER_SECOND) },
      prepare: async (database) => {
        await wantOnly(database, []);
        await startCursor(database, simulator.currentChangeNumber);
        const appids = simulator.apps().map(({ appid }) => appid);
        log(`storing the documents of ${count} apps`);
        await storeDocuments(database, simulator, appids, count);
      },
    });
    const [producer] = pipeline.services;
    if (!producer) throw new Error('there is no producer');
    await pipeline.start();
    const requests = Math.ceil(count / REQUEST_SIZE);
    const seconds: number[] = [];
    // In the first run the simulator generates every body for its SHA-1, which Steam has at hand.
    for (let run = 0; run <= repetitions; run += 1) {
      const { seconds: elapsed, found } = await runVerify(pipeline.env);
      log(
        `run ${run}: ${elapsed.toFixed(2)} s, ${found.verified} of ${found.documents} verified, ${found.requests} requests`,
      );
      if (found.verified !== found.documents || found.differing + found.damaged > 0) {
        throw new Error(`a false alarm: ${JSON.stringify(found)}`);
      }
      if (run > 0) seconds.push(elapsed);
    }
    const flipped = await flipByte(pipeline.database);
    const { found } = await runVerify(pipeline.env);
    const alarms = found.differences.map(({ appid }) => appid);
    await pipeline.stop();
    const wall = figureOf(seconds);
    return [
      {
        what: `pics verify of ${count} apps at ${RATE_PER_SECOND} requests/s`,
        unit: 's',
        project: wall,
        limit: { name: 'requests × 0.5 s', ...figureOf([requests / RATE_PER_SECOND]) },
        goals: [atMost(Math.round((requests / RATE_PER_SECOND + BEYOND_REQUESTS_S) * 10) / 10, 's', wall)],
        note: 'from the start of the command to its end; every document is read, decompressed and hashed meanwhile',
      },
      {
        what: 'documents reported after one byte of one was flipped',
        unit: 'documents',
        project: figureOf([alarms.length]),
        goals: [{ text: 'exactly the flipped one', met: alarms.length === 1 && alarms[0] === flipped }],
      },
    ];
  },
};

interface Found {
  documents: number;
  verified: number;
  differing: number;
  damaged: number;
  requests: number;
  differences: { appid: number }[];
}

async function runVerify(env: Record<string, string>): Promise<{ seconds: number; found: Found }> {
  const startedAt = performance.now();
  const { stdout, stderr } = await runCli(['verify', '--json'], env);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (stdout === '') throw new Error(stderr);
  return { seconds, found: JSON.parse(stdout) as Found };
}

/** Stores the text of apps as if each had been fetched: its document, its row, and the ledger. */
async function storeDocuments(
  database: Database,
  simulator: Simulator,
  appids: readonly number[],
  count: number,
): Promise<void> {
  let stored = 0;
  for (let start = 0; stored < count && start < appids.length; start += REQUEST_SIZE) {
    const found = appids
      .slice(start, start + REQUEST_SIZE)
      .flatMap((appid) => simulator.findApp(appid) ?? [])
      .filter(({ text }) => text.length > 0)
      .slice(0, count - stored);
    stored += found.length;
    await sql`
      with stored as (
        insert into app_documents (appid, part, change_number, sha1, size, body)
        select * from unnest(
          ${found.map(({ appid }) => appid)}::integer[],
          ${found.map(({ missingToken }) => (missingToken ? 'public' : 'full'))}::text[],
          ${found.map(({ changeNumber }) => changeNumber)}::bigint[],
          ${found.map(({ text }) => createHash('sha1').update(text).digest())}::bytea[],
          ${found.map(({ text }) => text.length + 1)}::integer[],
          ${found.map(({ text }) => encodeDocument(text))}::bytea[]
        )
        returning appid, part, change_number, sha1
      ),
      shown as (
        insert into apps (appid, pics_access)
        select appid, case part when 'full' then 'public' else 'restricted' end from stored
      )
      insert into pics_app_ledger (id, wanted_change_number, settled_change_number, stored_change_number, stored_sha1)
      select appid, change_number, change_number, change_number, case part when 'full' then sha1 end from stored
    `.execute(database);
  }
  await sql`vacuum analyze`.execute(database);
}

/** Flips one bit of the document in the middle, and returns its app. */
async function flipByte(database: Database): Promise<number> {
  const { rows } = await sql<{ appid: number }>`
    update app_documents set body = set_byte(body, length(body) / 2, get_byte(body, length(body) / 2) # 1)
    where appid = (select percentile_disc(0.5) within group (order by appid) from app_documents)
    returning appid
  `.execute(database);
  return rows[0]?.appid ?? 0;
}

import { readFileSync } from 'node:fs';
import { connectDatabase } from '@pics/database';
import { sql } from 'kysely';
import { Client } from 'pg';
import { readAppRecords } from './input/app-records.ts';
import { atMost, type Benchmark, type Result } from './measure/benchmark.ts';
import { wallMs } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';
import { openProject } from './records-to-postgres.ts';

/** As many as Steam has. */
const APPS = 283_000;

const GOAL_MS = 50;

/** The queries that README and docs/schema.md show, on a full catalogue. */
export const queries: Benchmark = {
  name: 'queries',
  measures: `the queries of README and docs/schema.md on ${APPS.toLocaleString('en-US')} apps`,
  run: async ({ repetitions, long, log }) => {
    const { url } = await (await startPostgres()).createDatabase();
    const { records } = await readAppRecords(long ? APPS : APPS / 10);
    log(`storing ${records.length} apps`);
    const writer = await openProject(url, records);
    await writer.run();
    await writer.close();
    const database = connectDatabase(url, { applicationName: 'bench', maxConnections: 1 });
    // Tag names come from a separate request and are not part of records.
    await sql`update steam_tags set name = case tag_id
      when 1716 then 'Roguelike' when 32322 then 'Deckbuilding' else 'Tag ' || tag_id end`.execute(database);
    await sql`vacuum analyze`.execute(database);
    await database.destroy();

    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('set role pics_reader');
    const results: Result[] = [];
    for (const query of readQueries()) {
      const project = await wallMs(() => client.query(query), repetitions);
      const what = `${query.replaceAll(/\s+/g, ' ').slice(0, 60)}…, ${records.length} apps`;
      results.push({ what, unit: 'ms', project, goals: [atMost(GOAL_MS, 'ms', project)] });
    }
    await client.end();
    return results;
  },
};

function readQueries(): string[] {
  const pages = ['README.md', 'docs/schema.md'].map((page) =>
    readFileSync(new URL(`../${page}`, import.meta.url), 'utf8'),
  );
  const blocks = [...pages.join('\n').matchAll(/```sql\n(.*?)```/gs)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.split(';')).flatMap((query) => query.trim() || []);
}

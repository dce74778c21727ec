import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { closeAtEndOfFile } from '../../../test/support/cleanup.ts';
import { connectDatabase, type Database } from './connect-database.ts';
import { fullRecord, writeJob } from './testing/app-record.ts';
import { freshDatabase } from './testing/support/fresh-database.ts';
import { writeBatch } from './write/write-batch.ts';

/** A database on a single connection: what was prepared for one transaction meets the next one. */
async function singleConnection(): Promise<Database> {
  const { url } = await freshDatabase();
  const db = connectDatabase(url, { maxConnections: 1, applicationName: 'test' });
  closeAtEndOfFile('the single connection', () => db.destroy());
  return db;
}

async function preparedStatements(db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from pg_prepared_statements order by name`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

async function write(db: Database, appid: number) {
  return writeBatch(db, writeJob({ records: [fullRecord(appid, 900)] }));
}

describe('what writes', () => {
  test('is prepared once for a connection', async () => {
    const db = await singleConnection();
    await write(db, 440);
    const prepared = await preparedStatements(db);
    expect(prepared).toContain('pics_write');
    await write(db, 570);
    expect(await preparedStatements(db)).toEqual(prepared);
  });

  test('goes on unprepared behind a pooler that hands out a connection on which nothing was prepared', async () => {
    const db = await singleConnection();
    await write(db, 440);
    await sql`deallocate all`.execute(db);
    expect(await write(db, 570)).toMatchObject({ added: 1, failed: 0 });
    expect(await preparedStatements(db)).toEqual([]);
  });

  test('goes on unprepared behind a pooler that hands out a connection on which somebody else prepared', async () => {
    const db = await singleConnection();
    await sql`prepare pics_write as select 1`.execute(db);
    expect(await write(db, 440)).toMatchObject({ added: 1, failed: 0 });
    expect(await write(db, 570)).toMatchObject({ added: 1, failed: 0 });
  });
});

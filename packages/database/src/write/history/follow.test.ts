import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { randomIntegers } from '../../../../appinfo/src/keyvalues/testing/random-texts.ts';
import { freshDatabase, openDatabase } from '../../testing/support/fresh-database.ts';
import { insertEvents } from './events.ts';

const WRITERS = 8;
/** 1,000,000 takes about 40 s. */
const EVENTS = Number(process.env['FOLLOWED_EVENTS'] ?? 20_000);

/** Writes events in transactions of 1 to 40, some of which are slower than others to commit. */
async function write(db: Database, seed: number): Promise<number> {
  const random = randomIntegers(seed);
  let written = 0;
  while (written < EVENTS / WRITERS) {
    const count = 1 + random(40);
    await db.transaction().execute(async (trx) => {
      await insertEvents(
        trx,
        Array.from({ length: count }, (_, index) => ({
          type: 'app.changed' as const,
          appid: seed * 10_000_000 + written + index,
          changeNumber: 1,
          changes: {},
        })),
      );
      if (random(4) === 0) await sql`select pg_sleep(0.002)`.execute(trx);
    });
    written += count;
  }
  return written;
}

interface Position {
  transactionId: string;
  id: number;
}

/** The next events after a position, as docs/history.md has it. */
async function readNext(db: Database, after: Position) {
  const { rows } = await sql<Position & { subjectId: number }>`
    select transaction_id, id, subject_id from pics_events
    where (transaction_id, id) > (${after.transactionId}::xid8, ${after.id}::bigint)
      and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
    order by transaction_id, id limit 5000
  `.execute(db);
  return rows;
}

async function readById(db: Database, after: number) {
  const { rows } = await sql<{ id: number; subjectId: number }>`
    select id, subject_id from pics_events where id > ${after} order by id limit 5000
  `.execute(db);
  return rows;
}

test('with eight writers, a reader that follows by transaction gets each event once, and one that follows by id misses some', async () => {
  const { url, db } = await freshDatabase();
  const writers = Array.from({ length: WRITERS }, () => openDatabase(url));
  const written = new AbortController();
  const writing = Promise.all(writers.map((writer, seed) => write(writer, seed + 1))).finally(() =>
    written.abort(),
  );
  const followed: number[] = [];
  const byId = new Set<number>();
  let position: Position = { transactionId: '0', id: 0 };
  let lastId = 0;
  const follow = async () => {
    const [next, nextById] = await Promise.all([readNext(db, position), readById(db, lastId)]);
    followed.push(...next.map(({ subjectId }) => subjectId));
    position = next.at(-1) ?? position;
    for (const { subjectId } of nextById) byId.add(subjectId);
    lastId = nextById.at(-1)?.id ?? lastId;
    return next.length + nextById.length;
  };
  while (!written.signal.aborted) await follow();
  const count = (await writing).reduce((sum, one) => sum + one, 0);
  // Transactions of other databases of the server hold the last of them back for a moment.
  await expect
    .poll(async () => (await follow(), followed.length), { timeout: 60_000, interval: 50 })
    .toBe(count);
  expect(new Set(followed).size).toBe(count);
  expect(byId.size).toBeLessThan(count);
});

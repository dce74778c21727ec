import { sql } from 'kysely';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectDatabase, type Database } from '../../connection/connect-database.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { listLatestEvents, type LatestEventSelection } from './list-latest-events.ts';

let db: Database;
let url: string;

async function add(to: Database, appid: number, type: string, changes: object): Promise<void> {
  await sql`
    insert into pics_events (change_number, subject_id, kind, type, changes)
    values (7, ${appid}, 'app', ${type}, ${JSON.stringify(changes)})
  `.execute(to);
}

beforeAll(async () => {
  ({ db, url } = await freshDatabase());
  await sql`insert into apps (appid, name) values (10, 'Ten')`.execute(db);
});

/** Other test files write to the same server, and their open transactions delay events here. */
const WAIT = { timeout: 30_000 };

const appids = async (selection: Partial<LatestEventSelection> = {}) => {
  const { events, seenBefore } = await listLatestEvents(db, { limit: 100, ...selection });
  return { appids: events.map(({ appid }) => appid), events, seenBefore };
};

test('the latest events of all apps come newest first with their names, page by page', async () => {
  await add(db, 10, 'app.changed', { name: { old: 'A', new: 'Ten' } });
  await db.transaction().execute(async (transaction) => {
    await add(transaction, 20, 'build.published', { 'branches.public': { old: null, new: {} } });
    await add(transaction, 30, 'app.removed', { pics_access: { old: 'public', new: 'removed' } });
  });
  await expect.poll(async () => (await appids()).appids, WAIT).toHaveLength(3);
  const { events } = await appids();
  expect(events.map(({ appid, name, type }) => [appid, name, type])).toEqual([
    [30, null, 'app.removed'],
    [20, null, 'build.published'],
    [10, 'Ten', 'app.changed'],
  ]);
  const first = (await appids({ limit: 1 })).events[0];
  expect((await appids({ before: first, limit: 1 })).appids).toEqual([20]);
  expect((await appids({ before: events[1] })).appids).toEqual([10]);
});

test('the latest events are filtered by type and by field, and then have only that field', async () => {
  await add(db, 40, 'app.changed', { name: { old: 'B', new: 'C' }, is_free: { old: false, new: true } });
  await expect.poll(async () => (await appids({ field: 'is_free' })).appids, WAIT).toEqual([40]);
  expect((await appids({ type: 'app.removed' })).appids).toEqual([30]);
  expect((await appids({ field: 'branches' })).appids).toEqual([20]);
  const { events } = await appids({ type: 'app.changed', field: 'is_free' });
  expect(events.map(({ changes }) => changes)).toEqual([{ is_free: { old: false, new: true } }]);
});

test('a reader that continues from the last call gets each event once, even of a transaction that commits late', async () => {
  const late = connectDatabase(url, { applicationName: 'late', maxConnections: 1 });
  onTestFinished(() => late.destroy());
  const start = await appids();
  await late.transaction().execute(async (transaction) => {
    await add(transaction, 50, 'app.changed', {});
    // It has a later id and transaction, and commits first.
    await add(db, 60, 'app.changed', {});
    expect((await appids({ from: start.seenBefore })).appids).toEqual([]);
    expect((await appids()).appids).toEqual(start.appids);
  });
  const received: number[] = [];
  let from = start.seenBefore;
  const follow = async () => {
    const next = await appids({ from });
    from = next.seenBefore;
    received.unshift(...next.appids);
    return received;
  };
  await expect.poll(follow, WAIT).toEqual([60, 50]);
  await add(db, 70, 'app.changed', {});
  await expect.poll(follow, WAIT).toEqual([70, 60, 50]);
});

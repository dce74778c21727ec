import { Client } from 'pg';
import { expect, test } from 'vitest';
import { waitUntil } from '@pics/local';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { createTestPostgres } from './support/postgres.ts';
import { readBlocks } from './support/read-page.ts';

const blocks = readBlocks('docs/history.md');
const sqlOf = (section: string) =>
  blocks.filter((block) => block.section === section).map(({ text }) => text);
const [readNext = '', startNow = '', oldest = ''] = sqlOf('Follow the events');
const [lowerIds = '', stepBack = ''] = sqlOf('After a restore or a crash');

interface Position {
  transaction_id: string;
  id: string;
  at?: Date;
}

/** A program that follows the events as the page says. */
class Follower {
  readonly client: Client;
  position: Position = { transaction_id: '0', id: '0' };
  readonly seen: number[] = [];

  constructor(client: Client) {
    this.client = client;
  }

  /** Reads until there is no more, and returns the apps of all events so far. */
  async catchUp(): Promise<number[]> {
    for (;;) {
      const { transaction_id, id } = this.position;
      const { rows } = await this.client.query<Position & { appid: number }>(readNext, [transaction_id, id]);
      const last = rows.at(-1);
      if (!last) return this.seen;
      this.seen.push(...rows.map(({ appid }) => appid));
      this.position = last;
    }
  }

  async stepBackTo(at: Date): Promise<void> {
    const { rows } = await this.client.query<Position>(stepBack, [at]);
    this.position = rows[0] ?? (await this.now());
  }

  async now(): Promise<Position> {
    const { rows } = await this.client.query<Position>(startNow);
    return rows[0] as Position;
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // Its server may be killed.
  client.on('error', () => {});
  await client.connect();
  closeAtEnd('client', () => client.end().catch(() => {}));
  return client;
}

const insert = (client: Client, appid: number) =>
  client.query("insert into pics_events (subject_id, kind, type) values ($1, 'app', 'app.changed')", [appid]);

/** All connections of other tests to the same server count as well, so it may take a moment. */
const sees = (follower: Follower, appids: number[]) =>
  waitUntil(async () => sorted(await follower.catchUp()) === sorted(appids), 20_000);

const sorted = (appids: readonly number[]) => appids.toSorted((a, b) => a - b).join();

test('an event that commits after one with a higher id is returned exactly once', async () => {
  const { url } = await createTestDatabase();
  const [early, late, reader] = [await connect(url), await connect(url), await connect(url)];
  const follower = new Follower(reader);
  await early.query('begin');
  await insert(early, 1);
  await insert(late, 2);
  expect(await follower.catchUp()).toEqual([]);
  const { rows } = await late.query<{ pid: number }>(oldest);
  const own = await early.query<{ pid: number }>('select pg_backend_pid() as pid');
  expect(rows.map(({ pid }) => pid)).toContain(own.rows[0]?.pid);
  await early.query('commit');
  expect(await sees(follower, [1, 2])).toBe(true);
});

test('with eight writers each event is returned exactly once', async () => {
  const { url } = await createTestDatabase();
  const follower = new Follower(await connect(url));
  const writers = await Promise.all(Array.from({ length: 8 }, () => connect(url)));
  const written = new AbortController();
  const follow = async () => {
    while (!written.signal.aborted) await follower.catchUp();
  };
  const following = follow();
  await Promise.all(
    writers.map(async (writer, number) => {
      for (let count = 0; count < 50; count += 1) {
        await writer.query('begin');
        await insert(writer, 1_000 * number + count);
        await insert(writer, 1_000 * number + 500 + count);
        // Longer than the others now and then.
        for (let pause = 0; pause < (number * count) % 7; pause += 1) await writer.query('select');
        await writer.query('commit');
      }
    }),
  );
  written.abort();
  await following;
  expect(await waitUntil(async () => (await follower.catchUp()).length >= 800, 20_000)).toBe(true);
  expect(follower.seen).toHaveLength(800);
  expect(new Set(follower.seen).size).toBe(800);
});

test('a follower that starts now receives only future events', async () => {
  const { url } = await createTestDatabase();
  const writer = await connect(url);
  const follower = new Follower(await connect(url));
  await insert(writer, 1);
  expect(await sees(follower, [1])).toBe(true);
  const newcomer = new Follower(await connect(url));
  newcomer.position = await newcomer.now();
  await insert(writer, 2);
  expect(await sees(newcomer, [2])).toBe(true);
});

/** Uses up transaction ids, as a server does in a while. */
const useIds = (client: Client, count: number) =>
  client.query(`
    create temp table used (); 
    do $$ begin
      for i in 1..${count} loop
        begin insert into used default values; raise exception 'undone'; exception when raise_exception then null; end;
      end loop;
    end $$`);

test(
  'after a restore into a server with lower transaction ids, a follower that steps back misses nothing',
  { timeout: 120_000 },
  async () => {
    const [old, restored] = await Promise.all([createTestPostgres(), createTestPostgres()]);
    const from = await connect(old.url);
    await useIds(from, 5_000);
    for (const appid of [1, 2, 3]) await insert(from, appid);
    const follower = new Follower(from);
    expect(await sees(follower, [1, 2, 3])).toBe(true);
    const { at } = follower.position;

    // What pg_restore does: the rows as they are, and the sequence.
    const to = await connect(restored.url);
    const { rows } = await from.query<{ event: unknown }>(
      'select to_jsonb(pics_events) as event from pics_events',
    );
    for (const { event } of rows) {
      await to.query('insert into pics_events select * from jsonb_populate_record(null::pics_events, $1)', [
        event,
      ]);
    }
    await to.query("select setval('pics_events_id', $1)", [rows.length]);
    await insert(to, 4);

    const moved = new Follower(to);
    moved.position = follower.position;
    expect(await moved.catchUp()).toEqual([]);
    expect(await to.query(lowerIds)).toMatchObject({ rowCount: 3 });
    await moved.stepBackTo(new Date((at ?? new Date(0)).getTime() - 60_000));
    expect(await sees(moved, [1, 2, 3, 4])).toBe(true);
    expect(await to.query(lowerIds)).toMatchObject({ rowCount: 0 });
    await insert(to, 5);
    expect(await sees(moved, [1, 2, 3, 4, 5])).toBe(true);
  },
);

test(
  'after a crash that lost the last second, a follower that steps back misses nothing of what is written again',
  { timeout: 120_000 },
  async () => {
    const server = await createTestPostgres();
    const writer = await connect(server.url);
    const follower = new Follower(await connect(server.url));
    await writer.query("alter system set wal_writer_delay = '10s'");
    await writer.query('select pg_reload_conf()');
    await insert(writer, 1);
    await writer.query('checkpoint');
    await writer.query('set synchronous_commit = off');
    for (const appid of [2, 3, 4]) await insert(writer, appid);
    expect(await sees(follower, [1, 2, 3, 4])).toBe(true);
    const { at } = follower.position;
    await server.kill();
    await server.restart();

    const again = await connect(server.url);
    const reader = new Follower(await connect(server.url));
    reader.position = follower.position;
    for (const appid of [12, 13]) await insert(again, appid);
    await reader.stepBackTo(new Date((at ?? new Date(0)).getTime() - 60_000));
    expect(await waitUntil(async () => (await reader.catchUp()).includes(13), 20_000)).toBe(true);
    expect(reader.seen).toEqual(expect.arrayContaining([1, 12, 13]));
  },
);

import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { fullRecord, writeJob } from '../testing/app-record.ts';
import { batchOf, readTexts, type Sent } from '../testing/sent-texts.ts';
import { readLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import type { RowChanges } from './row-changes.ts';
import { writeBatch, type WriteOptions } from './write-batch.ts';

let db: Database;

beforeEach(async () => {
  ({ db } = await freshDatabase());
});

async function write(sent: Sent[], options: WriteOptions = {}): Promise<RowChanges> {
  let changes: RowChanges = {};
  await writeBatch(db, batchOf(...sent), { ...options, onRows: (rows) => (changes = rows) });
  return changes;
}

const full = (appid: number, changeNumber: number, text: string): Sent => ({
  appid,
  changeNumber,
  part: 'full',
  text,
});
const stub = (appid: number, changeNumber: number, text: string): Sent => ({
  appid,
  changeNumber,
  part: 'public',
  text,
});

/** Tuples that were inserted, updated and deleted in each table since the database was made. */
async function countWritten(): Promise<Record<string, string>> {
  // Statistics arrive with a delay unless they are asked to.
  await sql`select pg_stat_force_next_flush()`.execute(db);
  const { rows } = await sql<{ name: string; written: string }>`
    select relname as name, concat_ws(' ', n_tup_ins, n_tup_upd, n_tup_del) as written from pg_stat_user_tables
  `.execute(db);
  return Object.fromEntries(rows.map(({ name, written }) => [name, written]));
}

describe('the documents of an app', () => {
  test('are the text that Steam sent, with its SHA-1, its size with the NUL, and its number', async () => {
    await write([full(440, 900, 'hello')]);
    expect(await db.selectFrom('appDocuments').selectAll().executeTakeFirst()).toMatchObject({
      appid: 440,
      part: 'full',
      changeNumber: 900,
      sha1: Buffer.from('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d', 'hex'),
      size: 6,
      fetchedAt: expect.any(Date),
    });
    expect(await readTexts(db)).toEqual({ '440 full': 'hello' });
  });

  test('keep the full text beside a newer public part, until the next full text replaces both', async () => {
    await write([full(440, 900, 'full')]);
    await write([stub(440, 901, 'stub')]);
    expect(await readTexts(db)).toEqual({ '440 full': 'full', '440 public': 'stub' });
    await write([full(440, 902, 'newer')]);
    expect(await readTexts(db)).toEqual({ '440 full': 'newer' });
    await write([stub(440, 903, 'stub')]);
    expect(await write([full(440, 904, 'newer')])).toMatchObject({
      app_documents: { added: 0, changed: 0, removed: 1, unchanged: 1 },
    });
    expect(await readTexts(db)).toEqual({ '440 full': 'newer' });
  });

  test('do not change with an older response, full or restricted', async () => {
    await write([full(440, 900, 'full'), stub(570, 900, 'stub')]);
    await write([full(440, 899, 'older'), stub(570, 899, 'older')]);
    await write([stub(440, 899, 'older'), full(570, 899, 'older')]);
    expect(await readTexts(db)).toEqual({ '440 full': 'full', '570 public': 'stub' });
  });

  test('are kept when Steam no longer knows the app, and when it sends a body that cannot be read', async () => {
    await write([full(440, 900, 'full'), full(570, 900, 'full')]);
    await writeBatch(db, writeJob({ unknown: [440], failed: [{ appid: 570, error: 'KeyValuesError: x' }] }));
    expect(await readTexts(db)).toEqual({ '440 full': 'full', '570 full': 'full' });
  });

  test('keep the number at which a text was first stored', async () => {
    await write([full(440, 900, 'same')]);
    const before = await db.selectFrom('appDocuments').selectAll().execute();
    await write([full(440, 950, 'same')]);
    expect(await db.selectFrom('appDocuments').selectAll().execute()).toEqual(before);
  });

  test('are written only for the apps that Postgres accepts', async () => {
    await sql`alter table app_documents add check (size <> 10)`.execute(db);
    await write([full(10, 900, 'one'), full(20, 900, 'forbidden'), full(30, 900, 'three')]);
    expect(await readTexts(db)).toEqual({ '10 full': 'one', '30 full': 'three' });
    expect((await readLedger(db, 20))?.lastError).toMatch(/^RowRefused: .*app_documents/);
    expect(await db.selectFrom('apps').select('appid').orderBy('appid').execute()).toEqual([
      { appid: 10 },
      { appid: 30 },
    ]);
  });
});

test('an unchanged app with a newer number updates its rows in the ledger and sync_status, and no other row', async () => {
  const toSections = () => new Map([['depots', '{"1":"2"}']]);
  await write([full(440, 900, 'full'), stub(570, 900, 'stub')], { toSections });
  const before = await countWritten();
  const { pics_app_ledger, sync_status, app_documents } = await write(
    [full(440, 950, 'full'), stub(570, 950, 'stub')],
    { toSections },
  );
  expect(app_documents).toEqual({ added: 0, changed: 0, removed: 0, unchanged: 2 });
  const after = await countWritten();
  const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
  expect(changed.sort()).toEqual(['pics_app_ledger', 'sync_status']);
  expect([pics_app_ledger?.changed, sync_status?.changed]).toEqual([2, 2]);
});

describe('DOCUMENTS=off', () => {
  test('stores no text, and deletes a stored one and its sections once Steam sends another', async () => {
    const toSections = () => new Map([['depots', '{}']]);
    await write([full(10, 900, 'same'), full(20, 900, 'old'), full(30, 900, 'old')], { toSections });
    await write([stub(30, 901, 'old stub')], { toSections });
    await write(
      [full(10, 902, 'same'), full(20, 902, 'new'), stub(30, 902, 'new stub'), full(40, 902, 'new')],
      { documents: 'off' },
    );
    expect(await readTexts(db)).toEqual({ '10 full': 'same' });
    expect(await db.selectFrom('appSections').select('appid').execute()).toEqual([{ appid: 10 }]);
  });
});

describe('the sections of an app', () => {
  /** Texts are lists of sections here: "depots=1 ufs=2". */
  const toSections = (text: Uint8Array) => {
    const pairs = [
      ...Buffer.from(text)
        .toString()
        .matchAll(/(\w+)=(\w+)/g),
    ];
    return new Map(pairs.map(([, section = '', value = '']) => [section, JSON.stringify({ value })]));
  };
  const sections = async () => {
    const rows = await db.selectFrom('appSections').selectAll().orderBy('appid').orderBy('section').execute();
    return rows.map(({ appid, section, data }) => `${appid} ${section} ${JSON.stringify(data)}`);
  };

  test('are those of the full text, replaced by those of a newer public part', async () => {
    await write([full(440, 900, 'depots=1 ufs=1 common=1'), stub(570, 900, 'common=1')], { toSections });
    expect(await sections()).toEqual([
      '440 common {"value":"1"}',
      '440 depots {"value":"1"}',
      '440 ufs {"value":"1"}',
      '570 common {"value":"1"}',
    ]);
    await write([stub(440, 901, 'common=2')], { toSections });
    expect((await sections()).slice(0, 2)).toEqual(['440 common {"value":"2"}', '440 depots {"value":"1"}']);
    expect(await write([full(440, 902, 'depots=3 common=2')], { toSections })).toMatchObject({
      app_sections: { added: 0, changed: 1, removed: 1, unchanged: 1 },
    });
    expect(await sections()).toEqual([
      '440 common {"value":"2"}',
      '440 depots {"value":"3"}',
      '570 common {"value":"1"}',
    ]);
  });

  test('are those of the full text again when it comes back unchanged after a public part', async () => {
    await write([full(440, 900, 'common=1')], { toSections });
    await write([stub(440, 901, 'common=2')], { toSections });
    await write([full(440, 902, 'common=1')], { toSections });
    expect(await sections()).toEqual(['440 common {"value":"1"}']);
  });

  test('are not stored unless named, and fail only their app when the text cannot be read', async () => {
    await write([full(440, 900, 'depots=1')]);
    expect(await sections()).toEqual([]);
    const failing = (text: Uint8Array) => {
      if (Buffer.from(text).includes('bad')) throw new Error('no such section');
      return toSections(text);
    };
    await write([full(10, 900, 'depots=1'), full(20, 900, 'bad=1'), full(30, 900, 'depots=3')], {
      toSections: failing,
    });
    expect(await sections()).toEqual(['10 depots {"value":"1"}', '30 depots {"value":"3"}']);
    expect((await readLedger(db, 20))?.failedAt).toBeInstanceOf(Date);
  });
});

test('the newest response wins, in whatever order and however often responses arrive', async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const appids = Array.from({ length: 40 }, (_, index) => 10 * (index + 1));
  const sent = appids.flatMap((appid) =>
    Array.from({ length: 6 }, (_, index): Sent => {
      const text = `text ${random(3)}`;
      return random(3) === 0 ? stub(appid, 900 + index, text) : full(appid, 900 + index, text);
    }),
  );
  const arriving = [...sent, ...sent.filter(() => random(2) === 0)]
    .map((one) => ({ one, at: random(1_000_000) }))
    .sort((one, other) => one.at - other.at)
    .map(({ one }) => one);
  // Those of one app in this order, each in another batch.
  const batches: Sent[][] = [];
  for (const one of arriving) {
    const batch = batches.find((others) => others.every(({ appid }) => appid !== one.appid));
    if (batch) batch.push(one);
    else batches.push([one]);
  }
  for (const batch of batches) await write(batch);

  const stored = await readTexts(db);
  for (const appid of appids) {
    const last = sent.filter((one) => one.appid === appid).at(-1);
    expect(stored[`${appid} ${last?.part}`], `app ${appid}`).toBe(last?.text);
    // A full text has no public part beside it.
    expect(last?.part === 'full' && `${appid} public` in stored, `app ${appid}`).toBe(false);
  }
});

test('a batch without texts, from an older fetcher, keeps the stored ones', async () => {
  await write([full(440, 900, 'full')]);
  await writeBatch(db, writeJob({ records: [fullRecord(440, 901)] }));
  expect(await readTexts(db)).toEqual({ '440 full': 'full' });
});

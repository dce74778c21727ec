import { diffRecords, extractApp } from '@pics/appinfo';
import type { AppRecord } from '@pics/core';
import { writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { appBody, type Block } from '../packages/appinfo/src/extract/testing/app-body.ts';
import { fullApp } from '../packages/appinfo/src/extract/testing/full-app.ts';
import { emptyRecord, writeJob } from '../packages/database/src/testing/app-record.ts';
import { freshDatabase } from '../packages/database/src/testing/support/fresh-database.ts';

const APPID = 1000;

function recordOf(body: Block, changeNumber: number): AppRecord {
  return extractApp({ appid: APPID, changeNumber, missingToken: false, body: appBody(body) });
}

/** The last second that a JavaScript Date can be, in the year 275760. */
const LAST_SECOND = '8640000000000';

/** Everything there is, and everything at its limit. */
const BODIES: Block[] = [
  fullApp,
  {
    common: {
      name: '"\\ \u{1F3AE} __proto__',
      steam_release_date: LAST_SECOND,
      original_release_date: '253402300800',
      content_descriptors: [['0', '-2147483648']],
      supported_languages: { 'a"b': { supported: '1' } },
      steam_deck_compatibility: {
        category: '1',
        test_timestamp: LAST_SECOND,
        configuration: { a: { b: '"' } },
      },
    },
    extended: { isfreeapp: '0', homepage: '\\' },
    depots: { branches: { public: { buildid: '18446744073709551615', timeupdated: '1' } } },
  },
  { common: { steam_release_date: '9224318015999', original_release_date: '8640000000001' }, extended: {} },
];

test('every value of a change is what to_jsonb gives of its column', async () => {
  const { db } = await freshDatabase();
  let stored: AppRecord = { ...emptyRecord(APPID, 899), access: 'public' };
  await writeBatch(db, writeJob({ records: [stored] }));
  for (const [index, body] of BODIES.entries()) {
    const record = recordOf(body, 900 + index);
    const before = await readRows();
    expect(await writeBatch(db, writeJob({ records: [record] }))).toMatchObject({ failed: 0 });
    const after = await readRows();
    const changes = diffRecords(stored, record);
    for (const column of Object.keys(after.app).filter((name) => name in changes && name !== 'languages')) {
      expect({ [column]: changes[column] }).toEqual({
        [column]: { old: before.app[column], new: after.app[column] },
      });
    }
    expect(Object.keys(after.app).filter((column) => differs(before.app[column], after.app[column]))).toEqual(
      Object.keys(after.app).filter((column) => column in changes),
    );
    expect(changes['deck'] ?? { old: before.deck, new: after.deck }).toEqual({
      old: before.deck,
      new: after.deck,
    });
    stored = record;
  }

  async function readRows() {
    const { rows } = await sql<{ app: Record<string, unknown>; deck: unknown }>`
      select to_jsonb(apps) - 'appid' - 'created_at' - 'updated_at' as app,
        (select to_jsonb(deck) - 'appid' from app_steam_deck deck where deck.appid = apps.appid) as deck
      from apps where appid = ${APPID}`.execute(db);
    return rows[0] ?? { app: {}, deck: null };
  }
});

function differs(old: unknown, next: unknown): boolean {
  return JSON.stringify(old) !== JSON.stringify(next);
}

import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { fullApp } from '../../../../appinfo/src/extract/testing/full-app.ts';
import { appBody } from '../../../../appinfo/src/extract/testing/app-body.ts';
import { naiveExtractApp } from '../../../../appinfo/src/extract/testing/naive-extract-app.ts';
import { randomlyChanged } from '../../../../appinfo/src/extract/testing/randomly-changed.ts';
import { naiveDiff } from '../../../../appinfo/src/changes/testing/naive-diff.ts';
import { randomIntegers } from '../../../../appinfo/src/keyvalues/testing/random-texts.ts';
import type { Database } from '../../connection/connect-database.ts';
import { decodeDocument } from '../../documents/decode-document.ts';
import { findDocuments } from '../../documents/find-documents.ts';
import { findVersion } from '../../read/history/find-version.ts';
import type { Response } from '../../testing/store-apps.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { bodyOf, readEvents, send } from './testing/send.ts';

let db: Database;

beforeEach(async () => {
  ({ db } = await freshDatabase());
});

/** Texts that are `like` each other share most of their bytes; texts with different names do not. */
const named = (changeNumber: number, name: string, { like = name } = {}): Response => ({
  appid: 440,
  changeNumber,
  body: bodyOf(440, { common: { name, type: 'Game', padding: hash('sha512', like) } }),
});

/** The texts of an app, the oldest first, the document last; each is opened with the next newer one. */
async function readTexts(appid: number): Promise<{ changeNumber: number; text: Buffer }[]> {
  const versions = await db
    .selectFrom('appVersions')
    .selectAll()
    .where('appid', '=', appid)
    .orderBy('changeNumber', 'desc')
    .orderBy('variant', 'desc')
    .execute();
  const document = await db
    .selectFrom('appDocuments')
    .selectAll()
    .where('appid', '=', appid)
    .orderBy('part')
    .executeTakeFirst();
  const texts = document
    ? [{ changeNumber: document.changeNumber, text: decodeDocument(hex(document)) }]
    : [];
  for (const version of versions) {
    const base = version.encoding === 'zstd-delta' ? texts[0]?.text : undefined;
    texts.unshift({ changeNumber: version.changeNumber, text: decodeDocument(hex(version), base) });
  }
  return texts;
}

/** The current texts of an app. */
async function readDocuments(appid: number): Promise<{ text: Buffer }[]> {
  return (await findDocuments(db, [appid])).map((document) => ({ text: decodeDocument(document) }));
}

const hex = ({ sha1, size, body }: { sha1: Buffer; size: number; body: Buffer }) => ({
  sha1: sha1.toString('hex'),
  size,
  body,
});

const namesIn = (texts: { text: Buffer }[]) =>
  texts.map(({ text }) => /"name"\t\t"(.*)"/.exec(text.toString())?.[1]);

describe('a text that another one replaces', () => {
  test('is kept as a delta of it, with the numbers between which it was seen', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(905, 'A')]);
    await send(db, [named(910, 'B', { like: 'A' })]);
    const versions = await db.selectFrom('appVersions').selectAll().execute();
    expect(versions).toMatchObject([
      { appid: 440, variant: 0, changeNumber: 900, lastChangeNumber: 905, encoding: 'zstd-delta' },
    ]);
    expect(versions[0]?.body.length).toBeLessThan(40);
    expect(namesIn(await readTexts(440))).toEqual(['A', 'B']);
  });

  test('is kept whole every 64th time', async () => {
    for (let i = 0; i <= 130; i += 1) await send(db, [named(900 + i, `A${i}`)]);
    const whole = await db
      .selectFrom('appVersions')
      .select('changeNumber')
      .where('encoding', '=', 'zstd')
      .execute();
    expect(whole).toEqual([{ changeNumber: 963 }, { changeNumber: 1027 }]);
    expect(namesIn(await readTexts(440))).toEqual(Array.from({ length: 131 }, (_, i) => `A${i}`));
  });

  test('is not kept without DOCUMENTS=versions', async () => {
    await send(db, [named(900, 'A')], { documents: 'latest' });
    await send(db, [named(901, 'B')], { documents: 'latest' });
    expect(namesIn(await readTexts(440))).toEqual(['B']);
    expect(await readEvents(db)).toHaveLength(1);
  });
});

test('several texts at one change number are all kept, in the order in which they came', async () => {
  for (const name of ['A', 'B', 'A', 'C']) await send(db, [named(900, name)]);
  await send(db, [named(901, 'D')]);
  expect(namesIn(await readTexts(440))).toEqual(['A', 'B', 'A', 'C', 'D']);
});

describe('a text that comes late', () => {
  test('is stored between the others, without an event', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(930, 'D')]);
    await send(db, [named(910, 'B')]);
    await send(db, [named(920, 'C')]);
    await send(db, [named(890, '0')]);
    await send(db, [named(940, 'E')]);
    expect(namesIn(await readTexts(440))).toEqual(['0', 'A', 'B', 'C', 'D', 'E']);
    expect((await readEvents(db)).map(({ changeNumber }) => changeNumber)).toEqual([930, 940]);
  });

  test('is kept even if the same other text was seen before and after it', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(930, 'A')]);
    await send(db, [named(910, 'B')]);
    await send(db, [named(940, 'C')]);
    await send(db, [named(950, 'D')]);
    expect(new Set(namesIn(await readTexts(440)))).toEqual(new Set(['A', 'B', 'C', 'D']));
  });

  test('is not kept a second time', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(930, 'C')]);
    for (const response of [named(910, 'B'), named(910, 'B'), named(900, 'A')]) await send(db, [response]);
    expect(namesIn(await readTexts(440))).toEqual(['A', 'B', 'C']);
  });

  test('stays readable when the document that it is a delta of is replaced, even by a text seen before', async () => {
    for (const name of ['A', 'B', 'A']) await send(db, [named(910, name)]);
    await send(db, [named(950, 'A')]);
    await send(db, [named(930, 'D', { like: 'A' })]);
    await send(db, [named(960, 'C')]);
    expect(namesIn(await readTexts(440))).toEqual(['A', 'B', 'A', 'D', 'C']);
  });

  test('stays readable when the document that it is a delta of is replaced, even if an older text is damaged', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(910, 'B')]);
    await send(db, [named(950, 'B')]);
    await send(db, [named(930, 'D', { like: 'B' })]);
    await sql`update app_versions set body = 'x' where change_number = 900`.execute(db);
    await send(db, [named(960, 'C')]);
    await sql`delete from app_versions where change_number = 900`.execute(db);
    expect(namesIn(await readTexts(440))).toEqual(['B', 'D', 'C']);
  });

  test('can be read even if the next newer text is damaged', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(930, 'C')]);
    await send(db, [named(920, 'B')]);
    await sql`update app_versions set body = 'x' where change_number = 920`.execute(db);
    await send(db, [named(910, 'D')]);
    expect((await findVersion(db, 440, 910))?.text.equals(named(910, 'D').body)).toBe(true);
  });

  test('does not fail its app when an older text is damaged', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(930, 'C')]);
    await sql`update app_versions set body = 'x'`.execute(db);
    await send(db, [named(910, 'B')]);
    await send(db, [named(940, 'D')]);
    expect(namesIn(await readDocuments(440))).toEqual(['D']);
  });

  test('does not fail its app either when it is damaged itself', async () => {
    await send(db, [named(900, 'A')]);
    await send(db, [named(930, 'A')]);
    await send(db, [named(910, 'B')]);
    await sql`update app_versions set body = 'x'`.execute(db);
    await send(db, [named(940, 'C')]);
    expect(namesIn(await readDocuments(440))).toEqual(['C']);
  });
});

/** Responses about one app, the later the higher their number. */
type Replay = Response[];

/** Writes all of them, in batches with each app at most once, and lists texts that are not restored and events that differ. */
async function findFaults(replays: Replay[], { inOrder }: { inOrder: boolean }): Promise<string[]> {
  for (let round = 0; replays.some((replay) => replay.length > round); round += 1) {
    const batch = replays.flatMap((replay) => replay[round] ?? []);
    for (let start = 0; start < batch.length; start += 200) await send(db, batch.slice(start, start + 200));
  }
  const events = Map.groupBy(await readEvents(db), ({ appid }) => appid);
  const faults: string[] = [];
  for (const replay of replays) {
    const appid = replay[0]?.appid ?? 0;
    const texts = await readTexts(appid);
    const current = await readDocuments(appid);
    for (const { changeNumber, body } of replay) {
      if (![...texts, ...current].some(({ text }) => text.equals(body)))
        faults.push(`${appid} at ${changeNumber}: text is missing`);
    }
    if (!inOrder) continue;
    const records = replay.map((response) => naiveExtractApp({ ...response, missingToken: false }));
    let stored = records[0];
    const expected = records.flatMap((record) => {
      const changes = naiveDiff(stored ?? record, record);
      // A restricted response leaves what it does not carry, and a full one carries everything.
      stored = { ...stored, ...record };
      return Object.keys(changes).length > 0 ? [{ changeNumber: record.changeNumber, changes }] : [];
    });
    const written = (events.get(appid) ?? []).map(({ changeNumber, changes }) => ({ changeNumber, changes }));
    if (!isDeepStrictEqual(written, JSON.parse(JSON.stringify(expected))))
      faults.push(`${appid}: events differ`);
  }
  return faults;
}

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = randomIntegers(seed);
  return items
    .map((item) => ({ item, at: random(1_000_000) }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

function generatedReplays(): Replay[] {
  const random = randomIntegers(7);
  return Array.from({ length: 5 }, (_, index): Replay => {
    const appid = 1_000;
    let block = fullApp;
    const replay: Replay = [];
    for (let i = 0; i < 12; i += 1) {
      block = randomlyChanged(random, block);
      const response = { appid, changeNumber: 900 + 10 * i, body: appBody(block) };
      try {
        naiveExtractApp({ ...response, missingToken: false });
        replay.push(response);
      } catch {
        // A body that cannot be extracted fails its app, and is no version.
      }
    }
    return replay.map((response) => ({ ...response, changeNumber: response.changeNumber + index }));
  });
}

test('generated versions are restored byte for byte, and their events are those of an independent differ', async () => {
  for (const replay of generatedReplays()) {
    ({ db } = await freshDatabase());
    expect(await findFaults([replay], { inOrder: true })).toEqual([]);
    ({ db } = await freshDatabase());
    expect(await findFaults([shuffled([...replay, ...replay], 3)], { inOrder: false })).toEqual([]);
  }
});

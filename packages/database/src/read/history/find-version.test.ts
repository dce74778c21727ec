import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { DocumentDamaged } from '../../documents/decode-document.ts';
import { encodeDocument } from '../../documents/encode-document.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { insertVersions } from '../../testing/versions.ts';
import { findVersion } from './find-version.ts';
import { listVersions } from './list-versions.ts';

let db: Database;

beforeAll(async () => {
  ({ db } = await freshDatabase());
});

async function textAt(appid: number, changeNumber?: number): Promise<string | undefined> {
  return (await findVersion(db, appid, changeNumber))?.text.toString();
}

test('each of 200 texts is found byte for byte, near a whole one or far from it', async () => {
  const texts = Array.from({ length: 200 }, (_, index) =>
    Buffer.from([...Buffer.from('"appinfo" { "common" { "name" "'.repeat(5)), 0xe9, index, 0xff]),
  );
  await insertVersions(
    db,
    10,
    texts.map((text, index) => ({ changeNumber: 100 + 10 * index, text })),
  );
  const { rows } = await sql`select from app_versions where appid = 10 and encoding = 'zstd'`.execute(db);
  expect(rows).toHaveLength(3);
  for (const [index, text] of texts.entries()) {
    const changeNumber = 100 + 10 * index;
    const found = await findVersion(db, 10, changeNumber);
    expect(found).toMatchObject({ changeNumber, size: text.length + 1, isCurrent: index === 199 });
    expect(found?.text.equals(text)).toBe(true);
  }
  const versions = await listVersions(db, 10);
  expect(versions.map(({ changeNumber }) => changeNumber)).toEqual(
    texts.map((_, index) => 2090 - 10 * index),
  );
  expect(versions.map(({ isCurrent }) => isCurrent)).toEqual(texts.map((_, index) => index === 0));
  expect(await listVersions(db, 10, 3)).toEqual(versions.slice(0, 3));
});

test('between two change numbers the text is that of the lower one, and before the first there is none', async () => {
  await insertVersions(db, 20, [
    { changeNumber: 100, lastChangeNumber: 120, text: 'a' },
    { changeNumber: 200, text: 'b' },
    { changeNumber: 300, text: 'c' },
  ]);
  expect(
    await Promise.all([99, 100, 150, 199, 200, 299, 300, undefined].map((at) => textAt(20, at))),
  ).toEqual([undefined, 'a', 'a', 'a', 'b', 'b', 'c', 'c']);
  expect(await textAt(99)).toBeUndefined();
});

test('of several texts at one change number, the one seen last is found', async () => {
  await insertVersions(db, 30, [
    { changeNumber: 100, text: 'a' },
    { changeNumber: 100, variant: 1, text: 'b' },
    { changeNumber: 200, variant: 0, text: 'c' },
    { changeNumber: 200, text: 'd' },
  ]);
  expect(await Promise.all([100, 199, 200].map((at) => textAt(30, at)))).toEqual(['b', 'b', 'd']);
});

test('a late text that interrupts another one was valid until the other was seen again', async () => {
  // 100: a, 200: b (late), 300: a, 400: c, 500: d (late), 600: c
  await insertVersions(db, 40, [
    { changeNumber: 100, lastChangeNumber: 300, text: 'a' },
    { changeNumber: 200, text: 'b' },
    { changeNumber: 500, text: 'd' },
    { changeNumber: 400, lastChangeNumber: 600, text: 'c' },
  ]);
  expect(await Promise.all([150, 250, 350, 450, 550, 600, undefined].map((at) => textAt(40, at)))).toEqual([
    'a',
    'b',
    'a',
    'c',
    'd',
    'c',
    'c',
  ]);
});

/** Stores a text that Steam sends without a token. */
async function insertPublicPart(appid: number, changeNumber: number, text: string): Promise<void> {
  const sha1 = createHash('sha1').update(text).digest();
  await sql`
    insert into app_documents (appid, part, change_number, sha1, size, body)
    values (${appid}, 'public', ${changeNumber}, ${sha1}, ${text.length + 1}, ${encodeDocument(Buffer.from(text))})
  `.execute(db);
}

test('if Steam has only ever sent a part of an app, that part is found', async () => {
  await insertPublicPart(50, 100, 'a');
  expect(await Promise.all([99, 100, undefined].map((at) => textAt(50, at)))).toEqual([undefined, 'a', 'a']);
});

test('once Steam sends only a part of an app, the part is found at its change number, and the full text without one', async () => {
  await insertVersions(db, 55, [
    { changeNumber: 100, text: 'a' },
    { changeNumber: 300, text: 'part b' },
    { changeNumber: 200, lastChangeNumber: 500, text: 'c' },
  ]);
  await insertPublicPart(55, 400, 'part d');
  expect(await Promise.all([100, 250, 350, 400, 999, undefined].map((at) => textAt(55, at)))).toEqual([
    'a',
    'c',
    'part b',
    'part d',
    'part d',
    'c',
  ]);
  const versions = await listVersions(db, 55);
  expect(versions.map(({ changeNumber, isCurrent }) => [changeNumber, isCurrent])).toEqual([
    [400, true],
    [200, true],
    [300, false],
    [100, false],
  ]);
});

test('a chain with a missing or a changed link is refused', async () => {
  const [shared, first, second, third] = ['s', 'a', 'b', 'c'].map(() => randomBytes(200).toString('hex'));
  await insertVersions(db, 60, [
    { changeNumber: 100, text: `${first}${shared}` },
    { changeNumber: 200, text: `${second}${shared}` },
    { changeNumber: 300, text: `${second}${third}` },
    { changeNumber: 400, text: `${third}` },
  ]);
  await sql`delete from app_versions where appid = 60 and change_number = 200`.execute(db);
  await expect(textAt(60, 100)).rejects.toThrow(DocumentDamaged);
  expect(await textAt(60, 300)).toBe(`${second}${third}`);
  await sql`update app_documents set body = ${encodeDocument(Buffer.from('other'))} where appid = 60`.execute(
    db,
  );
  await expect(textAt(60, 300)).rejects.toThrow(DocumentDamaged);
});

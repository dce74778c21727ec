import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { decodeDocument, DocumentDamaged, type EncodedDocument } from './decode-document.ts';
import { encodeDocument } from './encode-document.ts';
import { findDictionaryBlocker } from './find-dictionary-blocker.ts';
import { findDocuments, pageThroughDocuments } from './find-documents.ts';

function encode(text: Uint8Array, dictionary?: Uint8Array): EncodedDocument {
  return {
    sha1: createHash('sha1').update(text).digest('hex'),
    size: text.length + 1,
    body: encodeDocument(text, dictionary),
  };
}

const TEXT = Buffer.from('"appinfo"\n{\n\t"appid"\t\t"440"\n}\n'.repeat(40));

describe('decodeDocument', () => {
  test.each([
    ['no text', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['a text', TEXT],
    ['bytes that are no UTF-8 and no text', Buffer.from([0, 255, 254, 0, 128])],
    ['what cannot be compressed', randomBytes(70_000)],
    ['the largest recorded size', Buffer.alloc(457_000, TEXT)],
  ])('returns %s byte for byte', (_, text) => {
    expect(decodeDocument(encode(text)).equals(text)).toBe(true);
  });

  test('refuses a body with one changed byte or a missing end, and never returns another text', () => {
    const encoded = encode(TEXT);
    /** The text is right, or refused: a flag in the header of a frame may mean nothing. */
    const isRightOrRefused = (body: Uint8Array) => {
      try {
        return decodeDocument({ ...encoded, body }).equals(TEXT);
      } catch (error) {
        return error instanceof DocumentDamaged;
      }
    };
    for (let at = 0; at < encoded.body.length; at += 1) {
      const body = Buffer.from(encoded.body);
      body[at] = (body[at] ?? 0) ^ 0x10;
      expect(isRightOrRefused(body)).toBe(true);
      expect(() => decodeDocument({ ...encoded, body: encoded.body.subarray(0, at) })).toThrow(
        DocumentDamaged,
      );
    }
  });

  test('refuses a document with another size or SHA-1, and one that would exhaust the memory', () => {
    const encoded = encode(TEXT);
    expect(() => decodeDocument({ ...encoded, size: encoded.size + 1 })).toThrow(/bytes, not/);
    expect(() => decodeDocument({ ...encoded, size: encoded.size - 1 })).toThrow(DocumentDamaged);
    expect(() => decodeDocument({ ...encoded, size: 0 })).toThrow(DocumentDamaged);
    expect(() => decodeDocument({ ...encoded, size: 2_000_000_000 })).toThrow(DocumentDamaged);
    expect(() => decodeDocument({ ...encoded, sha1: '0'.repeat(40) })).toThrow(/has the SHA-1/);
    const bomb = zstdCompressSync(Buffer.alloc(200_000_000));
    expect(() => decodeDocument({ ...encoded, body: bomb })).toThrow(DocumentDamaged);
  });
});

describe('a delta', () => {
  const newer = Buffer.from(TEXT.toString().replace('440', '441'));

  test.each([
    ['no text', Buffer.alloc(0), newer],
    ['one byte', Buffer.from('x'), newer],
    ['a text against the next', TEXT, newer],
    ['a text against itself', TEXT, TEXT],
    ['a text against no text', TEXT, Buffer.alloc(0)],
    ['what has nothing in common', randomBytes(5_000), newer],
    ['more than twice the window of zstd', randomBytes(5_000_000), randomBytes(3_000_000)],
  ])('of %s is decoded byte for byte', (_, text, dictionary) => {
    expect(decodeDocument(encode(text, dictionary), dictionary).equals(text)).toBe(true);
  });

  test('is a small part of the text, up to the largest recorded size', () => {
    const text = randomBytes(457_000);
    const next = Buffer.concat([text.subarray(0, 200_000), Buffer.from('changed'), text.subarray(200_100)]);
    expect(encodeDocument(text, next).length).toBeLessThan(500);
  });

  test('cannot be decoded with another dictionary or without one, and never becomes another text', () => {
    const delta = encode(TEXT, newer);
    expect(() => decodeDocument(delta, Buffer.alloc(newer.length, 'x'))).toThrow(DocumentDamaged);
    expect(() => decodeDocument(delta)).toThrow(DocumentDamaged);
    expect(() => decodeDocument({ ...delta, size: delta.size + 1 }, newer)).toThrow(/bytes, not/);
    expect(() => decodeDocument({ ...delta, sha1: '0'.repeat(40) }, newer)).toThrow(/has the SHA-1/);
  });

  test('is refused on a Node that ignores zstd dictionaries, with its version', () => {
    expect(findDictionaryBlocker()).toBeUndefined();
    expect(findDictionaryBlocker((text) => encodeDocument(text))).toMatch(
      /^Node \d+\.\d+\.\d+ ignores zstd dictionaries, .* needs Node 24\.6 or newer$/,
    );
  });
});

describe('stored documents', () => {
  let db: Database;

  beforeAll(async () => {
    ({ db } = await freshDatabase());
    const { sha1, size, body } = encode(TEXT);
    for (const [appid, part] of [
      [10, 'full'],
      [20, 'public'],
      [20, 'full'],
      [30, 'public'],
    ] as const) {
      await sql`insert into app_documents (appid, part, change_number, sha1, size, body)
        values (${appid}, ${part}, 7, decode(${sha1}, 'hex'), ${size}, ${body})`.execute(db);
    }
  });

  test('are found by the id of their app, the full one first', async () => {
    const found = await findDocuments(db, [20, 10, 40]);
    expect(found.map(({ appid, part }) => [appid, part])).toEqual([
      [10, 'full'],
      [20, 'full'],
      [20, 'public'],
    ]);
    const [first] = found;
    expect(first).toMatchObject({ changeNumber: 7, fetchedAt: expect.any(Date) });
    expect(first && decodeDocument(first).equals(TEXT)).toBe(true);
  });

  test('are read in pages, with all documents of an app on the same page', async () => {
    const pages = [];
    for (let after = 0; ;) {
      const page = await pageThroughDocuments(db, { after, limit: 2 });
      if (page.length === 0) break;
      pages.push(page.map(({ appid, part }) => `${appid} ${part}`));
      after = page.at(-1)?.appid ?? 0;
    }
    expect(pages).toEqual([['10 full', '20 full', '20 public'], ['30 public']]);
  });
});

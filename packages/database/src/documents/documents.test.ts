import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { decodeDocument, DocumentDamaged, type EncodedDocument } from './decode-document.ts';
import { encodeDocument } from './encode-document.ts';
import { findDocuments, pageThroughDocuments } from './find-documents.ts';

function encode(text: Uint8Array): EncodedDocument {
  return {
    sha1: createHash('sha1').update(text).digest('hex'),
    size: text.length + 1,
    body: encodeDocument(text),
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

  test('refuses a body with any one byte changed, or whose end is missing, and never returns another text', () => {
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

  test('refuses a document of another size or SHA-1, and one that would fill the memory', () => {
    const encoded = encode(TEXT);
    expect(() => decodeDocument({ ...encoded, size: encoded.size + 1 })).toThrow(/and the text has/);
    expect(() => decodeDocument({ ...encoded, size: encoded.size - 1 })).toThrow(DocumentDamaged);
    expect(() => decodeDocument({ ...encoded, size: 0 })).toThrow(DocumentDamaged);
    expect(() => decodeDocument({ ...encoded, size: 2_000_000_000 })).toThrow(DocumentDamaged);
    expect(() => decodeDocument({ ...encoded, sha1: '0'.repeat(40) })).toThrow(/has the SHA-1/);
    const bomb = zstdCompressSync(Buffer.alloc(200_000_000));
    expect(() => decodeDocument({ ...encoded, body: bomb })).toThrow(DocumentDamaged);
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

  test('are read page by page, with all documents of an app on one page', async () => {
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

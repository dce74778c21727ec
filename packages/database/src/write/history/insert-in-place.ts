import { sql, type Selectable, type Transaction } from 'kysely';
import { decodeDocument, DocumentDamaged } from '../../documents/decode-document.ts';
import { encodeDocument } from '../../documents/encode-document.ts';
import type { Schema } from '../../schema.ts';

/** A text of an app that is no longer, or never was, its document. */
export interface ReplacedVersion {
  appid: number;
  changeNumber: number;
  lastChangeNumber: number;
  seenAt: Date | 'now';
  /** In hex. */
  sha1: string;
  size: number;
  bytes: Uint8Array;
}

/** The text of the document that the newest of the older texts is a delta of, and of the one that it is to be a delta of. */
export interface Bases {
  before: Uint8Array;
  after: Uint8Array;
}

interface StoredText extends Omit<Selectable<Schema['appVersions']>, 'sha1'> {
  sha1: string;
  bytes: Uint8Array;
}

/**
 * Stores a text among the older ones of its app: as a delta of the next newer one, and the one before it as a delta of it.
 *
 * Texts come late when responses overtake each other, which is rare: so all texts of the app are opened here. A text that is
 * stored already for that number, or for numbers around it, is not stored again.
 *
 * @returns whether it was stored: not when one of the others is damaged.
 */
export async function insertInPlace(
  trx: Transaction<Schema>,
  version: ReplacedVersion,
  base: Bases,
): Promise<boolean> {
  const texts = await openTexts(trx, version.appid, base.before);
  if (!texts || texts.some((text) => covers(text, version))) return false;
  const following = texts.filter(({ changeNumber }) => changeNumber > version.changeNumber);
  const preceding = texts.filter(({ changeNumber }) => changeNumber <= version.changeNumber);

  const next = following[0]?.bytes ?? base.after;
  await insert(trx, version, {
    variant: preceding.filter(({ changeNumber }) => changeNumber === version.changeNumber).length,
    body: encodeDocument(version.bytes, next),
  });
  await encodeAgain(trx, preceding.at(-1), version.bytes);
  if (base.before !== base.after) await encodeAgain(trx, following.at(-1), base.after);
  return true;
}

/** Whether a text is known to have been the same at that number. */
export function covers(
  text: { sha1: string; changeNumber: number; lastChangeNumber: number },
  { sha1, changeNumber }: { sha1: string; changeNumber: number },
): boolean {
  return text.sha1 === sha1 && text.changeNumber <= changeNumber && changeNumber <= text.lastChangeNumber;
}

/**
 * All older texts of an app, the oldest first. None when one of them is damaged: that must not stand in the way of what Steam
 * says now.
 */
async function openTexts(
  trx: Transaction<Schema>,
  appid: number,
  document: Uint8Array,
): Promise<StoredText[] | undefined> {
  const rows = await trx
    .selectFrom('appVersions')
    .selectAll()
    .where('appid', '=', appid)
    .orderBy('changeNumber', 'desc')
    .orderBy('variant', 'desc')
    .execute();
  let base = document;
  try {
    return rows
      .map((row) => {
        const sha1 = row.sha1.toString('hex');
        base = decodeDocument({ ...row, sha1 }, row.encoding === 'zstd-delta' ? base : undefined);
        return { ...row, sha1, bytes: base };
      })
      .toReversed();
  } catch (error) {
    if (error instanceof DocumentDamaged) return undefined;
    throw error;
  }
}

async function insert(
  trx: Transaction<Schema>,
  { appid, changeNumber, lastChangeNumber, seenAt, sha1, size }: ReplacedVersion,
  { variant, body }: { variant: number; body: Buffer },
): Promise<void> {
  await trx
    .insertInto('appVersions')
    .values({
      appid,
      changeNumber,
      lastChangeNumber,
      variant,
      seenAt: seenAt === 'now' ? sql`now()` : seenAt,
      size,
      encoding: 'zstd-delta',
      sha1: Buffer.from(sha1, 'hex'),
      body,
    })
    .execute();
}

/** A text that is stored whole is a delta of nothing. */
async function encodeAgain(
  trx: Transaction<Schema>,
  text: StoredText | undefined,
  base: Uint8Array,
): Promise<void> {
  if (text?.encoding !== 'zstd-delta') return;
  await trx
    .updateTable('appVersions')
    .set({ body: encodeDocument(text.bytes, base) })
    .where('appid', '=', text.appid)
    .where('changeNumber', '=', text.changeNumber)
    .where('variant', '=', text.variant)
    .execute();
}

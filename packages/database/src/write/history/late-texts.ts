import { hash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { decodeDocument, DocumentDamaged } from '../../documents/decode-document.ts';
import { findDocuments } from '../../documents/find-documents.ts';
import type { Schema } from '../../schema.ts';
import type { Outcome } from '../outcomes.ts';
import { covers, insertInPlace } from './insert-in-place.ts';

/**
 * Keeps the texts of responses that a newer one has overtaken, and returns how many.
 *
 * @param lastChangeNumberOf the number up to which the document of an app is known to be what Steam says.
 */
export async function writeLateTexts(
  trx: Transaction<Schema>,
  late: readonly Outcome[],
  lastChangeNumberOf: (appid: number) => number | null,
): Promise<number> {
  const texts = late.flatMap((outcome) =>
    outcome.result === 'record' && outcome.body ? [{ ...outcome.record, bytes: outcome.body }] : [],
  );
  if (texts.length === 0) return 0;
  const documents = await findDocuments(
    trx,
    texts.map(({ appid }) => appid),
  );
  let kept = 0;
  for (const { appid, changeNumber, bytes } of texts) {
    const document = documents.find((one) => one.appid === appid);
    if (!document) continue;
    const sha1 = hash('sha1', bytes, 'hex');
    if (covers({ ...document, lastChangeNumber: lastChangeNumberOf(appid) ?? 0 }, { sha1, changeNumber }))
      continue;
    const version = {
      appid,
      changeNumber,
      lastChangeNumber: changeNumber,
      sha1,
      size: bytes.length + 1,
      bytes,
    };
    try {
      const current = decodeDocument(document);
      if (await insertInPlace(trx, { ...version, seenAt: 'now' }, { before: current, after: current }))
        kept += 1;
    } catch (error) {
      // Nothing can be a delta of a document that is damaged.
      if (!(error instanceof DocumentDamaged)) throw error;
    }
  }
  return kept;
}

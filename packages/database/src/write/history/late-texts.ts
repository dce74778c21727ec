import { hash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { decodeUndamaged } from '../../documents/decode-document.ts';
import { findDocuments } from '../../documents/find-documents.ts';
import type { Schema } from '../../schema.ts';
import type { OlderText } from './version-rows.ts';
import type { Outcome } from '../outcomes.ts';

/** A text, and the change numbers between which Steam is known to have sent it. */
interface KnownText {
  appid: number;
  sha1: string;
  changeNumber: number;
  lastChangeNumber: number;
}

/** Finds the texts of responses that a newer one overtook, except those already known at their change number. */
export async function findLateTexts(
  trx: Transaction<Schema>,
  late: readonly Outcome[],
  lastChangeNumberOf: (appid: number) => number | null,
): Promise<OlderText[]> {
  const texts = late.flatMap((outcome) =>
    outcome.result === 'record' && outcome.body
      ? [{ ...outcome.record, sha1: hash('sha1', outcome.body, 'hex'), bytes: outcome.body }]
      : [],
  );
  if (texts.length === 0) return [];
  const appids = texts.map(({ appid }) => appid);
  const documents = await findDocuments(trx, appids);
  const known: KnownText[] = [
    ...documents.map((document) => ({
      ...document,
      lastChangeNumber: lastChangeNumberOf(document.appid) ?? 0,
    })),
    ...(await findKnownVersions(trx, appids)),
  ];
  return texts.flatMap(({ appid, changeNumber, sha1, bytes }) => {
    const document = documents.find((one) => one.appid === appid);
    // Nothing can be a delta of a damaged document.
    const current = document && decodeUndamaged(document);
    if (!current || known.some((text) => isSame(text, { appid, sha1, changeNumber }))) return [];
    const base = { before: current, after: current };
    return [{ appid, changeNumber, lastChangeNumber: changeNumber, seenAt: null, sha1, bytes, base }];
  });
}

async function findKnownVersions(trx: Transaction<Schema>, appids: readonly number[]): Promise<KnownText[]> {
  return trx
    .selectFrom('appVersions')
    .select(['appid', 'changeNumber', 'lastChangeNumber', sql<string>`encode(sha1, 'hex')`.as('sha1')])
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .execute();
}

/** Whether Steam is known to have sent this very text at that change number. */
function isSame(
  known: KnownText,
  { appid, sha1, changeNumber }: Pick<KnownText, 'appid' | 'sha1' | 'changeNumber'>,
): boolean {
  return (
    known.appid === appid &&
    known.sha1 === sha1 &&
    known.changeNumber <= changeNumber &&
    changeNumber <= known.lastChangeNumber
  );
}

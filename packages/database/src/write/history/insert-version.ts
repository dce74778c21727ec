import type { Transaction } from 'kysely';
import type { Schema } from '../../schema.ts';
import { addVersionRows, encodeAgain, openVersions, type OlderText } from './version-rows.ts';

/**
 * Stores a text between the versions of its app: as a delta of the next newer one, which may be the document, and the version
 * before it as a delta of this text.
 *
 * That opens every version of the app. It is rare: responses have to overtake each other. A damaged version stays as it is,
 * and the text before it is stored whole.
 */
export async function insertVersion(trx: Transaction<Schema>, { base, ...text }: OlderText): Promise<void> {
  const versions = await openVersions(trx, text.appid, base.before);
  const older = versions.filter(({ changeNumber }) => changeNumber <= text.changeNumber);
  const newer = versions.slice(older.length);
  await addVersionRows(trx, [
    {
      ...text,
      variant: older.filter(({ changeNumber }) => changeNumber === text.changeNumber).length,
      newer: newer[0] ? newer[0].bytes : base.after,
    },
  ]);
  await encodeAgain(trx, older.at(-1), text.bytes);
  if (base.before !== base.after) await encodeAgain(trx, newer.at(-1), base.after);
}

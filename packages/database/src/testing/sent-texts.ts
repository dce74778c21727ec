import type { FetchedApps } from '@pics/core';
import type { Database } from '../connection/connect-database.ts';
import { decodeDocument } from '../documents/decode-document.ts';
import { fullRecord, writeJob } from './app-record.ts';

/** One response of Steam about an app: all of it, or the part that is shown without a token. */
export interface Sent {
  appid: number;
  changeNumber: number;
  part: 'full' | 'public';
  text: string | Uint8Array;
}

/** A batch of these responses. */
export function batchOf(...sent: Sent[]): FetchedApps {
  return writeJob({
    changeNumber: Math.max(0, ...sent.map(({ changeNumber }) => changeNumber)),
    records: sent.map(({ appid, changeNumber, part }) =>
      part === 'full'
        ? fullRecord(appid, changeNumber)
        : { appid, changeNumber, access: 'restricted' as const },
    ),
    bodies: sent.map(({ appid, text }) => ({ appid, bytes: Buffer.from(text) })),
  });
}

/** Every stored text, checked, by "appid part". */
export async function readTexts(db: Database): Promise<Record<string, string>> {
  const rows = await db.selectFrom('appDocuments').selectAll().orderBy('appid').orderBy('part').execute();
  return Object.fromEntries(
    rows.map(({ appid, part, sha1, size, body }) => [
      `${appid} ${part}`,
      decodeDocument({ sha1: sha1.toString('hex'), size, body }).toString('latin1'),
    ]),
  );
}

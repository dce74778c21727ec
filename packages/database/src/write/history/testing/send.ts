import { diffRecords, extractStoredText } from '@pics/appinfo';
import { sql } from 'kysely';
import { appBody, type Block } from '../../../../../appinfo/src/extract/testing/app-body.ts';
import type { Database } from '../../../connection/connect-database.ts';
import { storeApps, type Response } from '../../../testing/store-apps.ts';
import type { WriteOptions } from '../../write-batch.ts';
import type { HistoryOptions } from '../write-history.ts';

/** What the writer finds changes with. */
export const history: HistoryOptions = { diffRecords, toRecord: extractStoredText };

/** The body of an app with these sections. */
export function bodyOf(appid: number, sections: Record<string, Block>): Buffer {
  return appBody({ appid: String(appid), ...sections });
}

/** Stores these responses as a writer with DOCUMENTS=versions does. */
export function send(
  db: Database,
  responses: readonly Response[],
  options: WriteOptions = {},
): Promise<void> {
  return storeApps(db, responses, { documents: 'versions', history, ...options });
}

/** Every event, in the order in which they were written. */
export async function readEvents(db: Database) {
  const events = await db.selectFrom('picsEvents').selectAll().orderBy('id').execute();
  return events.map(({ type, subjectId: appid, changeNumber, changes }) => ({
    type,
    appid,
    changeNumber,
    changes,
  }));
}

/** Ends the first fill: from now on an app that is stored for the first time is an event. */
export async function finishFirstFill(db: Database): Promise<void> {
  await sql`update pics_state set filled_at = now()`.execute(db);
}

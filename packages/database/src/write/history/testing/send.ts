import { diffRecords, extractApp, extractStoredText } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import { sql } from 'kysely';
import { hash } from 'node:crypto';
import { appBody, type Block } from '../../../../../appinfo/src/extract/testing/app-body.ts';
import type { Database } from '../../../connection/connect-database.ts';
import { writeJob } from '../../../testing/app-record.ts';
import { writeBatch, type WriteOptions } from '../../write-batch.ts';
import type { HistoryOptions } from '../write-history.ts';

/** What the writer finds changes with. */
export const history: HistoryOptions = { diffRecords, toRecord: extractStoredText };

/** A response of Steam about an app. */
export interface Response {
  appid: number;
  changeNumber: number;
  body: Uint8Array;
  missingToken?: boolean;
}

/** The body of an app with these sections. */
export function bodyOf(appid: number, sections: Record<string, Block>): Buffer {
  return appBody({ appid: String(appid), ...sections });
}

/** Writes one batch of these responses, as the writer does. */
export async function send(
  db: Database,
  responses: readonly Response[],
  options: WriteOptions = {},
): Promise<void> {
  const apps = responses.map(({ missingToken = false, ...app }): AppBody => {
    return { ...app, missingToken, sha1: hash('sha1', app.body, 'hex') };
  });
  const job = writeJob({
    changeNumber: Math.max(...apps.map(({ changeNumber }) => changeNumber)),
    records: apps.map(extractApp),
    bodies: apps.filter(({ body }) => body.length > 0).map(({ appid, body }) => ({ appid, bytes: body })),
  });
  await writeBatch(db, job, { documents: 'versions', history, ...options });
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

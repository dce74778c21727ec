import { extractApp } from '@pics/appinfo';
import type { FetchedApps } from '@pics/core';
import { hash } from 'node:crypto';
import type { Database } from '../connection/connect-database.ts';
import { writeBatch, type WriteOptions } from '../write/write-batch.ts';
import { writeJob } from './app-record.ts';

/** A response of Steam about an app. */
export interface Response {
  appid: number;
  changeNumber: number;
  /** Empty where Steam sends no text. */
  body: Uint8Array;
  missingToken?: boolean;
}

/** As many as a fetcher asks for at once. */
const BATCH_APPS = 200;

/** What a fetcher makes of these responses, each about another app. */
export function fetchedApps(responses: readonly Response[]): FetchedApps {
  return writeJob({
    changeNumber: Math.max(0, ...responses.map(({ changeNumber }) => changeNumber)),
    records: responses.map(({ missingToken = false, ...app }) =>
      extractApp({ ...app, missingToken, sha1: hash('sha1', app.body, 'hex') }),
    ),
    bodies: responses.flatMap(({ appid, body }) => (body.length > 0 ? [{ appid, bytes: body }] : [])),
  });
}

/** Stores these responses as a writer does: those of one app in this order, each in another batch. */
export async function storeApps(
  db: Database,
  responses: readonly Response[],
  options?: WriteOptions,
): Promise<void> {
  const seen = new Map<number, number>();
  const rounds = Map.groupBy(responses, ({ appid }) => {
    const round = (seen.get(appid) ?? 0) + 1;
    seen.set(appid, round);
    return round;
  });
  for (const round of rounds.values()) {
    for (let start = 0; start < round.length; start += BATCH_APPS) {
      await writeBatch(db, fetchedApps(round.slice(start, start + BATCH_APPS)), options);
    }
  }
}

import { hash } from 'node:crypto';
import { extractApp } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import { writeBatch, type Database, type WriteOptions } from '@pics/database';

/** As many as a fetcher asks for at once. */
const BATCH_APPS = 200;

/** Stores these responses as a writer does, rows and documents; those of one app in this order. */
export async function storeApps(
  database: Database,
  bodies: readonly AppBody[],
  options?: WriteOptions,
): Promise<void> {
  let batch = new Map<number, AppBody>();
  for (const body of bodies) {
    if (batch.has(body.appid) || batch.size === BATCH_APPS) {
      await storeBatch(database, [...batch.values()], options);
      batch = new Map();
    }
    batch.set(body.appid, body);
  }
  await storeBatch(database, [...batch.values()], options);
}

async function storeBatch(
  database: Database,
  bodies: readonly AppBody[],
  options: WriteOptions | undefined,
): Promise<void> {
  const fetched = {
    batchId: 'stored',
    changeNumber: Math.max(...bodies.map(({ changeNumber }) => changeNumber)),
    records: bodies.map((body) => extractApp({ ...body, sha1: hash('sha1', body.body, 'hex') })),
    bodies: bodies.map(({ appid, body }) => ({ appid, bytes: body })),
    unknown: [],
    failed: [],
    unanswered: [],
  };
  await writeBatch(database, fetched, options);
}

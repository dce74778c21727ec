import { serveMeasurements } from '../measure/measured-process.ts';
import { cpuSeconds } from '../measure/figure.ts';

/** The argument of this program, as JSON. */
export interface FetchTask {
  client: 'project' | 'steam-user';
  cmServer: string;
  batches: number[][];
}

/** Long enough for several garbage collections in each run. */
const MIN_CPU_SECONDS = 0.3;

/** Fetches one batch and returns the number of records. */
type FetchBatch = (appids: readonly number[]) => Promise<number>;

/**
 * Fetches all batches one after the other, repeatedly, until a run is long enough. A run measures apps per CPU-second of
 * the whole process. Each process loads only the client it measures.
 */
const { client, cmServer, batches } = JSON.parse(process.argv[2] ?? '') as FetchTask;
const apps = batches.flat().length;
const fetchBatch = await (client === 'project' ? connectProject() : connectSteamUser());
serveMeasurements(async () => {
  let seconds = 0;
  let passes = 0;
  for (; seconds < MIN_CPU_SECONDS; passes += 1) seconds += await cpuSeconds(fetchAll);
  return (passes * apps) / seconds;
});

async function fetchAll(): Promise<void> {
  for (const batch of batches) {
    const records = await fetchBatch(batch);
    if (records !== batch.length) throw new Error(`received ${records} of ${batch.length} apps`);
  }
}

/** This project's client and extraction. */
async function connectProject(): Promise<FetchBatch> {
  const { createPicsClient } = await import('@pics/steam');
  const { extractApp } = await import('@pics/appinfo');
  const log = { debug: () => {}, info: () => {}, warn: console.error };
  const steam = createPicsClient({ cmServers: [cmServer], log });
  await steam.logOn();
  return async (appids) => {
    const response = await steam.getProductInfo(appids);
    return response.apps.map(extractApp).length;
  };
}

/** The peer: steam-user's getProductInfo and the same extraction. */
async function connectSteamUser(): Promise<FetchBatch> {
  const peer = await import('./steam-user-client.ts');
  const fetchRecords = await peer.connectSteamUser(cmServer);
  return async (appids) => (await fetchRecords(appids)).length;
}

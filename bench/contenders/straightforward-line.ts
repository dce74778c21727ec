import { serveContender } from '../measure/contender-process.ts';
import { cutBatches, share } from './batches.ts';
import { openKyselyValues } from './kysely-values.ts';
import { connectSteamUser } from './steam-user-client.ts';

/** What the process is told: as JSON in its first argument. */
export interface StraightforwardTask {
  cmServer: string;
  appids: number[];
  /** How many batches are under way at a time, each on a connection of its own. */
  concurrency: number;
}

const BATCH_SIZE = 200;

/**
 * The whole line as a single process that one would write with the same libraries: getProductInfo, kvparser, and upserts
 * with `.values()`, batch by batch. It gets the list of apps as a gift, remembers nothing and loses what fails. Measures
 * apps per second, into the database it is told.
 */
const { cmServer, appids, concurrency } = JSON.parse(process.argv[2] ?? '') as StraightforwardTask;
const fetchRecords = await connectSteamUser(cmServer);
serveContender(async (databaseUrl) => {
  const tables = await openKyselyValues(databaseUrl, concurrency);
  const startedAt = performance.now();
  await share(cutBatches(appids, BATCH_SIZE), concurrency, async (batch) =>
    tables.write(await fetchRecords(batch)),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await tables.close();
  return appids.length / seconds;
});

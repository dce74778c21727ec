import { cutBatches, runConcurrently } from '../input/batches.ts';
import { serveMeasurements } from '../measure/measured-process.ts';
import { openKyselyValues } from './kysely-values.ts';
import { connectSteamUser } from './steam-user-client.ts';

/** The argument of this program, as JSON. */
export interface SimplePipelineTask {
  cmServer: string;
  appids: number[];
  /** Batches at a time, each on its own connection. */
  concurrency: number;
}

const BATCH_SIZE = 200;

/**
 * The pipeline as a single process, as one would first write it with the same libraries: getProductInfo, kvparser, and
 * upserts with `.values()`, batch by batch. It is given the list of apps, keeps no ledger, and loses what fails. Measures
 * apps per second; the input is the URL of the database.
 */
const { cmServer, appids, concurrency } = JSON.parse(process.argv[2] ?? '') as SimplePipelineTask;
const fetchRecords = await connectSteamUser(cmServer);
serveMeasurements(async (databaseUrl) => {
  const tables = await openKyselyValues(databaseUrl, concurrency);
  const startedAt = performance.now();
  await runConcurrently(cutBatches(appids, BATCH_SIZE), concurrency, async (batch) =>
    tables.write(await fetchRecords(batch)),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await tables.close();
  return appids.length / seconds;
});

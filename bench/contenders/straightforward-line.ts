import { serveContender } from '../measure/contender-process.ts';
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
  const batches = Array.from({ length: Math.ceil(appids.length / BATCH_SIZE) }, (_, index) =>
    appids.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  ).values();
  const startedAt = performance.now();
  const mirrorNext = async () => {
    for (const batch of batches) {
      const records = await fetchRecords(batch);
      await tables.write(records, Math.max(...records.map(({ changeNumber }) => changeNumber)));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, mirrorNext));
  const seconds = (performance.now() - startedAt) / 1_000;
  await tables.close();
  return appids.length / seconds;
});

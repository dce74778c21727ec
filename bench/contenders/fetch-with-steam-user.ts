import { serveFetcher } from './serve-fetcher.ts';
import { connectSteamUser } from './steam-user-client.ts';

/** What others would write: steam-user's getProductInfo, then the same extraction. */
await serveFetcher(async ({ cmServer }) => {
  const fetchRecords = await connectSteamUser(cmServer);
  return async (appids) => {
    const records = await fetchRecords(appids);
    if (records.length !== appids.length) throw new Error(`${records.length} of ${appids.length} apps came`);
  };
});

import { extractApp } from '@pics/appinfo';
import { createPicsClient } from '@pics/steam';
import { serveFetcher } from './serve-fetcher.ts';

const log = { debug: () => {}, info: () => {}, warn: console.error };

/** This project: its client, then its extraction. */
await serveFetcher(async ({ cmServer }) => {
  const client = createPicsClient({ cmServers: [cmServer], log });
  await client.logOn();
  return async (appids) => {
    const { apps } = await client.getProductInfo(appids);
    const records = apps.map(extractApp);
    if (records.length !== appids.length) throw new Error(`${records.length} of ${appids.length} apps came`);
  };
});

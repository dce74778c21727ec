import { Pool } from 'pg';
import { closeAtEnd } from './cleanup.ts';

/** What a storefront says of an app. */
export interface StorefrontApp {
  appid: number;
  name: string;
  type: string;
  isFree: boolean;
  developers: string[];
  publishers: string[];
}

export interface StorefrontSync {
  /** What was written last of each app. */
  written: Map<number, StorefrontApp>;
  /** What Postgres refused, in its words. */
  errors: string[];
  /** Ends the sync after the pages that are under way. */
  stop(): Promise<void>;
}

/** How many pages are written at once. */
const WORKERS = 2;

/**
 * Starts a second program that writes the catalogue of a storefront all the time, as its owner: each app with its companies and
 * the time of the sync, in one call.
 */
export function startStorefrontSync(url: string, nextApp: () => StorefrontApp): StorefrontSync {
  const pool = new Pool({ connectionString: url, max: WORKERS, application_name: 'storefront-sync' });
  const written = new Map<number, StorefrontApp>();
  const errors: string[] = [];
  const stopping = new AbortController();
  const work = async () => {
    while (!stopping.signal.aborted) {
      const app = nextApp();
      const { appid, name, type, isFree, developers, publishers } = app;
      try {
        await pool.query('select upsert_storefront_app($1, $2, $3, $4, $5, $6)', [
          appid,
          name,
          type,
          isFree,
          developers,
          publishers,
        ]);
        written.set(appid, app);
      } catch (error) {
        errors.push(`app ${appid}: ${String(error)}`);
      }
    }
  };
  const working = Promise.all(Array.from({ length: WORKERS }, work));
  const stop = async () => {
    stopping.abort();
    await working;
  };
  closeAtEnd('storefront sync', async () => {
    await stop();
    await pool.end();
  });
  return { written, errors, stop };
}

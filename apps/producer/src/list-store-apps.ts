import { z } from 'zod';

const page = z.object({
  response: z.object({
    apps: z.array(z.object({ appid: z.int().positive() })).default([]),
    have_more_results: z.boolean().default(false),
    last_appid: z.int().optional(),
  }),
});

/** The most that IStoreService/GetAppList gives in one page. */
const PAGE_SIZE = 50_000;

/** The store lists some 250,000 items; this many pages are far more, and stop a list that would not end. */
const MOST_PAGES = 100;

/**
 * Yields the appids of everything the store lists, page by page, in ascending order.
 *
 * IStoreService/GetAppList returns only games by default, so every kind is requested. It lists store items and nothing else
 * (no tools, no configs): it is a head start for the discovery scan, not a replacement.
 *
 * @param origin the Web API's, https://api.steampowered.com.
 * @throws Error with the HTTP status, never with the URL, which contains the key.
 */
export async function* listStoreApps(
  origin: string,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<number[]> {
  let lastAppid = 0;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const url = new URL('/IStoreService/GetAppList/v1/', origin);
    const parameters = { key, max_results: PAGE_SIZE, last_appid: lastAppid };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    for (const kind of ['games', 'dlc', 'software', 'videos', 'hardware'])
      url.searchParams.set(`include_${kind}`, 'true');

    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]) });
    if (!response.ok) throw new Error(`the store's app list responded with HTTP ${response.status}`);
    const { apps, have_more_results: more, last_appid: last } = page.parse(await response.json()).response;
    if (apps.length > 0) yield apps.map((app) => app.appid);
    if (!more || last === undefined || last <= lastAppid) return;
    lastAppid = last;
  }
}

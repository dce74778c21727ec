import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { listStoreApps } from './list-store-apps.ts';

const KEY = '0123456789ABCDEF0123456789ABCDEF';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A store that responds with the page of each `last_appid` in `pages`; returns the requests it got. */
async function startStore(pages: Record<string, object | number>) {
  const requests: URLSearchParams[] = [];
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://store');
    requests.push(searchParams);
    const page = pages[searchParams.get('last_appid') ?? ''] ?? 404;
    if (typeof page === 'number') response.writeHead(page).end();
    else response.end(JSON.stringify({ response: page }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { requests, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function listAll(origin: string): Promise<number[]> {
  const appids: number[] = [];
  for await (const page of listStoreApps(origin, KEY, new AbortController().signal)) appids.push(...page);
  return appids;
}

const apps = (...appids: number[]) => appids.map((appid) => ({ appid, name: 'a name', last_modified: 1 }));

describe('listStoreApps', () => {
  test('follows the list page by page to its end', async () => {
    const { origin } = await startStore({
      0: { apps: apps(10, 20), have_more_results: true, last_appid: 20 },
      20: { apps: apps(30), have_more_results: true, last_appid: 30 },
      30: { apps: apps(40) },
    });
    expect(await listAll(origin)).toEqual([10, 20, 30, 40]);
  });

  test('requests every kind of item, since the store lists only games by default', async () => {
    const { origin, requests } = await startStore({ 0: { apps: apps(10) } });
    await listAll(origin);
    const kinds = ['games', 'dlc', 'software', 'videos', 'hardware'].map((kind) => `include_${kind}`);
    expect(kinds.map((kind) => requests[0]?.get(kind))).toEqual(kinds.map(() => 'true'));
    expect(requests[0]?.get('key')).toBe(KEY);
  });

  test('ends a list that makes no progress', async () => {
    const { origin, requests } = await startStore({
      0: { apps: apps(10), have_more_results: true, last_appid: 0 },
    });
    expect(await listAll(origin)).toEqual([10]);
    expect(requests).toHaveLength(1);
  });

  test('reports the HTTP status of a refusal, and never the key', async () => {
    const { origin } = await startStore({ 0: 403 });
    const refusal = await listAll(origin).catch((error: Error) => error.message);
    expect(refusal).toBe("the store's app list responded with HTTP 403");
  });
});

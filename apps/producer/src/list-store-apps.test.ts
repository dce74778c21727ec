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

/** A store that answers the page after each `last_appid` with what `pages` holds for it; gives back what it was asked. */
async function startStore(pages: Record<string, object | number>) {
  const asked: URLSearchParams[] = [];
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://store');
    asked.push(searchParams);
    const page = pages[searchParams.get('last_appid') ?? ''] ?? 404;
    if (typeof page === 'number') response.writeHead(page).end();
    else response.end(JSON.stringify({ response: page }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { asked, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
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

  test('asks for every kind of item, for the store lists games alone by itself', async () => {
    const { origin, asked } = await startStore({ 0: { apps: apps(10) } });
    await listAll(origin);
    const kinds = ['games', 'dlc', 'software', 'videos', 'hardware'].map((kind) => `include_${kind}`);
    expect(kinds.map((kind) => asked[0]?.get(kind))).toEqual(kinds.map(() => 'true'));
    expect(asked[0]?.get('key')).toBe(KEY);
  });

  test('ends a list that does not move on', async () => {
    const { origin, asked } = await startStore({
      0: { apps: apps(10), have_more_results: true, last_appid: 0 },
    });
    expect(await listAll(origin)).toEqual([10]);
    expect(asked).toHaveLength(1);
  });

  test('says with which status the store refused, and never the key', async () => {
    const { origin } = await startStore({ 0: 403 });
    const refusal = await listAll(origin).catch((error: Error) => error.message);
    expect(refusal).toBe("the store's app list answered HTTP 403");
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppChange } from './pics/pics.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './start-simulator.ts';
import type { LoggedRequest } from './counters.ts';
import { WireClient } from './testing/wire-client.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ apps: 100, seed: 4 });
});
afterEach(() => simulator.close());

interface Reply<Body> {
  status: number;
  body: Body;
}

async function call<Body>(method: string, path: string, body?: unknown): Promise<Reply<Body>> {
  const response = await fetch(simulator.addresses.controlUrl + path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

describe('the control port', () => {
  test('lists every app with its change number, and shows each one', async () => {
    const { body } = await call('GET', '/apps');
    expect(body).toEqual({ currentChangeNumber: 36_000_000, apps: simulator.apps() });
    const [{ appid } = { appid: 0 }] = simulator.apps();
    const truth = simulator.findApp(appid);
    expect(await call('GET', `/apps/${appid}`)).toMatchObject({
      status: 200,
      body: {
        appid,
        sha: truth?.sha,
        missingToken: truth?.missingToken,
        body: truth?.text.toString('base64'),
      },
    });
    expect(await call('GET', '/apps/7')).toEqual({ status: 404, body: { unknown: true } });
  });

  test('changes a number of apps, or named apps', async () => {
    const { body } = await call<AppChange[]>('POST', '/changes', { count: 5 });
    expect(body).toHaveLength(5);
    const current = body.at(-1)?.changeNumber ?? 0;
    expect(simulator.state().currentChangeNumber).toBe(current);
    const [{ appid } = { appid: 0 }] = simulator.apps();
    const named = await call('POST', '/changes', { appids: [appid] });
    expect(named.body).toEqual([{ appid, changeNumber: current + 1 }]);
    expect((await call('GET', `/changes?since=${current}`)).body).toEqual([
      { kind: 'app', id: appid, changeNumber: current + 1 },
    ]);
    expect((await call('POST', '/advance', { count: 3 })).body).toHaveLength(3);
  });

  test('replaces an app by text, by bytes or by nothing', async () => {
    await call('POST', '/apps/7', { text: 'ünsound' });
    expect(simulator.findApp(7)?.text.toString()).toBe('ünsound');
    await call('POST', '/apps/7', { base64: Buffer.of(0xff, 0).toString('base64'), missingToken: true });
    expect(simulator.findApp(7)).toMatchObject({ text: Buffer.of(0xff, 0), missingToken: true });
    await call('POST', '/apps/7', { unknown: true });
    expect(simulator.findApp(7)).toBeUndefined();
  });

  test('accepts a body of 10 MB', async () => {
    const { status } = await call('POST', '/apps/7', {
      base64: Buffer.alloc(10_000_000, 65).toString('base64'),
    });
    expect(status).toBe(200);
    expect(simulator.findApp(7)?.text).toHaveLength(10_000_000);
  });

  test('arms, lists and disarms faults', async () => {
    const { body: armed } = await call('POST', '/faults', { kind: 'stale', appids: [10], next: 2 });
    expect(armed).toEqual({ id: 1, fault: { kind: 'stale', appids: [10], next: 2 }, struck: 0 });
    await call('POST', '/faults', { kind: 'silent-gap' });
    expect((await call('GET', '/faults')).body).toMatchObject({ armed: [{ id: 1 }, { id: 2 }] });
    expect(await call('DELETE', '/faults/1')).toEqual({ status: 200, body: { disarmed: true } });
    expect(await call('DELETE', '/faults/1')).toEqual({ status: 404, body: { disarmed: false } });
    expect((await call('GET', '/faults')).body).toMatchObject({ armed: [{ id: 2 }] });
    await call('DELETE', '/faults');
    expect((await call('GET', '/faults')).body).toMatchObject({ armed: [] });
  });

  test('lists tokens, makes apps need one, changes grants and rotates', async () => {
    const { body: before } = await call('GET', '/tokens');
    expect(before).toEqual(simulator.tokens());
    const isOpen = ({ appid }: AppChange) => simulator.findApp(appid)?.missingToken === false;
    const { appid } = simulator.apps().find(isOpen) ?? { appid: 0 };
    const restricted = await call('POST', '/tokens', { appids: [appid], shown: 'common', granted: true });
    expect(restricted.body).toEqual([{ appid, changeNumber: simulator.currentChangeNumber }]);
    const find = () => simulator.tokens().find((token) => token.appid === appid);
    const granted = find();
    expect(granted).toMatchObject({ granted: true });
    expect((await call('GET', `/apps/${appid}`)).body).toMatchObject({
      missingToken: true,
      onlyPublic: true,
    });
    expect((await call('GET', `/apps/${appid}?withToken=true`)).body).toMatchObject({ missingToken: false });
    expect(simulator.findApp(appid, { withToken: true })?.text).not.toEqual(simulator.findApp(appid)?.text);
    expect((await call('POST', '/tokens', { granted: false, rotate: true })).body).toEqual([]);
    expect(find()).toMatchObject({ granted: false });
    expect(find()?.token).not.toBe(granted?.token);
    await call('POST', '/tokens', { appids: [appid], shown: 'everything' });
    expect(simulator.findApp(appid)).toMatchObject({ missingToken: false });
  });

  test('shows clients and their requests, and disconnects them', async () => {
    const client = await WireClient.logOn(simulator.addresses);
    await client.requestChanges(0);
    await client.requestProductInfo([10, 20, 30], true);
    expect((await call('GET', '/state')).body).toMatchObject({
      clients: { connected: 1, loggedOn: 1 },
      logons: { OK: 1 },
      requests: { logon: 1, changes: 1, metadata: 1 },
      mostProductInfoRequests: { within1000Ms: 1 },
      parts: 1,
    });
    const { body: requests } = await call<LoggedRequest[]>('GET', '/requests?kinds=metadata,changes');
    expect(requests).toMatchObject([{ kind: 'changes' }, { kind: 'metadata', ids: 3, session: 1 }]);
    expect(requests).toEqual(simulator.requests(['changes', 'metadata']));
    await call('POST', '/disconnect', {});
    expect(await client.closed).toMatchObject({ code: 1006 });
  });

  test('logs clients off with a result, as Steam does for maintenance', async () => {
    const client = await WireClient.logOn(simulator.addresses);
    await call('POST', '/disconnect', { result: 'ServiceUnavailable' });
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(client.received.at(-1)?.emsg).toBe(757);
  });

  test.each([
    ['POST', '/changes', { count: 0 }, 'count'],
    ['POST', '/changes', { appids: [7] }, 'there never was an app 7'],
    ['POST', '/changes', {}, 'appids'],
    ['POST', '/advance', { to: 'end' }, 'has no end'],
    ['POST', '/apps/ten', { text: '' }, 'number'],
    ['POST', '/apps/7', { text: 1 }, 'unknown'],
    ['POST', '/faults', { kind: 'earthquake' }, 'kind'],
    ['POST', '/tokens', { appids: [7], shown: 'common' }, 'there never was an app 7'],
    ['POST', '/tokens', { shown: 'common' }, 'give the appids'],
    ['POST', '/tokens', { shown: 'half' }, 'shown'],
    ['GET', '/requests?kinds=everything', undefined, 'Invalid option'],
  ])('reports what was expected: %s %s %j', async (method, path, body, reason) => {
    const reply = await call(method, path, body);
    expect(reply).toMatchObject({ status: 400, body: { error: expect.stringContaining(reason) } });
  });

  test('responds with 404 to any other path', async () => {
    expect((await call('GET', '/')).status).toBe(404);
  });
});

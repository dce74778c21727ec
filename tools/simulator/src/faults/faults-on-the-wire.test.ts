import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EMsg, EResult } from '../protocol/steam-enums.ts';
import { messages } from '../protocol/messages.ts';
import type { Simulator } from '../simulator.ts';
import { startSimulator } from '../start-simulator.ts';
import { createSteamUser, logOffSteamUser, logOnSteamUser } from '../testing/steam-user-client.ts';
import { appsOf, WireClient } from '../testing/wire-client.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

let simulator: Simulator;
let appids: number[];
beforeEach(async () => {
  simulator = await startSimulator({ apps: 300, seed: 9, partEntries: 10 });
  appids = simulator
    .apps()
    .map(({ appid }) => appid)
    .filter((appid) => simulator.findApp(appid)?.missingToken === false);
});
afterEach(() => simulator.close());

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest();
const struck = () => simulator.state().faults.struck;

describe('a fault of connections and logons', () => {
  test('refuse-connections cuts new connections until it is over', async () => {
    simulator.arm({ kind: 'refuse-connections', next: 2 });
    await expect(WireClient.connect(simulator.addresses)).rejects.toThrow(/hang up|ECONNRESET/);
    await expect(WireClient.connect(simulator.addresses)).rejects.toThrow(/hang up|ECONNRESET/);
    await WireClient.logOn(simulator.addresses);
    expect(struck()).toEqual({ 'refuse-connections': 2 });
  });

  test('refuse-logon with TryAnotherCM makes steam-user try again until it is logged on', async () => {
    simulator.arm({ kind: 'refuse-logon', result: 'TryAnotherCM', next: 1 });
    const client = await logOnSteamUser(simulator.addresses);
    expect(simulator.state().logons).toEqual({ TryAnotherCM: 1, OK: 1 });
    await logOffSteamUser(client);
  });

  test('refuse-logon with RateLimitExceeded makes steam-user give up', async () => {
    simulator.arm({ kind: 'refuse-logon', result: 'RateLimitExceeded', next: 1 });
    const client = createSteamUser(simulator.addresses);
    client.logOn({ anonymous: true });
    const [error]: { eresult?: number }[] = await once(client, 'error');
    expect(error?.eresult).toBe(EResult.RateLimitExceeded);
  });

  test('refuse-logon with quietMs is prolonged by every logon', async () => {
    simulator.arm({ kind: 'refuse-logon', result: 'RateLimitExceeded', next: 1, quietMs: 60_000 });
    for (let tried = 1; tried <= 3; tried += 1) {
      const client = await WireClient.connect(simulator.addresses);
      const job = client.send(EMsg.ClientLogon, messages.logon.encode({ protocol_version: 65_580 }));
      const { eresult } = messages.logonResponse.decode((await client.responseTo(job)).body);
      expect(eresult).toBe(EResult.RateLimitExceeded);
    }
    expect(simulator.state().logons).toEqual({ RateLimitExceeded: 3 });
  });
});

describe('a fault of responses', () => {
  let client: WireClient;
  beforeEach(async () => {
    client = await WireClient.logOn(simulator.addresses);
  });

  test('no-answer suppresses the response to requests with that app, and to no others', async () => {
    const [poison = 0, ...others] = appids;
    simulator.arm({ kind: 'no-answer', appids: [poison] });
    const suppressed = client.sendProductInfo([poison, ...others.slice(0, 5)]);
    expect(appsOf(await client.requestProductInfo(others.slice(0, 5)))).toHaveLength(5);
    expect(client.partsOf(suppressed)).toEqual([]);
  });

  test('frozen leaves a session its connection but no responses, while a new session works', async () => {
    simulator.arm({ kind: 'frozen' });
    const job = client.sendProductInfo(appids.slice(0, 1));
    client.send(EMsg.ClientHeartBeat, messages.heartBeat.encode({ send_reply: true }));
    await client.next(({ emsg }) => emsg === EMsg.ClientHeartBeat);
    expect(client.partsOf(job)).toEqual([]);
    // Logged on in a later millisecond than the fault was armed in.
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.now());
    const other = await WireClient.logOn(simulator.addresses);
    expect(await other.requestChanges(0)).toMatchObject({ current_change_number: 36_000_000 });
  });

  test('late-answer delays a response, which contains what was true at the time of the request', async () => {
    const [appid = 0] = appids;
    const before = simulator.findApp(appid)?.changeNumber;
    simulator.arm({ kind: 'late-answer', ms: 200, next: 1 });
    const sentAt = performance.now();
    const late = client.requestProductInfo([appid]);
    // The response to a later request shows that the first one was read.
    await client.requestChanges(0);
    simulator.releaseApps([appid]);
    expect(appsOf(await late)[0]?.change_number).toBe(before);
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(199);
  });

  test('out-of-order sends a response after the next one', async () => {
    simulator.arm({ kind: 'out-of-order', next: 1, ms: 30_000 });
    const first = client.sendProductInfo(appids.slice(0, 1));
    const second = client.sendProductInfo(appids.slice(1, 2));
    await client.responseTo(first);
    const order = client.received.slice(1).map(({ header }) => header.jobid_target);
    expect(order).toEqual([second, first]);
  });

  test('doubled-answer sends all parts twice', async () => {
    simulator.arm({ kind: 'doubled-answer', requests: ['product-info'], next: 1 });
    const job = client.sendProductInfo(appids.slice(0, 25));
    // Responses come in order, so the second copy has arrived before this one.
    await client.next(() => client.partsOf(job).length === 6);
    const parts = client.partsOf(job);
    expect(parts.slice(3)).toEqual(parts.slice(0, 3));
  });

  test('gzip-multi compresses responses in a way that steam-user can read', async () => {
    simulator.arm({ kind: 'gzip-multi', requests: ['logon', 'product-info'] });
    const steamUser = await logOnSteamUser(simulator.addresses);
    const { apps } = await steamUser.getProductInfo(appids.slice(0, 40), []);
    expect(Object.keys(apps).map(Number)).toEqual(appids.slice(0, 40));
    expect(struck()['gzip-multi']).toBeGreaterThan(4);
    await logOffSteamUser(steamUser);
    const job = client.sendProductInfo(appids.slice(0, 1));
    const { body } = await client.next(({ emsg }) => emsg === EMsg.Multi);
    const { size_unzipped, message_body } = messages.multi.decode(body);
    expect(gunzipSync(message_body)).toHaveLength(size_unzipped);
    expect(client.partsOf(job)).toEqual([]);
  });

  test('drop-connection cuts a response in the middle of a frame, after the previous parts', async () => {
    simulator.arm({ kind: 'drop-connection', afterParts: 2, next: 1 });
    const job = client.sendProductInfo(appids.slice(0, 40));
    expect(await client.closed).toMatchObject({ code: 1006 });
    const parts = client.partsOf(job);
    expect(parts.map(({ response_pending }) => response_pending)).toEqual([true, true]);
    expect(appsOf(parts).map(({ appid }) => appid)).toEqual(appids.slice(0, 20));
  });

  test('drop-connection between frames sends whole parts only', async () => {
    simulator.arm({ kind: 'drop-connection', afterParts: 1, halfFrame: false, next: 1 });
    const job = client.sendProductInfo(appids.slice(0, 40));
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(client.partsOf(job)).toHaveLength(1);
  });

  test.each([
    ['refuse', EResult.RateLimitExceeded],
    ['no-answer', 'silence'],
  ] as const)('throttle with %s counts a request above the limit', async (response, third) => {
    simulator.arm({ kind: 'throttle', limit: 2, response });
    const jobs = [1, 2, 3].map(() => client.sendProductInfo(appids.slice(0, 1), true));
    // Its response comes after theirs: what has not arrived by now will not arrive.
    await client.requestChanges(0);
    const responses = jobs.map((job) => client.received.find(({ header }) => header.jobid_target === job));
    expect(
      responses.map((response) => (response ? (response.header.eresult ?? 'response') : 'silence')),
    ).toEqual(['response', 'response', third]);
    expect(simulator.state()).toMatchObject({
      refusals: { throttled: 1 },
      mostProductInfoRequests: { within1000Ms: 3 },
      requests: { metadata: 3 },
    });
  });

  test.each([
    ['RateLimitExceeded', 84],
    ['Busy', 10],
    ['ServiceUnavailable', 20],
  ] as const)('throttle with a limit of 0 refuses the named requests with %s', async (result, eresult) => {
    simulator.arm({ kind: 'throttle', limit: 0, result, requests: ['changes', 'metadata'] });
    const changes = client.send(EMsg.ClientPICSChangesSinceRequest, messages.changesSinceRequest.encode({}));
    const metadata = client.sendProductInfo(appids.slice(0, 1), true);
    const responses = await Promise.all([changes, metadata].map((job) => client.responseTo(job)));
    expect(responses.map(({ header, body }) => [header.eresult, body.length])).toEqual([
      [eresult, 0],
      [eresult, 0],
    ]);
    expect(await client.requestProductInfo(appids.slice(0, 1))).toMatchObject([{ apps: [{}] }]);
    simulator.disarm();
    expect(await client.requestChanges(0)).toHaveProperty('current_change_number');
  });

  test('throttle with disconnect ends the connection', async () => {
    simulator.arm({ kind: 'throttle', limit: 1, response: 'disconnect' });
    client.sendProductInfo(appids.slice(0, 1));
    client.sendProductInfo(appids.slice(0, 1));
    expect(await client.closed).toEqual({ code: 1008, reason: 'throttled' });
    expect(simulator.state().refusals).toEqual({ throttled: 1 });
  });
});

describe('a fault of apps', () => {
  let client: WireClient;
  let appid: number;
  beforeEach(async () => {
    client = await WireClient.logOn(simulator.addresses);
    [appid = 0] = appids;
  });
  const ask = async () => {
    const parts = await client.requestProductInfo([appid, appids[1] ?? 0]);
    return { parts, app: appsOf(parts).find((entry) => entry.appid === appid) };
  };

  test('leave-out omits an app from the response', async () => {
    simulator.arm({ kind: 'leave-out', appids: [appid] });
    const { parts, app } = await ask();
    expect(app).toBeUndefined();
    expect(parts[0]?.unknown_appids ?? []).toEqual([]);
    expect(appsOf(parts)).toHaveLength(1);
  });

  test.each(['flip', 'cut', 'garbage'] as const)(
    'corrupt-body (%s) sends what does not have its SHA-1',
    async (damage) => {
      simulator.arm({ kind: 'corrupt-body', appids: [appid], damage, next: 1 });
      const { app } = await ask();
      const text = simulator.findApp(appid)?.text ?? Buffer.alloc(0);
      expect(Buffer.from(app?.sha ?? [])).toEqual(sha1(text));
      expect(Buffer.from(app?.buffer ?? []).subarray(0, -1)).not.toEqual(text);
      expect((await ask()).app?.buffer).toEqual(Buffer.concat([text, Buffer.alloc(1)]));
    },
  );

  test('withhold-body announces a body that is available over HTTP', async () => {
    simulator.arm({ kind: 'withhold-body', appids: [appid] });
    simulator.arm({ kind: 'refuse-http', appids: [appid], next: 1 });
    const { parts, app } = await ask();
    expect(app).not.toHaveProperty('buffer');
    const text = simulator.findApp(appid)?.text ?? Buffer.alloc(0);
    expect(app?.size).toBe(text.length + 1);
    const url = `https://${parts[0]?.http_host}/appinfo/${appid}/sha/${Buffer.from(app?.sha ?? []).toString('hex')}.txt.gz`;
    expect(await read(url)).toMatchObject({ status: 503 });
    const { status, body } = await read(url);
    expect(status).toBe(200);
    expect(gunzipSync(body)).toEqual(text);
    expect(await read(url.replace(/sha\/./, 'sha/_'))).toMatchObject({ status: 404 });
    expect(simulator.state().bodiesOverHttp).toBe(1);
  });

  test('stale shows an app as it was before its last change, `next` times', async () => {
    const before = simulator.findApp(appid);
    simulator.arm({ kind: 'stale', appids: [appid], next: 2 });
    expect((await ask()).app?.change_number).toBe(before?.changeNumber);
    expect(struck()).toEqual({});
    simulator.releaseApps([appid]);
    const now = simulator.findApp(appid);
    expect(now?.sha).not.toBe(before?.sha);
    for (const expected of [before, before, now]) {
      const { app } = await ask();
      expect(app?.change_number).toBe(expected?.changeNumber);
      expect(Buffer.from(app?.buffer ?? []).subarray(0, -1)).toEqual(expected?.text);
    }
  });

  async function read(url: string): Promise<{ status: number | undefined; body: Buffer }> {
    const [response] = await once(get(url, { ca: readFileSync(simulator.addresses.caFile) }), 'response');
    return { status: response.statusCode, body: Buffer.concat(await response.toArray()) };
  }
});

describe('a fault of the change feed', () => {
  let client: WireClient;
  let since: number;
  beforeEach(async () => {
    client = await WireClient.logOn(simulator.addresses);
    since = simulator.currentChangeNumber;
    simulator.release(100);
  });

  test('impossible-number moves the number far away, or names another request', async () => {
    for (const number of ['behind', 'ahead', 'other-since'] as const) {
      simulator.arm({ kind: 'impossible-number', number, next: 1 });
    }
    const responses = [];
    for (let count = 0; count < 4; count += 1) responses.push(await client.requestChanges(since));
    const current = simulator.currentChangeNumber;
    expect(responses).toMatchObject([
      { current_change_number: Math.max(since - 10_000_000, 0), since_change_number: since },
      { current_change_number: since + 10_000_000, since_change_number: since },
      { current_change_number: current, since_change_number: since + 1 },
      { current_change_number: current, since_change_number: since },
    ]);
  });

  test('silent-gap moves the number without ids and without flags', async () => {
    simulator.arm({ kind: 'silent-gap', next: 1 });
    const changes = await client.requestChanges(since);
    expect(changes).toMatchObject({
      current_change_number: simulator.currentChangeNumber,
      since_change_number: since,
      force_full_update: false,
      force_full_app_update: false,
      force_full_package_update: false,
    });
    expect(changes).not.toHaveProperty('app_changes');
    expect(changes).not.toHaveProperty('package_changes');
    expect((await client.requestChanges(since)).app_changes.length).toBeGreaterThan(0);
  });

  test.each([
    { apps: true, packages: true, everything: false },
    { apps: true, packages: false, everything: false },
    { apps: false, packages: true, everything: false },
    { apps: false, packages: false, everything: true },
  ])('force-full sets the flags: %j', async (flags) => {
    simulator.arm({ kind: 'force-full', ...flags });
    const changes = await client.requestChanges(since);
    expect(changes).toMatchObject({
      force_full_app_update: flags.apps,
      force_full_package_update: flags.packages,
      force_full_update: flags.everything,
    });
    expect('app_changes' in changes).toBe(!flags.apps);
    expect('package_changes' in changes).toBe(!flags.packages);
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EMsg, EResult } from '../protocol/steam-enums.ts';
import { messages } from '../protocol/messages.ts';
import type { Simulator } from '../simulator.ts';
import type { SimulatorInput } from '../options.ts';
import { startSimulator } from '../start-simulator.ts';
import type { RefusalReason } from './refusal.ts';
import { logOffSteamUser, logOnSteamUser } from '../testing/steam-user-client.ts';
import { appsOf, WireClient } from '../testing/wire-client.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

let simulator: Simulator;
const start = async (options: SimulatorInput = {}) => {
  simulator = await startSimulator({ apps: 500, seed: 3, partEntries: 50, ...options });
};
afterEach(() => simulator.close());

const publicAppids = (count: number) =>
  simulator
    .apps()
    .map(({ appid }) => appid)
    .filter((appid) => simulator.findApp(appid)?.missingToken === false)
    .slice(0, count);

describe('an unmodified steam-user', () => {
  test('logs on, keeps its heartbeat past the deadline, and logs off', async () => {
    await start({ heartbeatSeconds: 1 });
    const client = await logOnSteamUser(simulator.addresses);
    expect(client.steamID?.getSteamID64()).toMatch(/^117093\d+$/);
    await vi.waitFor(() => expect(simulator.state().heartbeats).toBeGreaterThanOrEqual(3), {
      timeout: 10_000,
    });
    expect(simulator.state().clients).toEqual({ connected: 1, loggedOn: 1 });
    await logOffSteamUser(client);
    expect(simulator.state()).toMatchObject({ logons: { OK: 1 }, logoffs: 1, refusals: {} });
  });

  test('gets the current number for 0, and the changes since for any other number', async () => {
    await start();
    const client = await logOnSteamUser(simulator.addresses);
    const before = await client.getProductChanges(0);
    expect(before).toEqual({ currentChangeNumber: 36_000_000, appChanges: [], packageChanges: [] });
    const released = simulator.release(40);
    const after = await client.getProductChanges(before.currentChangeNumber);
    expect(after.currentChangeNumber).toBe(simulator.currentChangeNumber);
    expect(new Map(after.appChanges.map((change) => [change.appid, change.change_number]))).toEqual(
      new Map(released.map(({ appid, changeNumber }) => [appid, changeNumber])),
    );
    for (const { appid, needs_token } of after.appChanges) {
      expect(needs_token).toBe(simulator.findApp(appid)?.missingToken ?? false);
    }
    expect(after.packageChanges.length).toBeGreaterThan(0);
    await logOffSteamUser(client);
  });

  test('gets product info in several parts, with every id once', async () => {
    await start();
    const client = await logOnSteamUser(simulator.addresses);
    const appids = simulator.apps().map(({ appid }) => appid);
    const { apps, packages, unknownApps, unknownPackages } = await client.getProductInfo(
      [...appids, 7],
      [17_906, 4, 999_999],
    );
    expect(Object.keys(apps).map(Number)).toEqual(appids);
    expect(unknownApps).toEqual([7]);
    expect(packages['17906']?.packageinfo).toMatchObject({ packageid: 17_906, appids: appids.slice(0, 50) });
    expect(packages['4']).toMatchObject({ missingToken: true, packageinfo: null });
    expect(unknownPackages).toEqual([999_999]);
    for (const appid of appids) {
      expect(apps[appid]).toMatchObject({
        changenumber: simulator.findApp(appid)?.changeNumber,
        missingToken: simulator.findApp(appid)?.missingToken,
        appinfo: { appid: String(appid) },
      });
    }
    expect(simulator.state().parts).toBeGreaterThan(appids.length / 50);
    await logOffSteamUser(client);
  });

  test('gets tokens for apps that need none and for a few that do, and sees the whole app with a token', async () => {
    await start({ apps: 5_000 });
    const client = await logOnSteamUser(simulator.addresses);
    const restricted = simulator
      .apps()
      .map(({ appid }) => appid)
      .filter((appid) => simulator.findApp(appid)?.missingToken);
    const [open = 0] = publicAppids(1);
    const { appTokens, appDeniedTokens, packageDeniedTokens } = await client.getProductAccessToken(
      [open, ...restricted],
      [4],
    );
    expect(appTokens[open]).toBe('0');
    expect(packageDeniedTokens).toEqual([4]);
    expect(appDeniedTokens.length).toBeGreaterThan(restricted.length * 0.7);
    const [unlocked] = restricted.filter((appid) => appid in appTokens);
    const { apps } = await client.getProductInfo(
      [{ appid: unlocked ?? 0, access_token: appTokens[unlocked ?? 0] ?? '' }],
      [],
    );
    expect(apps[unlocked ?? 0]).toMatchObject({ missingToken: false, appinfo: { common: {} } });
    expect(apps[unlocked ?? 0]?.appinfo).not.toHaveProperty('public_only');
    await logOffSteamUser(client);
  });

  test('gets the names of store tags, without those that have none', async () => {
    await start();
    const client = await logOnSteamUser(simulator.addresses);
    const { tags } = await client.getStoreTagNames('english', [19, 1_999_001]);
    expect(tags).toEqual({ 19: { name: 'Action', englishName: 'Action' } });
    await logOffSteamUser(client);
  });
});

describe('a metadata-only request', () => {
  test('gets change number, SHA-1 and size, but no bodies', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    const appids = publicAppids(120);
    const parts = await client.requestProductInfo(appids, true);
    expect(parts.map(({ response_pending }) => response_pending)).toEqual([true, true, false]);
    expect(parts[0]).toMatchObject({ meta_data_only: true, http_host: simulator.addresses.cmServer });
    const seen = appsOf(parts).map(({ appid, change_number, sha, size, buffer }) => ({
      appid,
      changeNumber: change_number,
      sha: sha && Buffer.from(sha).toString('hex'),
      size,
      buffer,
    }));
    expect(seen).toEqual(
      appids.map((appid) => {
        const truth = simulator.findApp(appid);
        return {
          appid,
          changeNumber: truth?.changeNumber,
          sha: truth?.sha,
          size: (truth?.text.length ?? 0) + 1,
          buffer: undefined,
        };
      }),
    );
  });
});

describe('a client that breaks the protocol', () => {
  const endOf = async (client: WireClient) => ({
    ...(await client.closed),
    counted: simulator.state().refusals,
  });
  const refused = (reason: RefusalReason) => ({ code: 1008, reason, counted: { [reason]: 1 } });

  test('is disconnected when it sends a request before the logon', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.sendProductInfo([10]);
    expect(await endOf(client)).toEqual(refused('not-logged-on'));
  });

  test('is disconnected when it does not log on in time', async () => {
    await start({ logonDeadlineMs: 100 });
    expect(await endOf(await WireClient.connect(simulator.addresses))).toEqual(refused('no-logon'));
  });

  test('is disconnected when its heartbeat stops', async () => {
    await start({ heartbeatSeconds: 1 });
    expect(await endOf(await WireClient.logOn(simulator.addresses))).toEqual(refused('no-heartbeat'));
  });

  test('is disconnected when it logs on twice', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    client.send(EMsg.ClientLogon, messages.logon.encode({ protocol_version: 65_580 }));
    expect(await endOf(client)).toEqual(refused('already-logged-on'));
  });

  test('is disconnected when it uses the ids of another session', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    client.send(EMsg.ClientHeartBeat, messages.heartBeat.encode({}), { client_sessionid: 77 });
    expect(await endOf(client)).toEqual(refused('wrong-session'));
  });

  test('is disconnected when it says hello with an old protocol version', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.send(EMsg.ClientHello, messages.hello.encode({ protocol_version: 65_000 }));
    expect(await endOf(client)).toEqual(refused('wrong-protocol-version'));
  });

  test('is disconnected when it sends text', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.socket.send('hello');
    expect(await endOf(client)).toEqual(refused('text-frame'));
  });

  test('is ignored after it was rejected', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.socket.send('hello');
    client.socket.send('hello again');
    client.send(EMsg.ClientLogon, messages.logon.encode({ protocol_version: 65_580 }));
    expect(await endOf(client)).toEqual(refused('text-frame'));
    expect(simulator.state().logons).toEqual({});
  });

  test.each([
    ['too short for a header', Buffer.alloc(7)],
    ['not protobuf', Buffer.from([0x89, 0x15, 0, 0, 0, 0, 0, 0])],
    ['with a header longer than itself', Buffer.from([0x8a, 0x15, 0, 0x80, 0xff, 0, 0, 0, 1])],
    ['with an incomplete header', Buffer.from([0x8a, 0x15, 0, 0x80, 2, 0, 0, 0, 0x09, 1])],
    ['with an incomplete body', Buffer.from([0x8a, 0x15, 0, 0x80, 0, 0, 0, 0, 0x92, 3, 90])],
  ])('is disconnected when it sends a message %s', async (_what, bytes) => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.socket.send(bytes);
    expect(await endOf(client)).toEqual(refused('malformed-message'));
  });

  test('is disconnected when it sends more than any request needs', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.socket.send(Buffer.alloc(600_000));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(simulator.state().refusals).toEqual({ 'oversize-frame': 1 });
  });

  test('cannot connect to another path', async () => {
    await start();
    await expect(WireClient.connect(simulator.addresses, '/cmsocket')).rejects.toThrow('404');
    expect(simulator.state().refusals).toEqual({ 'wrong-path': 1 });
  });

  test.each([
    [
      'with an old protocol version',
      { protocol_version: 65_000 },
      'InvalidProtocolVer',
      'wrong-protocol-version',
    ],
    [
      'with an account',
      { protocol_version: 65_580, account_name: 'someone' },
      'InvalidPassword',
      'not-anonymous',
    ],
  ] as const)('cannot log on %s', async (_how, logon, result, reason) => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    const job = client.send(EMsg.ClientLogon, messages.logon.encode(logon));
    const { body, header } = await client.responseTo(job);
    expect(messages.logonResponse.decode(body).eresult).toBe(EResult[result]);
    expect(header.steamid).toBeUndefined();
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(simulator.state()).toMatchObject({ logons: { [result]: 1 }, refusals: { [reason]: 1 } });
  });

  test('stays connected when a request has too many ids and is refused', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    const job = client.sendProductInfo(Array.from({ length: 20_001 }, (_, index) => index));
    const { header, body } = await client.responseTo(job);
    expect(header.eresult).toBe(EResult.InvalidParam);
    expect(body).toHaveLength(0);
    expect(appsOf(await client.requestProductInfo(publicAppids(1)))).toHaveLength(1);
  });

  test('gets an error for an unknown method, and nothing for an unknown message', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    client.send(4_242, Buffer.alloc(0));
    const job = client.send(EMsg.ServiceMethodCallFromClient, Buffer.alloc(0), {
      target_job_name: 'Store.Nothing#1',
    });
    expect((await client.responseTo(job)).header.eresult).toBe(EResult.NoMatch);
    expect(client.received).toHaveLength(2);
    expect(simulator.state().refusals).toEqual({ 'unknown-message': 1, 'unknown-method': 1 });
  });
});

test('the response contains an id once that was requested twice', async () => {
  await start();
  const client = await WireClient.logOn(simulator.addresses);
  const [appid = 0] = publicAppids(1);
  const parts = await client.requestProductInfo([appid, appid, 7, 7]);
  expect(appsOf(parts).map((app) => app.appid)).toEqual([appid]);
  expect(parts[0]?.unknown_appids).toEqual([7]);
});

test('a heartbeat that requests a reply gets one', async () => {
  await start();
  const client = await WireClient.logOn(simulator.addresses);
  client.send(EMsg.ClientHeartBeat, messages.heartBeat.encode({ send_reply: true }));
  const reply = await client.next(({ emsg }) => emsg === EMsg.ClientHeartBeat);
  expect(reply.header.steamid).toBe(client.identity.steamid);
});

test('close ends connections in every state, even during a handshake', async () => {
  await start();
  const { cmServer, controlUrl } = simulator.addresses;
  const silent = [Number(cmServer.split(':')[1]), Number(new URL(controlUrl).port)].map((port) =>
    connect(port, '127.0.0.1'),
  );
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  const client = await WireClient.logOn(simulator.addresses);
  const ends = Promise.all(silent.map((socket) => once(socket.resume(), 'close')));
  await simulator.close();
  expect(await client.closed).toMatchObject({ code: 1006 });
  expect(await ends).toHaveLength(2);
});

test('a failed start leaves no port open', async () => {
  await start();
  const controlPort = Number(new URL(simulator.addresses.controlUrl).port);
  const other = await startSimulator({ apps: 1 });
  const port = Number(other.addresses.cmServer.split(':')[1]);
  await other.close();
  await expect(startSimulator({ apps: 1, port, controlPort })).rejects.toThrow('EADDRINUSE');
  const again = await startSimulator({ apps: 1, port });
  expect(again.addresses.cmServer).toBe(other.addresses.cmServer);
  await again.close();
});

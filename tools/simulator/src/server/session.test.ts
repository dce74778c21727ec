import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EMsg } from '../protocol/emsg.ts';
import { EResult } from '../protocol/eresult.ts';
import { messages } from '../protocol/messages.ts';
import type { Simulator } from '../simulator.ts';
import type { SimulatorInput } from '../simulator-options.ts';
import { startSimulator } from '../start-simulator.ts';
import type { RefusalReason } from './refusal.ts';
import { logOffSteamUser, logOnSteamUser } from '../testing/steam-user-client.ts';
import { appsOf, WireClient } from '../testing/wire-client.ts';

// Real processes and bodies by the thousand on a busy machine: a limit that tells "hangs" from "slow today".
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

  test('is told the current number by 0, and what changed since by any other', async () => {
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

  test('gets product info in several parts, and every id once', async () => {
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

  test('gets tokens for what needs none and for a few that do, and sees the whole app with one', async () => {
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

  test('gets the names of store tags, those without one left out', async () => {
    await start();
    const client = await logOnSteamUser(simulator.addresses);
    const { tags } = await client.getStoreTagNames('english', [19, 1_999_001]);
    expect(tags).toEqual({ 19: { name: 'Action', englishName: 'Action' } });
    await logOffSteamUser(client);
  });
});

describe('a metadata-only request', () => {
  test('is answered with change number, SHA-1 and size, and no bodies', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    const appids = publicAppids(120);
    const parts = await client.askProductInfo(appids, true);
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

  test('is cut off when it asks before it is logged on', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.sendProductInfo([10]);
    expect(await endOf(client)).toEqual(refused('not-logged-on'));
  });

  test('is cut off when it does not log on in time', async () => {
    await start({ logonDeadlineMs: 100 });
    expect(await endOf(await WireClient.connect(simulator.addresses))).toEqual(refused('no-logon'));
  });

  test('is cut off when its heartbeat stops', async () => {
    await start({ heartbeatSeconds: 1 });
    expect(await endOf(await WireClient.logOn(simulator.addresses))).toEqual(refused('no-heartbeat'));
  });

  test('is cut off when it logs on twice', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    client.send(EMsg.ClientLogon, messages.logon.encode({ protocol_version: 65_580 }));
    expect(await endOf(client)).toEqual(refused('already-logged-on'));
  });

  test('is cut off when it speaks for another session', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    client.send(EMsg.ClientHeartBeat, messages.heartBeat.encode({}), { client_sessionid: 77 });
    expect(await endOf(client)).toEqual(refused('wrong-session'));
  });

  test('is cut off when it says hello in an old version', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.send(EMsg.ClientHello, messages.hello.encode({ protocol_version: 65_000 }));
    expect(await endOf(client)).toEqual(refused('wrong-protocol-version'));
  });

  test('is cut off when it sends text', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.socket.send('hello');
    expect(await endOf(client)).toEqual(refused('text-frame'));
  });

  test('is not heard any more once it was turned away', async () => {
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
    ['with a header that is cut', Buffer.from([0x8a, 0x15, 0, 0x80, 2, 0, 0, 0, 0x09, 1])],
    ['with a body that is cut', Buffer.from([0x8a, 0x15, 0, 0x80, 0, 0, 0, 0, 0x92, 3, 90])],
  ])('is cut off when it sends a message %s', async (_what, bytes) => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.socket.send(bytes);
    expect(await endOf(client)).toEqual(refused('malformed-message'));
  });

  test('is cut off when it sends more than any request needs', async () => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    client.socket.send(Buffer.alloc(600_000));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(simulator.state().refusals).toEqual({ 'oversize-frame': 1 });
  });

  test('gets no connection at another path', async () => {
    await start();
    await expect(WireClient.connect(simulator.addresses, '/cmsocket')).rejects.toThrow('404');
    expect(simulator.state().refusals).toEqual({ 'wrong-path': 1 });
  });

  test.each([
    ['in an old version', { protocol_version: 65_000 }, 'InvalidProtocolVer', 'wrong-protocol-version'],
    [
      'with an account',
      { protocol_version: 65_580, account_name: 'someone' },
      'InvalidPassword',
      'not-anonymous',
    ],
  ] as const)('is not logged on %s', async (_how, logon, result, reason) => {
    await start();
    const client = await WireClient.connect(simulator.addresses);
    const job = client.send(EMsg.ClientLogon, messages.logon.encode(logon));
    const { body, header } = await client.answerTo(job);
    expect(messages.logonResponse.decode(body).eresult).toBe(EResult[result]);
    expect(header.steamid).toBeUndefined();
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(simulator.state()).toMatchObject({ logons: { [result]: 1 }, refusals: { [reason]: 1 } });
  });

  test('is refused a request for more ids than anyone needs, and stays', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    const job = client.sendProductInfo(Array.from({ length: 20_001 }, (_, index) => index));
    const { header, body } = await client.answerTo(job);
    expect(header.eresult).toBe(EResult.InvalidParam);
    expect(body).toHaveLength(0);
    expect(appsOf(await client.askProductInfo(publicAppids(1)))).toHaveLength(1);
  });

  test('is told that a method does not exist, and gets nothing for a message nobody knows', async () => {
    await start();
    const client = await WireClient.logOn(simulator.addresses);
    client.send(4_242, Buffer.alloc(0));
    const job = client.send(EMsg.ServiceMethodCallFromClient, Buffer.alloc(0), {
      target_job_name: 'Store.Nothing#1',
    });
    expect((await client.answerTo(job)).header.eresult).toBe(EResult.NoMatch);
    expect(client.received).toHaveLength(2);
    expect(simulator.state().refusals).toEqual({ 'unknown-message': 1, 'unknown-method': 1 });
  });
});

test('an id that is asked for twice is answered once', async () => {
  await start();
  const client = await WireClient.logOn(simulator.addresses);
  const [appid = 0] = publicAppids(1);
  const parts = await client.askProductInfo([appid, appid, 7, 7]);
  expect(appsOf(parts).map((app) => app.appid)).toEqual([appid]);
  expect(parts[0]?.unknown_appids).toEqual([7]);
});

test('a heartbeat that asks for a reply gets one', async () => {
  await start();
  const client = await WireClient.logOn(simulator.addresses);
  client.send(EMsg.ClientHeartBeat, messages.heartBeat.encode({ send_reply: true }));
  const reply = await client.next(({ emsg }) => emsg === EMsg.ClientHeartBeat);
  expect(reply.header.steamid).toBe(client.identity.steamid);
});

test('closing ends connections in every state, those in a handshake included', async () => {
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

test('a start that fails leaves no port taken', async () => {
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

import { SteamRefused, SteamUnavailable } from '@pics/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createPicsClient } from '../client/create-pics-client.ts';
import { appOnWire } from '../testing/app-on-wire.ts';
import { EventLog } from '../testing/event-log.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { ScriptedCm } from '../testing/scripted-cm.ts';
import { startClient, startSession } from '../testing/start-client.ts';

const MINUTE = 60_000;

const EResult = {
  invalidPassword: 5,
  serviceUnavailable: 20,
  logonSessionReplaced: 34,
  tryAnotherCm: 48,
  accountLogonDenied: 63,
  rateLimitExceeded: 84,
  accountLoginDeniedThrottle: 87,
};

test('shares one logon among all callers', async () => {
  const { client, cm } = await startClient();
  const [first, second] = [client.logOn(), client.logOn()];
  expect(second).toBe(first);
  const { body } = await cm.next('logOn');
  expect(body).toMatchObject({ anon_user_target_account_name: 'anonymous' });
  expect(body['account_name']).toBeUndefined();
  await first;
  expect(client.status).toMatchObject({ loggedOn: true, reason: '', backoffUntil: undefined });
});

test('rejects requests at once, with the reason why there is no session', async () => {
  const { client } = await startClient();
  await expect(client.getProductInfo([1])).rejects.toThrow('no session with Steam: not logged on yet');
  await expect(client.getProductMetadata([1])).rejects.toThrow(SteamUnavailable);
  await expect(client.getChangesSince(1)).rejects.toThrow(SteamUnavailable);
  await expect(client.getTagNames([1])).rejects.toThrow(SteamUnavailable);
});

test('logs on again by itself when the connection is lost', async () => {
  const { client, cm, clock, log } = await startSession();
  (await cm.next('logOn')).drop();
  const { reason, pauseMs } = await log.next('no session with Steam');
  expect(reason).toMatch(/^the connection was closed \(1005\) \(localhost:\d+\)$/);
  expect(pauseMs).toBe(500);
  expect(client.status).toMatchObject({ loggedOn: false, reason, backoffUntil: new Date(clock.now() + 500) });
  await expect(client.getChangesSince(1)).rejects.toThrow('the connection was closed');

  clock.advance(500);
  await cm.next('logOn');
  await log.next('logged on to Steam');
  expect(client.status).toMatchObject({ loggedOn: true, reason: '', backoffUntil: undefined });
});

test.each([
  ['TryAnotherCM', EResult.tryAnotherCm],
  ['ServiceUnavailable', EResult.serviceUnavailable],
])('tries another server soon after %s', async (name, eresult) => {
  const other = await ScriptedCm.start();
  onTestFinished(() => other.stop());
  const first = await ScriptedCm.start();
  onTestFinished(() => first.stop());
  first.onLogOn = (request) => request.send(request.logOnResponse(eresult));
  const { client, clock, log } = await startClient({
    cmServers: [first.address, other.address],
    tls: { ca: first.ca },
    random: () => 0,
  });
  const loggedOn = client.logOn();
  expect((await log.next('no session with Steam'))['reason']).toBe(`${name} (${first.address})`);
  clock.advance(0);
  await loggedOn;
  await other.next('logOn');
});

test.each([
  ['RateLimitExceeded', EResult.rateLimitExceeded],
  ['AccountLoginDeniedThrottle', EResult.accountLoginDeniedThrottle],
])('stays away for half an hour and more after %s, and says so', async (name, eresult) => {
  const { client, cm, clock, log } = await startClient({ random: () => 0 });
  cm.onLogOn = (request) => request.send(request.logOnResponse(eresult));
  const loggedOn = client.logOn();
  await log.next('no session with Steam');
  expect(client.status.reason).toBe(
    `${name} (${cm.address}): Steam refuses logons from this address for now`,
  );
  expect(client.status.backoffUntil).toEqual(new Date(clock.now() + 30 * MINUTE));

  clock.advance(30 * MINUTE);
  await log.next('no session with Steam');
  expect(client.status.backoffUntil).toEqual(new Date(clock.now() + 60 * MINUTE));

  cm.onLogOn = (request) => request.send(request.logOnResponse(1));
  clock.advance(60 * MINUTE - 1);
  expect(client.status.loggedOn).toBe(false);
  clock.advance(1);
  await loggedOn;
});

test.each([
  ['InvalidPassword', EResult.invalidPassword],
  ['Steam asks an anonymous logon for a Steam Guard code', EResult.accountLogonDenied],
])('survives a logon that ends with %s', async (reason, eresult) => {
  const { client, cm, clock, log } = await startClient();
  cm.onLogOn = (request) => request.send(request.logOnResponse(eresult));
  const loggedOn = client.logOn();
  expect((await log.next('no session with Steam'))['reason']).toBe(`${reason} (${cm.address})`);
  cm.onLogOn = (request) => request.send(request.logOnResponse(1));
  clock.advance(MINUTE);
  await loggedOn;
});

test('reconnects after another session replaced it', async () => {
  const { cm, clock, log } = await startSession();
  const logOn = await cm.next('logOn');
  logOn.send(logOn.loggedOff(EResult.logonSessionReplaced));
  expect((await log.next('no session with Steam'))['reason']).toMatch(/^LogonSessionReplaced/);
  clock.advance(MINUTE);
  await cm.next('logOn');
});

test('pauses for long when Steam ends a session because of too many logons', async () => {
  const { client, cm, clock, log } = await startSession({ random: () => 0 });
  const logOn = await cm.next('logOn');
  logOn.send(logOn.loggedOff(EResult.rateLimitExceeded));
  await log.next('no session with Steam');
  expect(client.status.backoffUntil).toEqual(new Date(clock.now() + 30 * MINUTE));
});

test('leaves a server that cannot be reached', async () => {
  const gone = await ScriptedCm.start();
  await gone.stop();
  const cm = await ScriptedCm.start();
  onTestFinished(() => cm.stop());
  const { client, clock, log } = await startClient({
    cmServers: [gone.address, cm.address],
    tls: { ca: cm.ca },
    random: () => 0,
  });
  const loggedOn = client.logOn();
  expect((await log.next('no session with Steam'))['reason']).toContain(`cannot reach ${gone.address}`);
  clock.advance(0);
  await loggedOn;
});

test('does not trust a self-signed certificate', async () => {
  const stranger = await ScriptedCm.start();
  onTestFinished(() => stranger.stop());
  const log = new EventLog();
  const client = createPicsClient({ cmServers: [stranger.address], clock: new ManualClock(), log });
  onTestFinished(() => client.close());
  client.logOn().catch(() => {});
  expect((await log.next('no session with Steam'))['reason']).toMatch(/self-signed certificate/);
});

test('pauses longer after each failure until a session has responded to something', async () => {
  const { client, cm, clock, log } = await startSession();
  const pauses: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    (await cm.next('logOn')).drop();
    pauses.push((await log.next('no session with Steam'))['pauseMs']);
    clock.advance(MINUTE);
    await log.next('logged on to Steam');
  }
  expect(pauses).toEqual([500, 1_000, 2_000]);

  const logOn = await cm.next('logOn');
  const info = client.getProductInfo([1]);
  const request = await cm.next('productInfo');
  request.send(request.productInfo({ apps: [appOnWire(1)] }));
  await info;
  logOn.drop();
  expect((await log.next('no session with Steam'))['pauseMs']).toBe(500);
});

test('pauses longer after each failure while Steam refuses every request', async () => {
  const { client, cm, clock, log } = await startSession();
  const pauses: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const logOn = await cm.next('logOn');
    const info = client.getProductInfo([1]);
    const request = await cm.next('productInfo');
    request.send(request.productInfo({}, { eresult: EResult.rateLimitExceeded }));
    await expect(info).rejects.toThrow(SteamRefused);
    logOn.drop();
    pauses.push((await log.next('no session with Steam'))['pauseMs']);
    clock.advance(MINUTE);
    await log.next('logged on to Steam');
  }
  expect(pauses).toEqual([500, 1_000, 2_000]);
});

test('leaves a server that responds to none of the requests of three timeouts', async () => {
  const { client, cm, clock, log } = await startSession({ requestTimeoutMs: 1_000 });
  for (let i = 0; i < 3; i++) {
    const info = client.getProductInfo([1]);
    await cm.next('productInfo');
    clock.advance(1_000);
    expect((await info).unanswered).toEqual([{ appid: 1, reason: 'timeout' }]);
  }
  const { reason } = await log.next('no session with Steam');
  expect(reason).toMatch(/^no response for 3 s while requests waited/);
  expect(client.status).toMatchObject({ loggedOn: false, reason });
  clock.advance(MINUTE);
  await log.next('logged on to Steam');
});

test('leaves a server after 20 s without a response, and times out only the requests that waited so long', async () => {
  const { client, cm, clock, log } = await startSession();
  const first = client.getProductInfo([1]);
  await cm.next('productInfo');
  clock.advance(19_000);
  const second = client.getProductInfo([2]);
  await cm.next('productInfo');
  clock.advance(1_000);
  expect((await first).unanswered).toEqual([{ appid: 1, reason: 'timeout' }]);
  expect((await second).unanswered).toEqual([{ appid: 2, reason: 'disconnected' }]);
  expect((await log.next('no session with Steam'))['reason']).toMatch(/^no response for 20 s/);
});

test('stays with a server that responds to other requests than the one that waits', async () => {
  const { client, cm, clock } = await startSession();
  const waiting = client.getProductInfo([1]);
  await cm.next('productInfo');
  for (let seconds = 0; seconds < 30; seconds += 5) {
    const changes = client.getChangesSince(1);
    const request = await cm.next('changes');
    request.send(request.changes({ current_change_number: 9 }));
    await changes;
    clock.advance(5_000);
  }
  expect((await waiting).unanswered).toEqual([{ appid: 1, reason: 'timeout' }]);
  expect(client.status.loggedOn).toBe(true);
});

test('asks again on another server when a response cannot be true, and pauses longer each time', async () => {
  const first = await ScriptedCm.start();
  onTestFinished(() => first.stop());
  const second = await ScriptedCm.start();
  onTestFinished(() => second.stop());
  const servers = { cmServers: [first.address, second.address], tls: { ca: first.ca } };
  const { client, clock, log } = await startSession({ ...servers, random: () => 0.4 });
  const pauses: unknown[] = [];
  for (const cm of [first, second, first]) {
    const changes = client.getChangesSince(100);
    const request = await cm.next('changes');
    request.send(request.changes({ since_change_number: 100, current_change_number: 7 }));
    expect(await changes).toMatchObject({ since: 100, current: 7 });
    client.reconnectElsewhere('a number behind the cursor');
    const { reason, pauseMs } = await log.next('no session with Steam');
    expect(reason).toBe(`a number behind the cursor (${cm.address})`);
    pauses.push(pauseMs);
    clock.advance(MINUTE);
    await log.next('logged on to Steam');
  }
  expect(pauses).toEqual([400, 800, 1_600]);
});

test('stays with a server while no request waits', async () => {
  const { client, cm, clock } = await startSession();
  clock.advance(600_000);
  expect(client.status.loggedOn).toBe(true);

  const changes = client.getChangesSince(1);
  const request = await cm.next('changes');
  request.send(request.changes({ current_change_number: 9 }));
  await changes;
  clock.advance(600_000);
  expect(client.status.loggedOn).toBe(true);

  const refused = client.getChangesSince(1);
  const other = await cm.next('changes');
  other.send(other.changes({}, { eresult: EResult.rateLimitExceeded }));
  await expect(refused).rejects.toThrow(SteamRefused);
  clock.advance(600_000);
  expect(client.status.loggedOn).toBe(true);

  const names = client.getTagNames([19]);
  const tags = await cm.next('tagNames');
  tags.send(tags.tagNames({ tags: [{ tagid: 19, name: 'Action' }] }));
  await names;
  clock.advance(600_000);
  expect(client.status.loggedOn).toBe(true);
});

test('stays with a server that responds between the timeouts, even late', async () => {
  const { client, cm, clock, log } = await startSession({ requestTimeoutMs: 1_000 });
  for (let i = 0; i < 5; i++) {
    const info = client.getProductInfo([1]);
    const request = await cm.next('productInfo');
    clock.advance(1_000);
    await info;
    request.send(request.productInfo({ apps: [appOnWire(1)] }));
    await log.next('a response to no pending request');
  }
  expect(client.status.loggedOn).toBe(true);
});

test('gives up a logon without a response', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { client, cm, log } = await startClient();
  cm.onLogOn = () => {};
  client.logOn().catch(() => {});
  await cm.next('logOn');
  vi.advanceTimersByTime(5_000);
  expect((await log.next('no session with Steam'))['reason']).toMatch(/^no response to the logon/);
  vi.useRealTimers();
});

test('gives up a connection on which nothing arrives, not even a pong', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { client, cm, log } = await startSession();
  (await cm.next('logOn')).freeze();
  vi.advanceTimersByTime(15_000);
  expect((await log.next('no session with Steam'))['reason']).toMatch(/^no byte in 7.5 s, not even a pong/);
  expect(client.status.loggedOn).toBe(false);
});

test('does not flood a server that sends no heartbeat interval', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { client, cm } = await startClient();
  cm.onLogOn = (request) => request.send(request.logOnResponse(1, 0));
  await client.logOn();
  for (let i = 0; i < 2; i++) {
    vi.advanceTimersByTime(9_000);
    await cm.next('heartbeat');
    const info = client.getProductInfo([1]);
    const request = await cm.next('productInfo');
    request.send(request.productInfo({ unknown_appids: [1] }));
    await info;
  }
  expect(cm.unread('heartbeat')).toBe(0);
});

test('logs off when closed, and rejects later logons', async () => {
  const { client, cm } = await startSession();
  await client.close();
  await cm.next('logOff');
  expect(client.status).toMatchObject({ loggedOn: false, reason: 'the client is closed' });
  await expect(client.logOn()).rejects.toThrow(SteamUnavailable);
});

test('rejects a pending logon when closed', async () => {
  const { client, cm } = await startClient();
  cm.onLogOn = () => {};
  const loggedOn = client.logOn();
  await cm.next('logOn');
  await client.close();
  await expect(loggedOn).rejects.toThrow('the client is closed');
});

test('can be closed without a session, and before the first logon', async () => {
  const { client, cm, log } = await startSession();
  (await cm.next('logOn')).drop();
  await log.next('no session with Steam');
  await client.close();
  const { client: idle } = await startClient();
  await idle.close();
  expect(idle.status.loggedOn).toBe(false);
});

test('settles pending requests when closed', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1]);
  const changes = client.getChangesSince(5);
  await cm.next('productInfo');
  await cm.next('changes');
  await Promise.all([
    client.close(),
    expect(changes).rejects.toThrow('the session ended before the response'),
    expect(info).resolves.toMatchObject({ unanswered: [{ appid: 1, reason: 'disconnected' }] }),
  ]);
});

import { SteamUnavailable } from '@pics/core';
import { expect, onTestFinished, test } from 'vitest';
import { startSilentProxy } from '../../../../test/support/silent-proxy.ts';
import { createPicsClient } from '../client/create-pics-client.ts';
import { EventLog } from '../testing/event-log.ts';
import { ScriptedCm } from '../testing/scripted-cm.ts';

/** A client in real time that prefers a server behind a proxy, and another server without one. */
async function startBehindProxy() {
  const first = await ScriptedCm.start();
  onTestFinished(() => first.stop());
  const other = await ScriptedCm.start();
  onTestFinished(() => other.stop());
  const proxy = await startSilentProxy(`https://${first.address}`);
  onTestFinished(() => proxy.close());
  const log = new EventLog();
  const client = createPicsClient({
    cmServers: [`localhost:${new URL(proxy.url).port}`, other.address],
    tls: { ca: first.ca },
    random: () => 0,
    log,
  });
  onTestFinished(() => client.close());
  return { client, proxy, log, first, other };
}

test('works on another server within 30 s when a connection falls silent, without a request that times out', async () => {
  const { client, proxy, log, first, other } = await startBehindProxy();
  await client.logOn();
  await first.next('logOn');
  await log.next('logged on to Steam');
  proxy.silence();
  const silentSince = performance.now();
  const info = await client.getProductInfo([1]);
  expect(info.unanswered).toEqual([{ appid: 1, reason: 'disconnected' }]);
  expect((await log.next('no session with Steam'))['reason']).toContain('not even a pong');

  await log.next('logged on to Steam');
  const changes = client.getChangesSince(1);
  const request = await other.next('changes');
  request.send(request.changes({ current_change_number: 9 }));
  expect(await changes).toMatchObject({ current: 9 });
  expect(performance.now() - silentSince).toBeLessThan(30_000);
});

test('closes within seconds while a connection is silent, and ends the requests on it', async () => {
  const { client, proxy, first } = await startBehindProxy();
  await client.logOn();
  const changes = client.getChangesSince(1);
  await first.next('changes');
  proxy.silence();
  const closingSince = performance.now();
  await Promise.all([client.close(), expect(changes).rejects.toBeInstanceOf(SteamUnavailable)]);
  expect(performance.now() - closingSince).toBeLessThan(10_000);
});

test('closes within seconds while a new connection stays silent', async () => {
  const { client, proxy } = await startBehindProxy();
  proxy.silenceNew();
  const loggedOn = client.logOn();
  await expect.poll(() => proxy.connections).toBe(1);
  const closingSince = performance.now();
  await client.close();
  await expect(loggedOn).rejects.toThrow('the client is closed');
  expect(performance.now() - closingSince).toBeLessThan(10_000);
});

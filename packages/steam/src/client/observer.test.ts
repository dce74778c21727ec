import { expect, test } from 'vitest';
import type { FinishedRequest } from './pics-client.ts';
import { appOnWire } from '../testing/app-on-wire.ts';
import { startClient } from '../testing/start-client.ts';

/** A client whose observer records what is reported. */
async function startObserved() {
  const logons: string[] = [];
  const finished: FinishedRequest[] = [];
  const started = await startClient({
    observer: { onLogon: (result) => logons.push(result), onRequest: (request) => finished.push(request) },
  });
  return { ...started, logons, finished };
}

test('reports each finished request: what it was, how it ended, and in how many parts the response came', async () => {
  const { client, cm, clock, logons, finished } = await startObserved();
  await client.logOn();
  expect(logons).toEqual(['OK']);

  const info = client.getProductInfo([1, 2]);
  const asked = await cm.next('productInfo');
  clock.advance(250);
  asked.send(
    asked.productInfo({ apps: [appOnWire(1)], response_pending: true }),
    asked.productInfo({ apps: [appOnWire(2)], response_pending: false }),
  );
  await info;
  const metadata = client.getProductMetadata([3]);
  await cm.next('productInfo');
  clock.advance(20_000);
  await metadata;
  expect(finished).toEqual([
    { request: 'product_info', outcome: 'answered', parts: 2, durationMs: 250 },
    { request: 'metadata', outcome: 'timeout', parts: 0, durationMs: 20_000 },
  ]);
});

test('reports that a response could not be read', async () => {
  const { client, cm, finished } = await startObserved();
  await client.logOn();
  const changes = client.getChangesSince(5);
  const asked = await cm.next('changes');
  asked.send(asked.message(8902, Buffer.from([0xff])));
  await expect(changes).rejects.toThrow('message');
  expect(finished).toMatchObject([{ request: 'changes', outcome: 'unreadable', parts: 1 }]);
});

test("reports a refused logon by Steam's own name, and a server that cannot be reached", async () => {
  const { client, cm, clock, log, logons } = await startObserved();
  cm.onLogOn = (request) => request.send(request.logOnResponse(84));
  void client.logOn();
  const { pauseMs } = await log.next('no session with Steam');
  await cm.stop();
  clock.advance(Number(pauseMs));
  await log.next('no session with Steam');
  expect(logons).toEqual(['RateLimitExceeded', 'Unreachable']);
});

import { expect, test } from 'vitest';
import type { FinishedRequest } from './pics-observer.ts';
import { appOnWire } from './testing/app-on-wire.ts';
import { startClient } from './testing/start-client.ts';

/** A client whose observer keeps what it is told. */
async function startObserved() {
  const logons: string[] = [];
  const finished: FinishedRequest[] = [];
  const started = await startClient({
    observer: { onLogon: (result) => logons.push(result), onRequest: (request) => finished.push(request) },
  });
  return { ...started, logons, finished };
}

test('tells of each request once it is over: what it asked for, how it ended, in how many parts', async () => {
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
  clock.advance(30_000);
  await metadata;
  expect(finished).toEqual([
    { kind: 'product_info', outcome: 'answered', parts: 2, durationMs: 250 },
    { kind: 'metadata', outcome: 'timeout', parts: 0, durationMs: 30_000 },
  ]);
});

test('tells that an answer could not be taken apart', async () => {
  const { client, cm, finished } = await startObserved();
  await client.logOn();
  const changes = client.getChangesSince(5);
  const asked = await cm.next('changes');
  asked.send(asked.message(8902, Buffer.from([0xff])));
  await expect(changes).rejects.toThrow('message');
  expect(finished).toMatchObject([{ kind: 'changes', outcome: 'unreadable', parts: 1 }]);
});

test("tells of a refused logon by Steam's own name, and of a server that is gone", async () => {
  const { client, cm, clock, log, logons } = await startObserved();
  cm.onLogOn = (request) => request.send(request.logOnResponse(84));
  void client.logOn();
  const { pauseMs } = await log.next('no session with Steam');
  await cm.stop();
  clock.advance(Number(pauseMs));
  await log.next('no session with Steam');
  expect(logons).toEqual(['RateLimitExceeded', 'Unreachable']);
});

import { SteamRefused } from '@pics/core';
import { expect, test } from 'vitest';
import { appOnWire } from '../testing/app-on-wire.ts';
import { multi } from '../testing/scripted-cm.ts';
import { startSession } from '../testing/start-client.ts';

test('returns bodies, unknown ids and missing tokens as Steam sent them', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([10, 20, 30]);
  const request = await cm.next('productInfo');
  expect(request.appids).toEqual([10, 20, 30]);
  expect(request.body['meta_data_only']).toBe(false);
  const app = appOnWire(10, '"appinfo"{}', 7);
  request.send(
    request.productInfo({
      apps: [app, { appid: 20, change_number: 8, missing_token: true }],
      unknown_appids: [30],
    }),
  );
  expect(await info).toEqual({
    apps: [
      {
        appid: 10,
        changeNumber: 7,
        missingToken: false,
        body: Buffer.from('"appinfo"{}'),
        sha1: app.sha.toString('hex'),
      },
      { appid: 20, changeNumber: 8, missingToken: true, body: Buffer.alloc(0) },
    ],
    unknown: [30],
    unanswered: [],
    parts: 1,
  });
});

test('requests metadata only, and returns change numbers, SHA-1s and sizes', async () => {
  const { client, cm } = await startSession();
  const metadata = client.getProductMetadata([10, 20, 30]);
  const request = await cm.next('productInfo');
  expect(request.body['meta_data_only']).toBe(true);
  const app = { appid: 10, change_number: 7, sha: Buffer.alloc(20, 0xab), size: 99 };
  const hidden = { appid: 30, change_number: 8, missing_token: true };
  request.send(request.productInfo({ apps: [app, hidden], unknown_appids: [20], meta_data_only: true }));
  expect(await metadata).toEqual({
    apps: [
      { appid: 10, changeNumber: 7, missingToken: false, sha1: 'ab'.repeat(20), size: 99 },
      { appid: 30, changeNumber: 8, missingToken: true, size: 0 },
    ],
    unknown: [20],
    unanswered: [],
    parts: 1,
  });
});

test('collects parts until one says that no more follow', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 2, 3]);
  const request = await cm.next('productInfo');
  request.send(
    request.productInfo({ apps: [appOnWire(1), appOnWire(2)], response_pending: true }),
    request.productInfo({ apps: [appOnWire(3)], response_pending: true }),
    request.productInfo({ response_pending: false }),
  );
  const { apps, unanswered, parts } = await info;
  expect(apps.map(({ appid }) => appid)).toEqual([1, 2, 3]);
  expect({ unanswered, parts }).toEqual({ unanswered: [], parts: 3 });
});

test('keeps the parts of two requests apart, in whatever order they arrive', async () => {
  const { client, cm } = await startSession();
  const [first, second] = [client.getProductInfo([1, 2]), client.getProductInfo([2, 3])];
  const [one, two] = [await cm.next('productInfo'), await cm.next('productInfo')];
  two.send(two.productInfo({ apps: [appOnWire(3)], response_pending: true }));
  one.send(one.productInfo({ apps: [appOnWire(1)], response_pending: true }));
  two.send(two.productInfo({ apps: [appOnWire(2, 'of the second')] }));
  one.send(one.productInfo({ apps: [appOnWire(2, 'of the first')] }));
  const texts = (apps: { appid: number; body: Uint8Array }[]) =>
    apps.find(({ appid }) => appid === 2)?.body.toString();
  expect(texts((await first).apps)).toBe('of the first');
  expect(texts((await second).apps)).toBe('of the second');
  expect((await second).apps.map(({ appid }) => appid)).toEqual([3, 2]);
});

test('reports an id that a complete response left out, without waiting longer', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 2]);
  const request = await cm.next('productInfo');
  request.send(request.productInfo({ apps: [appOnWire(1)] }));
  expect((await info).unanswered).toEqual([{ appid: 2, reason: 'absent' }]);
});

test('returns an id once when it is requested twice or sent twice, and never when it was not requested', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 1, 2]);
  const request = await cm.next('productInfo');
  expect(request.appids).toEqual([1, 2]);
  const corrupt = (appid: number) => ({ ...appOnWire(appid), buffer: Buffer.from('garbage') });
  request.send(
    request.productInfo({
      apps: [appOnWire(1, 'first'), appOnWire(1, 'again'), corrupt(1), appOnWire(99), corrupt(97)],
      unknown_appids: [2, 2, 1, 98],
    }),
  );
  const { apps, unknown, unanswered } = await info;
  expect(apps.map(({ body }) => body.toString())).toEqual(['first']);
  expect({ unknown, unanswered }).toEqual({ unknown: [2], unanswered: [] });
});

test('keeps what arrives before the timeout, and drops what arrives later', async () => {
  const { client, cm, clock, log } = await startSession({ requestTimeoutMs: 1_000 });
  const info = client.getProductInfo([1, 2, 3]);
  const request = await cm.next('productInfo');
  const probe = client.getProductInfo([4]);
  request.send(request.productInfo({ apps: [appOnWire(1)], unknown_appids: [2], response_pending: true }));
  const probed = await cm.next('productInfo');
  probed.send(probed.productInfo({ apps: [appOnWire(4)] }));
  await probe; // Answers come in order, so the part before it has arrived.

  clock.advance(1_000);
  const { apps, unknown, unanswered } = await info;
  expect(apps.map(({ appid }) => appid)).toEqual([1]);
  expect({ unknown, unanswered }).toEqual({ unknown: [2], unanswered: [{ appid: 3, reason: 'timeout' }] });

  request.send(request.productInfo({ apps: [appOnWire(3)] }));
  await log.next('a response to no pending request');
  expect(client.status.loggedOn).toBe(true);
});

test('keeps what arrived before the connection was lost', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 2]);
  const request = await cm.next('productInfo');
  request.send(request.productInfo({ apps: [appOnWire(1)], response_pending: true }));
  request.drop();
  const { apps, unanswered } = await info;
  expect(apps.map(({ appid }) => appid)).toEqual([1]);
  expect(unanswered).toEqual([{ appid: 2, reason: 'disconnected' }]);
});

test('refuses a body whose SHA-1 is not the announced one, and keeps the others', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 2, 3]);
  const request = await cm.next('productInfo');
  const corrupt = { ...appOnWire(1), buffer: Buffer.from('"appinfo"{ garbage }\0') };
  const unannounced = { ...appOnWire(2, 'taken as it is'), sha: undefined };
  request.send(request.productInfo({ apps: [corrupt, unannounced, appOnWire(3)] }));
  const { apps, unanswered } = await info;
  expect(unanswered).toEqual([{ appid: 1, reason: 'corrupt' }]);
  expect(apps.map(({ appid }) => appid)).toEqual([2, 3]);
});

test('accepts a good body after a corrupt one of the same app', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1]);
  const request = await cm.next('productInfo');
  const corrupt = { ...appOnWire(1), buffer: Buffer.from('garbage\0') };
  request.send(request.productInfo({ apps: [corrupt, appOnWire(1, 'good')] }));
  const { apps, unanswered } = await info;
  expect(apps.map(({ body }) => body.toString())).toEqual(['good']);
  expect(unanswered).toEqual([]);
});

test('refuses a body beyond the size limit, and keeps the others', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 2]);
  const request = await cm.next('productInfo');
  const huge = { appid: 1, change_number: 1, buffer: Buffer.alloc(16 * 1024 * 1024 + 1, 'x') };
  request.send(request.productInfo({ apps: [huge, appOnWire(2)] }));
  const { apps, unanswered } = await info;
  expect(unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
  expect(apps.map(({ appid }) => appid)).toEqual([2]);
});

test('keeps what can be read of a part, and ends there', async () => {
  const { client, cm, log } = await startSession();
  const info = client.getProductInfo([1, 2, 3, 4]);
  const request = await cm.next('productInfo');
  const whole = request.productInfo({ apps: [appOnWire(2), appOnWire(3)], response_pending: true });
  request.send(
    request.productInfo({ apps: [appOnWire(1)], response_pending: true }),
    whole.subarray(0, -10),
    request.productInfo({ apps: [appOnWire(4)], response_pending: false }),
  );
  const { apps, unanswered } = await info;
  expect(apps.map(({ appid }) => appid)).toEqual([1, 2]);
  expect(unanswered).toEqual([3, 4].map((appid) => ({ appid, reason: 'corrupt' })));
  expect((await log.next('no session with Steam'))['reason']).toContain('Steam sent what cannot be read');
});

test.each([true, false])(
  'reads responses inside a Multi, in order with the rest (gzip: %s)',
  async (gzip) => {
    const { client, cm } = await startSession();
    const info = client.getProductInfo([1, 2, 3]);
    const request = await cm.next('productInfo');
    const inMulti = [
      request.productInfo({ apps: [appOnWire(1)], response_pending: true }),
      multi([request.productInfo({ apps: [appOnWire(2)], response_pending: true })], { gzip }),
    ];
    request.send(multi(inMulti, { gzip }), request.productInfo({ apps: [appOnWire(3)] }));
    const { apps, unanswered, parts } = await info;
    expect(apps.map(({ appid }) => appid)).toEqual([1, 2, 3]);
    expect({ unanswered, parts }).toEqual({ unanswered: [], parts: 3 });
  },
);

test('settles at once when Steam reports that the job failed', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1]);
  const request = await cm.next('productInfo');
  request.send(request.jobFailed());
  expect(await info).toMatchObject({ apps: [], unanswered: [{ appid: 1, reason: 'absent' }] });
});

test.each([
  ['Busy', 10],
  ['ServiceUnavailable', 20],
  ['LimitExceeded', 25],
  ['RateLimitExceeded', 84],
  ['AccountLoginDeniedThrottle', 87],
  ['TooManyPending', 108],
])('throws SteamRefused on %s, so that no app is blamed', async (_name, eresult) => {
  const { client, cm } = await startSession();
  for (const ask of [client.getProductInfo([1]), client.getProductMetadata([1])]) {
    const request = await cm.next('productInfo');
    request.send(request.productInfo({}, { eresult }));
    await expect(ask).rejects.toThrow(SteamRefused);
  }
});

test('throws SteamRefused when Steam refuses in the middle of a response', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 2]);
  const request = await cm.next('productInfo');
  request.send(
    request.productInfo({ apps: [appOnWire(1)], response_pending: true }),
    request.productInfo({}, { eresult: 84 }),
  );
  await expect(info).rejects.toThrow(SteamRefused);
});

test('counts a refusal of the request against its ids, and keeps the parts before it', async () => {
  const { client, cm } = await startSession();
  const info = client.getProductInfo([1, 2]);
  const request = await cm.next('productInfo');
  request.send(
    request.productInfo({ apps: [appOnWire(1)], response_pending: true }),
    request.productInfo({}, { eresult: 8 }),
  );
  expect(await info).toMatchObject({ apps: [{ appid: 1 }], unanswered: [{ appid: 2, reason: 'absent' }] });
});

test('sends no request for an empty list', async () => {
  const { client } = await startSession();
  expect(await client.getProductInfo([])).toEqual({ apps: [], unknown: [], unanswered: [], parts: 0 });
});

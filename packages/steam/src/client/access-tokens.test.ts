import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { SteamRefused, SteamUnavailable } from '@pics/core';
import schema from 'steam-user/protobufs/generated/_load.js';
import { expect, test } from 'vitest';
import { appOnWire } from '../testing/app-on-wire.ts';
import { startSession } from '../testing/start-client.ts';
import { readAccessTokenResponse } from '../wire/access-token-response.ts';

/** The largest uint64, which a number would round. */
const TOKEN = '18446744073709551615';
const NOTHING = { granted: new Map(), denied: [], unmentioned: [] };

test('puts each requested id into one list: granted, denied or unmentioned', async () => {
  const { client, cm } = await startSession();
  const tokens = client.getAccessTokens([440, 570, 730, 10, 440], [17, 18, 19]);
  const request = await cm.next('accessTokens');
  expect(request.body).toEqual({ appids: [440, 570, 730, 10], packageids: [17, 18, 19] });
  request.send(
    request.accessTokens({
      app_access_tokens: [
        { appid: 440, access_token: TOKEN },
        { appid: 10, access_token: '0' },
        { appid: 99, access_token: '7' },
      ],
      app_denied_tokens: [570, 570, 98],
      package_access_tokens: [{ packageid: 17, access_token: '9007199254740993' }],
      package_denied_tokens: [18],
    }),
  );
  expect(await tokens).toEqual({
    apps: { granted: new Map([[440, TOKEN]]), denied: [10, 570], unmentioned: [730] },
    packages: { granted: new Map([[17, '9007199254740993']]), denied: [18], unmentioned: [19] },
  });
});

test('counts an id as granted when Steam denies it as well', async () => {
  const { client, cm } = await startSession();
  const tokens = client.getAccessTokens([440], [17]);
  const request = await cm.next('accessTokens');
  request.send(
    request.accessTokens({
      app_access_tokens: [{ appid: 440, access_token: TOKEN }],
      app_denied_tokens: [440],
      package_access_tokens: [{ packageid: 17, access_token: '5' }],
      package_denied_tokens: [17],
    }),
  );
  const { apps, packages } = await tokens;
  expect(apps).toEqual({ ...NOTHING, granted: new Map([[440, TOKEN]]) });
  expect(packages).toEqual({ ...NOTHING, granted: new Map([[17, '5']]) });
});

test('returns every id as unmentioned when Steam responds with nothing', async () => {
  const { client, cm } = await startSession();
  const tokens = client.getAccessTokens([440], []);
  const request = await cm.next('accessTokens');
  request.send(request.accessTokens({}));
  expect(await tokens).toEqual({ apps: { ...NOTHING, unmentioned: [440] }, packages: NOTHING });
});

test('sends no request for no ids', async () => {
  const { client, cm } = await startSession();
  expect(await client.getAccessTokens([], [])).toEqual({ apps: NOTHING, packages: NOTHING });
  expect(cm.unread('accessTokens')).toBe(0);
});

test('reads every token that steam-user encodes, bit for bit', () => {
  const token = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String);
  const grants = fc.uniqueArray(fc.tuple(fc.nat({ max: 0xffff_ffff }), token), { selector: ([id]) => id });
  fc.assert(
    fc.property(grants, grants, (apps, packages) => {
      const bytes = schema.CMsgClientPICSAccessTokenResponse.encode({
        app_access_tokens: apps.map(([appid, access_token]) => ({ appid, access_token })),
        package_access_tokens: packages.map(([packageid, access_token]) => ({ packageid, access_token })),
      }).finish();
      const ids = (all: typeof apps) => new Set(all.map(([id]) => id));
      const read = readAccessTokenResponse(Buffer.from(bytes), ids(apps), ids(packages));
      expect(read.apps.granted).toEqual(new Map(apps));
      expect(read.packages.granted).toEqual(new Map(packages));
    }),
  );
});

test('looks at no more ids than can have been requested', () => {
  const bytes = schema.CMsgClientPICSAccessTokenResponse.encode({
    app_denied_tokens: Array.from({ length: 1_003 }, () => 440),
  }).finish();
  const read = () => readAccessTokenResponse(Buffer.from(bytes), new Set([440]), new Set());
  expect(read).toThrow('more ids than could have been requested');
});

test('throws SteamUnavailable rather than return half of a response', async () => {
  const { client, cm } = await startSession();
  const tokens = client.getAccessTokens([440, 570], []);
  const request = await cm.next('accessTokens');
  const response = request.accessTokens({
    app_access_tokens: [
      { appid: 440, access_token: TOKEN },
      { appid: 570, access_token: TOKEN },
    ],
  });
  request.send(response.subarray(0, -1));
  await expect(tokens).rejects.toThrow(SteamUnavailable);
  await expect(tokens).rejects.toThrow('no access tokens: the response cannot be read');
});

test('throws SteamRefused when Steam wants fewer requests, and SteamUnavailable when it refuses this one', async () => {
  const { client, cm } = await startSession();
  const throttled = client.getAccessTokens([440], []);
  const first = await cm.next('accessTokens');
  first.send(first.accessTokens({}, { eresult: 84 }));
  await expect(throttled).rejects.toThrow(new SteamRefused('no access tokens: Steam throttles requests'));
  const refused = client.getAccessTokens([440], []);
  const second = await cm.next('accessTokens');
  second.send(second.accessTokens({}, { eresult: 2 }));
  const error = new SteamUnavailable('no access tokens: Steam refused the request');
  await expect(refused).rejects.toThrow(error);
});

test('throws SteamUnavailable on a timeout, on a disconnect, and without a session', async () => {
  const { client, cm, clock } = await startSession({ requestTimeoutMs: 1_000 });
  const late = client.getAccessTokens([440], []);
  await cm.next('accessTokens');
  clock.advance(1_000);
  const why = 'no access tokens: Steam did not respond in time';
  await expect(late).rejects.toThrow(new SteamUnavailable(why));
  const cut = client.getAccessTokens([440], []);
  (await cm.next('accessTokens')).drop();
  await expect(cut).rejects.toThrow('no access tokens: the session ended before the response');
  await expect(client.getAccessTokens([440], [])).rejects.toThrow(SteamUnavailable);
});

test('sends tokens with the apps that they belong to, for bodies and for metadata', async () => {
  const { client, cm } = await startSession();
  const tokens = new Map([
    [20, TOKEN],
    [99, '7'],
  ]);
  const apps = [{ appid: 10 }, { appid: 20, access_token: TOKEN }];
  const info = client.getProductInfo([10, 20], tokens);
  const request = await cm.next('productInfo');
  expect(request.body).toEqual({ apps, meta_data_only: false });
  request.send(request.productInfo({ apps: [appOnWire(10), appOnWire(20)] }));
  expect((await info).apps.map(({ appid }) => appid)).toEqual([10, 20]);
  const metadata = client.getProductMetadata([10, 20], tokens);
  const second = await cm.next('productInfo');
  expect(second.body).toEqual({ apps, meta_data_only: true });
  second.send(second.productInfo({ apps: [{ appid: 10 }, { appid: 20 }] }));
  await metadata;
});

test('writes no token into a log entry or an error, whatever goes wrong', async () => {
  const { client, cm, clock, log } = await startSession({ requestTimeoutMs: 1_000 });
  const errors: unknown[] = [];
  const keepError = (error: unknown) => errors.push(error, (error as Error).cause);
  const tokens = new Map([[440, TOKEN]]);
  const grant = { app_access_tokens: [{ appid: 440, access_token: TOKEN }] };

  const granted = client.getAccessTokens([440], []);
  const first = await cm.next('accessTokens');
  first.send(first.accessTokens(grant), first.accessTokens(grant)); // The second responds to nothing.
  await granted;
  const refused = client.getProductInfo([440], tokens).catch(keepError);
  const second = await cm.next('productInfo');
  second.send(second.productInfo({}, { eresult: 84 }));
  await refused;
  const late = client.getProductInfo([440], tokens).catch(keepError);
  await cm.next('productInfo');
  clock.advance(1_000);
  await late;
  const cut = client.getAccessTokens([440], []).catch(keepError);
  const third = await cm.next('accessTokens');
  third.send(third.accessTokens(grant).subarray(0, -1));
  await cut;
  await client.getProductInfo([440], tokens).catch(keepError);

  expect(errors.length).toBeGreaterThan(4);
  const written = inspect([log.entries, errors], {
    depth: Infinity,
    showHidden: true,
    maxStringLength: null,
  });
  expect(written).toContain('a response to no pending request');
  for (const secret of [TOKEN, BigInt(TOKEN).toString(16)]) expect(written).not.toContain(secret);
});

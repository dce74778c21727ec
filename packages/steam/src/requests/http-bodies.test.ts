import type { RequestListener } from 'node:http';
import { hash } from 'node:crypto';
import type { lookup } from 'node:dns';
import { isIPv6 } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../session/clock.ts';
import { ScriptedCm } from '../testing/scripted-cm.ts';
import { BodyHost } from './body-hosts.ts';
import { HttpBodies } from './http-bodies.ts';
import { MAX_RESPONSE_BYTES } from './response-collector.ts';
import { appOnWire } from '../testing/app-on-wire.ts';
import { startSession, type StartedClient } from '../testing/start-client.ts';

function withoutBody(appid: number, text: string) {
  return { ...appOnWire(appid, text), buffer: undefined };
}

/** Requests apps without bodies in the response, and serves their bodies with `onHttp`. */
async function readOverHttp(apps: { appid: number }[], onHttp: RequestListener, started?: StartedClient) {
  const { client, cm } = started ?? (await startSession());
  cm.onHttp = onHttp;
  const info = client.getProductInfo(apps.map(({ appid }) => appid));
  const request = await cm.next('productInfo');
  request.send(request.productInfo({ apps, http_host: cm.address, http_min_size: 1 }));
  return info;
}

test('reads a body that is missing from the response from the host that Steam names, by its SHA-1', async () => {
  const app = withoutBody(440, '"appinfo"{}');
  const paths: (string | undefined)[] = [];
  const { apps, unanswered } = await readOverHttp([app], (request, response) => {
    paths.push(request.url);
    response.end(gzipSync('"appinfo"{}\0'));
  });
  expect(paths).toEqual([`/appinfo/440/sha/${app.sha.toString('hex')}.txt.gz`]);
  expect(apps).toEqual([
    {
      appid: 440,
      changeNumber: 1,
      missingToken: false,
      body: Buffer.from('"appinfo"{}'),
      sha1: app.sha.toString('hex'),
    },
  ]);
  expect(unanswered).toEqual([]);
});

test('accepts no host but a name, perhaps with a port', async () => {
  const { client, cm, log } = await startSession();
  let requests = 0;
  cm.onHttp = (_request, response) => response.end(String(requests++));
  for (const host of [
    '',
    `${cm.address}/x?`,
    `user@${cm.address}`,
    `${cm.address}#`,
    'a b',
    `-${cm.address}`,
    '127.0.0.1',
    '169.254.169.254:443',
    '[::1]',
    '::1',
    '2130706433',
    '127.1',
    '0x7f.0x1',
    '0177.1',
  ]) {
    const info = client.getProductInfo([1]);
    const request = await cm.next('productInfo');
    request.send(request.productInfo({ apps: [withoutBody(1, 'text')], http_host: host }));
    expect((await info).unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
    expect(await log.next('Steam names no host for bodies over HTTP')).toBeDefined();
  }
  expect(requests).toBe(0);
});

/** A reader of bodies whose CM is at `cmAddress`, and whose names have the given addresses; Node's own if none. */
function startReader(cmAddress: string, addresses?: string[], ca?: string) {
  const errors: unknown[] = [];
  const log = {
    info: () => {},
    debug: () => {},
    warn: (fields: object) =>
      void errors.push('err' in fields && fields.err instanceof Error && fields.err.message),
  };
  const found = addresses?.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const lookUp = (_name: string, _options: object, callback: (error: null, all: unknown) => void) =>
    callback(null, found);
  const cm = { address: cmAddress };
  const bodies = new HttpBodies({
    timeoutMs: 30_000,
    ca,
    cmAddress: () => cm.address,
    clock: systemClock,
    log,
    ...(found && { lookUp: lookUp as typeof lookup }),
  });
  onTestFinished(() => bodies.close());
  const sha = hash('sha1', 'text', 'buffer');
  const app = { appid: 1, changeNumber: 1, missingToken: false, body: undefined, size: 5, sha };
  return { read: (host: string) => bodies.read(host, [app]), errors, cm };
}

test.each([
  '127.0.0.1',
  '127.8.8.8',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  'fe80::1',
  'fd00:ec2::254',
  'ff02::1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::1',
  '2001:0:7f00:1::1',
])('connects to no host whose address is %s', async (address) => {
  const { read, errors } = startReader('198.51.100.7', [address]);
  expect((await read('cache.example.net')).size).toBe(0);
  expect(errors).toEqual(['cache.example.net has no address that Steam may name']);
});

test.each(['8.8.8.8', '172.32.0.1', '23.55.1.2', '2600:1406::1', '2a02:26f0::1'])(
  'allows a host on the internet at port 443 and at no other: %s',
  (address) => {
    expect(BodyHost.parse('cache.example.net', undefined)?.allows(address)).toBe(true);
    expect(BodyHost.parse('cache.example.net:443', undefined)?.allows(address)).toBe(true);
    expect(BodyHost.parse('cache.example.net:8443', undefined)?.allows(address)).toBe(false);
  },
);

/** A server that counts the requests for bodies. */
async function startBodyServer() {
  const cm = await ScriptedCm.start();
  onTestFinished(() => cm.stop());
  const served = { requests: 0 };
  cm.onHttp = (_request, response) => {
    served.requests += 1;
    response.end(gzipSync('text'));
  };
  return { cm, served };
}

test('reads from the address of the CM itself at any port, and from no other internal one', async () => {
  const { cm, served } = await startBodyServer();
  const allowed = startReader(cm.ip, ['10.0.0.1', cm.ip], cm.ca);
  expect(await allowed.read(cm.address)).toEqual(new Map([[1, Buffer.from('text')]]));
  const refused = startReader('198.51.100.7', [cm.ip], cm.ca);
  expect((await refused.read(cm.address)).size).toBe(0);
  expect(served.requests).toBe(1);
});

test('uses no older connection to an address that is not allowed any more', async () => {
  const { cm, served } = await startBodyServer();
  const reader = startReader(cm.ip, undefined, cm.ca);
  expect((await reader.read(cm.address)).size).toBe(1);
  reader.cm.address = '198.51.100.7';
  expect((await reader.read(cm.address)).size).toBe(0);
  expect(reader.errors).toEqual(['localhost is at a forbidden address']);
  expect(served.requests).toBe(1);
});

test('reports a body as unreadable when it is missing, not gzipped, or a different one', async () => {
  const responses: Record<string, RequestListener> = {
    '1': (_request, response) => response.writeHead(404).end(gzipSync('text of 1')),
    '2': (_request, response) => response.end('not gzip'),
    '3': (_request, response) => response.end(gzipSync('text of another')),
    '4': (_request, response) => response.end(gzipSync('text of 4')),
    '5': (_request, response) => response.destroy(),
  };
  const wanted = Object.keys(responses).map((appid) => withoutBody(Number(appid), `text of ${appid}`));
  const { apps, unanswered } = await readOverHttp(wanted, (request, response) =>
    responses[request.url?.split('/')[2] ?? '']?.(request, response),
  );
  expect(apps.map(({ appid }) => appid)).toEqual([4]);
  expect(unanswered).toEqual([1, 2, 3, 5].map((appid) => ({ appid, reason: 'unreadable' })));
});

test('follows no redirect', async () => {
  const urls: (string | undefined)[] = [];
  const { unanswered } = await readOverHttp([withoutBody(1, 'text')], (request, response) => {
    urls.push(request.url);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(urls).toHaveLength(1);
  expect(unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
});

test('stops reading a body that is larger than announced', async () => {
  const started = await startSession();
  const flood: RequestListener = (_request, response) => {
    const pour = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024)));
    };
    response.on('drain', pour);
    pour();
  };
  const { unanswered } = await readOverHttp([withoutBody(1, 'text')], flood, started);
  expect(unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
  const { err } = await started.log.next('bodies over HTTP cannot be read');
  expect(err).toMatchObject({ message: `more than ${5 + 64 * 1024} bytes` });
});

test('stops unzipping a body that is larger than announced', async () => {
  const started = await startSession();
  const bomb: RequestListener = (_request, response) => response.end(gzipSync(Buffer.alloc(100_000)));
  const { unanswered } = await readOverHttp([withoutBody(1, 'text')], bomb, started);
  expect(unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
  const { err } = await started.log.next('bodies over HTTP cannot be read');
  expect(err).toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
});

test('reads no more bodies than may be in memory for one response', async () => {
  const size = 16 * 1024 * 1024;
  const sha = hash('sha1', Buffer.alloc(size - 1), 'buffer');
  const zipped = gzipSync(Buffer.alloc(size));
  let requests = 0;
  const { apps, unanswered } = await readOverHttp(
    Array.from({ length: 60 }, (_, appid) => ({ appid, change_number: 1, sha, size })),
    (_request, response) => {
      requests += 1;
      response.end(zipped);
    },
  );
  const bytes = apps.reduce((sum, { body }) => sum + body.length, 0);
  expect(bytes).toBeLessThanOrEqual(MAX_RESPONSE_BYTES);
  expect({ requests, apps: apps.length, unanswered: unanswered.length }).toEqual({
    requests: 8,
    apps: 8,
    unanswered: 52,
  });
});

test('reads over eight connections, however many bodies there are', async () => {
  const connections = new Set<unknown>();
  const texts = Array.from({ length: 40 }, (_, appid) => `text of ${appid}`);
  const { apps } = await readOverHttp(
    texts.map((text, appid) => withoutBody(appid, text)),
    (request, response) => {
      connections.add(request.socket);
      response.end(gzipSync(texts[Number(request.url?.split('/')[2])] ?? ''));
    },
  );
  expect(apps).toHaveLength(40);
  expect(connections.size).toBe(8);
});

test('gives up after the request timeout has passed once more', async () => {
  const started = await startSession({ requestTimeoutMs: 1_000 });
  const { unanswered, apps } = await readOverHttp(
    [withoutBody(1, 'never comes'), appOnWire(2)],
    () => started.clock.advance(1_000),
    started,
  );
  expect(unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
  expect(apps.map(({ appid }) => appid)).toEqual([2]);
});

test('stops reading when the client is closed', async () => {
  const started = await startSession();
  const { unanswered } = await readOverHttp(
    [withoutBody(1, 'never comes')],
    () => void started.client.close(),
    started,
  );
  expect(unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
});

test('returns an app that needs a token as a stub when its body is denied', async () => {
  const { apps, unanswered } = await readOverHttp(
    [{ ...withoutBody(1, 'for owners only'), missing_token: true } as { appid: number }],
    (_request, response) => response.writeHead(403).end(),
  );
  expect(apps).toEqual([{ appid: 1, changeNumber: 1, missingToken: true, body: Buffer.alloc(0) }]);
  expect(unanswered).toEqual([]);
});

test('returns no stub for an app whose body merely cannot be read at the moment', async () => {
  const { apps, unanswered } = await readOverHttp(
    [{ ...withoutBody(1, 'the public part'), missing_token: true } as { appid: number }],
    (_request, response) => response.writeHead(503).end(),
  );
  expect(apps).toEqual([]);
  expect(unanswered).toEqual([{ appid: 1, reason: 'unreadable' }]);
});

import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import schema from 'steam-user/protobufs/generated/_load.js';
import { describe, expect, test } from 'vitest';
import { EMsg, readNetMessage } from './net-message.ts';
import { MalformedMessage } from './protobuf-reader.ts';
import { readProductInfoPart as read, type ProductInfoPart } from './product-info-response.ts';

function readProductInfoPart(body: Buffer): ProductInfoPart {
  return read(body, () => true, 1_000);
}

function encode(part: object): Buffer {
  return Buffer.from(schema.CMsgClientPICSProductInfoResponse.encode(part).finish());
}

test('reads every field, and the body without copying it', () => {
  const app = { appid: 440, change_number: 9, missing_token: true, sha: Buffer.alloc(20, 1), size: 6 };
  const bytes = encode({
    apps: [{ ...app, buffer: Buffer.from('hello\0') }],
    unknown_appids: [1, 2],
    response_pending: true,
    http_min_size: 128,
    http_host: 'cache.example.net',
  });
  const part = readProductInfoPart(bytes);
  expect(part).toEqual({
    apps: [
      {
        appid: 440,
        changeNumber: 9,
        missingToken: true,
        sha: Buffer.alloc(20, 1),
        body: Buffer.from('hello\0'),
        size: 6,
      },
    ],
    unknown: [1, 2],
    pending: true,
    httpHost: 'cache.example.net',
    entries: 3,
    damage: undefined,
  });
  bytes[bytes.indexOf('hello')] = 'j'.charCodeAt(0);
  expect(part.apps[0]?.body?.toString()).toBe('jello\0');
});

test('reports an app with only its public part as one that a token would show more of', () => {
  expect(readProductInfoPart(encode({ apps: [{ appid: 5, only_public: true }] })).apps).toMatchObject([
    { appid: 5, missingToken: true },
  ]);
});

test('loses only the damaged app', () => {
  const bytes = encode({ apps: [{ appid: 1 }, { appid: 2, buffer: Buffer.from('xyz') }, { appid: 3 }] });
  const lengthOfBuffer = bytes.indexOf('xyz') - 1;
  bytes[lengthOfBuffer] = 100;
  const part = readProductInfoPart(bytes);
  expect(part.apps.map(({ appid }) => appid)).toEqual([1, 3]);
  expect(part).toMatchObject({ damage: expect.any(MalformedMessage), pending: false });
});

test('keeps everything before the place where a part is cut off', () => {
  const bytes = encode({ apps: [{ appid: 1 }, { appid: 2 }] });
  const part = readProductInfoPart(bytes.subarray(0, -1));
  expect(part.apps.map(({ appid }) => appid)).toEqual([1]);
  expect(part).toMatchObject({ damage: expect.any(MalformedMessage), pending: true });
});

test('makes nothing of ids that are not wanted, and stops after so many', () => {
  const bytes = encode({ apps: [{ appid: 1 }, { appid: 2 }], unknown_appids: [3, 4, 5] });
  const isWanted = (appid: number) => appid === 2 || appid === 4;
  const part = read(bytes, isWanted, 1_000);
  expect(part).toMatchObject({ apps: [{ appid: 2 }], unknown: [4], entries: 5, damage: undefined });
  const limited = read(bytes, isWanted, 4);
  expect(limited).toMatchObject({ apps: [{ appid: 2 }], unknown: [4], damage: expect.any(MalformedMessage) });
});

test('looks at no more of 32 million packed ids than can have been requested', () => {
  const ids = 32 * 1024 * 1024;
  const length = Buffer.from([0x80, 0x80, 0x80, 0x10]);
  const bytes = Buffer.concat([Buffer.from([0x12]), length, Buffer.alloc(ids, 7)]);
  let looked = 0;
  const isWanted = () => ++looked < 0;
  const part = read(bytes, isWanted, 1_400);
  expect(part).toMatchObject({ unknown: [], damage: expect.any(MalformedMessage) });
  expect(looked).toBe(1_400);
});

test('refuses a host that is longer than any name', () => {
  const part = readProductInfoPart(encode({ unknown_appids: [1], http_host: 'a'.repeat(100_000) }));
  expect(part).toMatchObject({ httpHost: undefined, damage: expect.any(MalformedMessage) });
});

test.each([[Buffer.alloc(3)], [Buffer.from('c8220080ff000000', 'hex')], [Buffer.from('c8220080', 'hex')]])(
  'refuses a message that ends inside its header: %s',
  (message) => expect(() => readNetMessage(message)).toThrow(MalformedMessage),
);

test('leaves messages with a fixed header to steam-user', () => {
  expect(readNetMessage(Buffer.from('17050000ffffffffffffffff', 'hex'))).toBeUndefined();
});

const recorded = new URL('../../../../../shared/pics/wire/', import.meta.url);

describe.skipIf(!existsSync(recorded))('recorded messages (skipped without recorded PICS data)', () => {
  function readRecorded(name: string) {
    const message = readNetMessage(readFileSync(new URL(`${name}.bin`, recorded)));
    expect(message?.emsg).toBe(EMsg.ClientPICSProductInfoResponse);
    return { jobId: message?.jobId, part: readProductInfoPart(message?.body ?? Buffer.alloc(0)) };
  }

  test('metadata of app 480 has its change number and no body', () => {
    const { jobId, part } = readRecorded('002_in_8904_k_EMsgClientPICSProductInfoResponse_app480');
    const { part: metadata } = readRecorded(
      '001_in_8904_k_EMsgClientPICSProductInfoResponse_app480_metadata',
    );
    const app = part.apps[0];
    expect(jobId).toBeLessThan(2 ** 64);
    expect(metadata).toMatchObject({
      apps: [
        {
          appid: 480,
          changeNumber: app?.changeNumber,
          sha: app?.sha,
          size: app?.body?.length,
          body: undefined,
        },
      ],
      unknown: [],
      pending: false,
      httpHost: 'clientconfig.akamai.steamstatic.com',
      damage: undefined,
    });
  });

  test('the body of app 480 has the announced SHA-1 without its trailing NUL', () => {
    const { part } = readRecorded('002_in_8904_k_EMsgClientPICSProductInfoResponse_app480');
    const [app] = part.apps;
    expect(app).toMatchObject({ appid: 480, missingToken: false });
    expect(app?.body?.at(-1)).toBe(0);
    expect(hash('sha1', app?.body?.subarray(0, -1) ?? '', 'buffer')).toEqual(app?.sha);
    expect(app?.body?.toString('utf8', 0, 9)).toBe('"appinfo"');
  });

  test('a package is skipped', () => {
    const { part } = readRecorded('003_in_8904_k_EMsgClientPICSProductInfoResponse_sub0');
    expect(part).toMatchObject({ apps: [], unknown: [], pending: false, damage: undefined });
  });
});

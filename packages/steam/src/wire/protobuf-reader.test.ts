import * as fc from 'fast-check';
import schema from 'steam-user/protobufs/generated/_load.js';
import { expect, test } from 'vitest';
import { readAccessTokenResponse } from './access-token-response.ts';
import { readChangesSinceResponse } from './changes-since-response.ts';
import { readNetMessage } from './net-message.ts';
import { readProductInfoPart } from './product-info-response.ts';
import { MalformedMessage, ProtobufReader } from './protobuf-reader.ts';

const uint32 = fc.nat({ max: 0xffff_ffff });
const change = fc.record({ id: uint32, changeNumber: uint32, needsToken: fc.boolean() });

test('reads what steam-user encodes', () => {
  const changes = fc.record({
    since: uint32,
    current: uint32.filter((number) => number > 0),
    apps: fc.array(change),
    packages: fc.array(change),
    forceFullUpdate: fc.boolean(),
    forceFullAppUpdate: fc.boolean(),
    forceFullPackageUpdate: fc.boolean(),
  });
  fc.assert(
    fc.property(changes, (expected) => {
      const encoded = schema.CMsgClientPICSChangesSinceResponse.encode({
        since_change_number: expected.since,
        current_change_number: expected.current,
        force_full_update: expected.forceFullUpdate,
        force_full_app_update: expected.forceFullAppUpdate,
        force_full_package_update: expected.forceFullPackageUpdate,
        app_changes: expected.apps.map(({ id, changeNumber, needsToken }) => ({
          appid: id,
          change_number: changeNumber,
          needs_token: needsToken,
        })),
        package_changes: expected.packages.map(({ id, changeNumber, needsToken }) => ({
          packageid: id,
          change_number: changeNumber,
          needs_token: needsToken,
        })),
      }).finish();
      expect(readChangesSinceResponse(Buffer.from(encoded))).toEqual(expected);
    }),
  );
});

function errorOf(read: (bytes: Buffer) => unknown, bytes: Buffer): unknown {
  try {
    read(bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}

test('fails with its own error or not at all, whatever the bytes', () => {
  const readTokens = (body: Buffer) => readAccessTokenResponse(body, new Set([1]), new Set([2]));
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, (input) => {
      for (const read of [readChangesSinceResponse, readTokens, readNetMessage]) {
        const error = errorOf(read, input);
        expect(error === undefined || error instanceof MalformedMessage).toBe(true);
      }
      expect(errorOf((bytes) => readProductInfoPart(bytes, () => true, 100), input)).toBeUndefined();
    }),
    { numRuns: 20_000 },
  );
});

test('reads repeated numbers one by one and packed', () => {
  const values: number[] = [];
  const reader = new ProtobufReader(Buffer.from([0x10, 0x05, 0x12, 0x03, 0x96, 0x01, 0x07]));
  while (reader.next()) reader.forEachUint32((value) => void values.push(value));
  expect(values).toEqual([5, 150, 7]);
});

test('skips the upper half of a number that is encoded as 64 bits', () => {
  const reader = new ProtobufReader(Buffer.from([0x08, ...Array<number>(9).fill(0xff), 0x01]));
  reader.next();
  expect(reader.uint32()).toBe(0xffff_ffff);
  expect(reader.next()).toBe(false);
});

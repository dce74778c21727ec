import { gzipSync } from 'node:zlib';
import schema from 'steam-user/protobufs/generated/_load.js';
import { expect, test } from 'vitest';
import { MalformedMessage } from './protobuf-reader.ts';
import { unpackMulti } from './unpack-multi.ts';

const ONE_AND_TWO = Buffer.from('\x03\0\0\0one\x03\0\0\0two');

function encode(multi: object): Buffer {
  return Buffer.from(schema.CMsgMulti.encode(multi).finish());
}

function unpack(body: Buffer, spend: (bytes: number) => void = () => {}): string[] {
  return Array.from(unpackMulti(body, spend), String);
}

test('yields the messages in their order, gzipped or not', () => {
  expect(unpack(encode({ message_body: ONE_AND_TWO }))).toEqual(['one', 'two']);
  const gzipped = { size_unzipped: ONE_AND_TWO.length, message_body: gzipSync(ONE_AND_TWO) };
  expect(unpack(encode(gzipped))).toEqual(['one', 'two']);
});

test('yields complete messages before it fails at a cut-off end', () => {
  for (const cut of [1, 4, 6]) {
    const messages = unpackMulti(encode({ message_body: ONE_AND_TWO.subarray(0, -cut) }), () => {});
    expect(String(messages.next().value)).toBe('one');
    expect(() => messages.next()).toThrow(MalformedMessage);
  }
});

test('does not unzip more than the message announces', () => {
  const bomb = encode({ size_unzipped: 10, message_body: gzipSync(Buffer.alloc(100_000)) });
  expect(() => unpack(bomb)).toThrow('cannot be unzipped');
});

test('asks for the announced size before it unzips anything', () => {
  const refuse = (bytes: number) => {
    throw new MalformedMessage(`${bytes} bytes are too many`);
  };
  const announced = encode({ size_unzipped: 1_000_000_000, message_body: Buffer.from('not even gzip') });
  expect(() => unpack(announced, refuse)).toThrow('1000000000 bytes are too many');
});

test('refuses what is not gzip', () => {
  expect(() => unpack(encode({ size_unzipped: 10, message_body: Buffer.from('nonsense') }))).toThrow(
    MalformedMessage,
  );
});

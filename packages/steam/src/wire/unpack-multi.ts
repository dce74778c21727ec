import { constants, gunzipSync } from 'node:zlib';
import { MalformedMessage } from './malformed-message.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/**
 * Yields the messages inside a CMsgMulti in their order: {size_unzipped=1, message_body=2}, the body gzip'd when a size
 * is given, then u32 length and message, repeated. Complete messages are yielded even when the end is cut off.
 *
 * Unzipping is synchronous on purpose: messages that arrive meanwhile then cannot overtake these, and 1 MB takes 1 ms.
 *
 * @param maxBytes what the body may unzip to, so that a small message cannot fill the memory.
 * @throws MalformedMessage when the body cannot be unzipped within that, or ends inside a message.
 */
export function* unpackMulti(body: Buffer, maxBytes: number): Generator<Buffer> {
  let unzippedSize = 0;
  let payload: Buffer = Buffer.alloc(0);
  const reader = new ProtobufReader(body);
  while (reader.next()) {
    if (reader.field === 1) unzippedSize = reader.uint32();
    else if (reader.field === 2) payload = reader.bytes();
    else reader.skip();
  }
  if (unzippedSize > 0) payload = gunzip(payload, unzippedSize, maxBytes);

  for (let at = 0; at < payload.length;) {
    const start = at + 4;
    const end = start > payload.length ? Infinity : start + payload.readUInt32LE(at);
    if (end > payload.length) throw new MalformedMessage('a Multi ends inside a message');
    yield payload.subarray(start, end);
    at = end;
  }
}

function gunzip(zipped: Buffer, announcedSize: number, maxOutputLength: number): Buffer {
  // One chunk for all of it, and a byte to notice the end in: twice as fast as growing by chunks of 16 kB.
  const chunkSize = Math.max(Math.min(announcedSize, maxOutputLength) + 1, constants.Z_MIN_CHUNK);
  try {
    return gunzipSync(zipped, { chunkSize, maxOutputLength });
  } catch (cause) {
    throw new MalformedMessage('a Multi that cannot be unzipped', { cause });
  }
}

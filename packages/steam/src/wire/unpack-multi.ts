import { constants, gunzipSync } from 'node:zlib';
import { MalformedMessage, ProtobufReader } from './protobuf-reader.ts';

/**
 * Yields the messages inside a CMsgMulti in order: {size_unzipped=1, message_body=2}, where the body is gzipped when it
 * has a size, and consists of messages, each after its length (u32). Complete messages are yielded even when the end is
 * cut off.
 *
 * Unzipping is synchronous on purpose: no later message can overtake these, and 1 MB takes 1 ms.
 *
 * @param spend is called with the announced size before anything is unzipped, and throws when that is too much: a small
 *   message must not fill the memory.
 * @throws MalformedMessage when the body cannot be unzipped within that size, or ends inside a message.
 */
export function* unpackMulti(body: Buffer, spend: (bytes: number) => void): Generator<Buffer> {
  let unzippedSize = 0;
  let payload: Buffer = Buffer.alloc(0);
  const reader = new ProtobufReader(body);
  while (reader.next()) {
    if (reader.field === 1) unzippedSize = reader.uint32();
    else if (reader.field === 2) payload = reader.bytes();
    else reader.skip();
  }
  if (unzippedSize > 0) {
    spend(unzippedSize);
    payload = gunzip(payload, unzippedSize);
  }

  for (let at = 0; at < payload.length;) {
    const start = at + 4;
    const end = start > payload.length ? Infinity : start + payload.readUInt32LE(at);
    if (end > payload.length) throw new MalformedMessage('a Multi ends inside a message');
    yield payload.subarray(start, end);
    at = end;
  }
}

function gunzip(zipped: Buffer, announcedSize: number): Buffer {
  // One chunk for everything, and one byte to detect the end: twice as fast as growing by chunks of 16 kB.
  const chunkSize = Math.max(announcedSize + 1, constants.Z_MIN_CHUNK);
  try {
    return gunzipSync(zipped, { chunkSize, maxOutputLength: announcedSize });
  } catch (cause) {
    throw new MalformedMessage('a Multi that cannot be unzipped', { cause });
  }
}

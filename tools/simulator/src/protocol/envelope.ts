import { messages, type Header } from './messages.ts';

/** Set in the message type of every message whose header and body are protobuf. */
const PROTOBUF_FLAG = 0x80000000;

/** "No job" in a header. */
export const NO_JOB = '18446744073709551615';

/** One message of the CM protocol: its type, its header, and its encoded body. */
export interface Envelope {
  emsg: number;
  header: Header;
  body: Buffer;
}

/**
 * Decodes a message: message type with the protobuf flag (uint32, little endian), length of the header (uint32),
 * header, body.
 *
 * @throws Error when the bytes are not a protobuf message of the CM protocol.
 */
export function decodeEnvelope(bytes: Buffer): Envelope {
  if (bytes.length < 8) throw new Error(`a message of ${bytes.length} bytes has no room for a header`);
  const type = bytes.readUInt32LE(0);
  if ((type & PROTOBUF_FLAG) === 0) throw new Error(`message type ${type} without the protobuf flag`);
  const bodyOffset = 8 + bytes.readUInt32LE(4);
  if (bodyOffset > bytes.length) throw new Error('a header longer than its message');
  return {
    emsg: type & ~PROTOBUF_FLAG,
    header: messages.header.decode(bytes.subarray(8, bodyOffset)),
    body: bytes.subarray(bodyOffset),
  };
}

/** Encodes a message; the pieces of the body are copied once. */
export function encodeEnvelope(emsg: number, header: Header, body: readonly Uint8Array[]): Buffer {
  const encodedHeader = messages.header.encode(header);
  const prefix = Buffer.allocUnsafe(8);
  prefix.writeUInt32LE((emsg | PROTOBUF_FLAG) >>> 0, 0);
  prefix.writeUInt32LE(encodedHeader.length, 4);
  return Buffer.concat([prefix, encodedHeader, ...body]);
}

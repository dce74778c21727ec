import { MalformedMessage, ProtobufReader } from './protobuf-reader.ts';

/** The message types that this package sends or reads itself, under Valve's names (enums/EMsg.js of steam-user). */
export const EMsg = {
  Multi: 1,
  DestJobFailed: 113,
  ServiceMethodResponse: 147,
  ClientLogOff: 706,
  ClientLogOnResponse: 751,
  ClientLoggedOff: 757,
  ClientPICSChangesSinceRequest: 8901,
  ClientPICSChangesSinceResponse: 8902,
  ClientPICSProductInfoRequest: 8903,
  ClientPICSProductInfoResponse: 8904,
  ClientPICSAccessTokenRequest: 8905,
  ClientPICSAccessTokenResponse: 8906,
} as const;

const PROTOBUF_FLAG = 0x8000_0000;

/** A header has about 50 bytes: ids, a result, the name of a method, perhaps an error message. */
const MAX_HEADER_BYTES = 16 * 1024;

const JOBID_TARGET = 11;
const ERESULT = 13;
const OK = 1;
const NO_JOB = 2 ** 64;

/** One message of a CM, with its body still encoded. */
export interface NetMessage {
  emsg: number;
  /** The job id of the request this responds to; 2^64-1, Steam's "none", when it responds to none. */
  jobId: number;
  /** Steam's EResult; 1 (OK) when the header has none, as in most PICS responses. */
  eresult: number;
  body: Buffer;
}

/**
 * Splits a message with a protobuf header into type, job and body (a view of the input): u32 EMsg with the top bit set,
 * u32 header length, CMsgProtoBufHeader, body. Undefined for the old fixed headers, which no message of PICS has.
 *
 * @throws MalformedMessage when the bytes end inside the header, or the header is larger than any.
 */
export function readNetMessage(message: Buffer): NetMessage | undefined {
  if (message.length < 4) throw new MalformedMessage(`a message of ${message.length} bytes`);
  const rawEmsg = message.readUInt32LE(0);
  if (rawEmsg < PROTOBUF_FLAG) return undefined;
  if (message.length < 8) throw new MalformedMessage(`a message of ${message.length} bytes`);
  const headerBytes = message.readUInt32LE(4);
  if (headerBytes > MAX_HEADER_BYTES) throw new MalformedMessage(`a header of ${headerBytes} bytes`);
  const bodyAt = 8 + headerBytes;
  if (bodyAt > message.length) throw new MalformedMessage('the message ends inside its header');

  let jobId = NO_JOB;
  let eresult = OK;
  const header = new ProtobufReader(message, 8, bodyAt);
  while (header.next()) {
    if (header.field === JOBID_TARGET) jobId = header.fixed64();
    else if (header.field === ERESULT) eresult = header.uint32();
    else header.skip();
  }
  return { emsg: rawEmsg - PROTOBUF_FLAG, jobId, eresult, body: message.subarray(bodyAt) };
}

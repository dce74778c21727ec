import { hash } from 'node:crypto';
import { MalformedMessage, ProtobufReader } from './protobuf-reader.ts';

/** A larger body is not product info: the largest recorded one has 457 kB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

const SHA1_BYTES = 20;

/** The longest name that DNS allows, and a port. */
const MAX_HOST_BYTES = 260;

/** One app of a ClientPICSProductInfoResponse, as on the wire. Absent bytes are undefined, absent numbers 0. */
export interface WireApp {
  appid: number;
  changeNumber: number;
  /** Steam says that a token would show more (missing_token), or that it shows only the public part (only_public). */
  missingToken: boolean;
  /** SHA-1 of the whole body without its trailing NUL; undefined too when it has not the 20 bytes of one. */
  sha: Buffer | undefined;
  body: Buffer | undefined;
  /** The size of the body in bytes, with its trailing NUL. */
  size: number;
}

/** One message of a response to ClientPICSProductInfoRequest. */
export interface ProductInfoPart {
  apps: WireApp[];
  unknown: number[];
  /** More parts follow. Also true when this part is cut off, because nobody can know then. */
  pending: boolean;
  /** Where bodies that are not in the response can be read. */
  httpHost: string | undefined;
  /** How many ids there were, wanted or not. */
  entries: number;
  /** Why some of this part could not be read; it may have had ids that are mentioned nowhere else. */
  damage: MalformedMessage | undefined;
}

/**
 * Reads one part without copying bodies: they are views of `body` and keep it alive.
 *
 * Never throws. Everything before a damaged place is kept, and damage inside the bounds of one app costs only that app:
 * one bad app must not discard 199 good ones. Ids that are not wanted are dropped before they cost an object: a message
 * of 64 MB can have 64 million of them.
 *
 * Field numbers: apps=1 {appid=1, change_number=2, missing_token=3, sha=4, buffer=5, only_public=6, size=7},
 * unknown_appids=2, response_pending=6, http_host=8 (steammessages_clientserver_appinfo.proto).
 *
 * @param isWanted whether an id was requested.
 * @param maxEntries the number of ids after which the rest counts as damaged.
 */
export function readProductInfoPart(
  body: Buffer,
  isWanted: (appid: number) => boolean,
  maxEntries: number,
): ProductInfoPart {
  const part: ProductInfoPart = {
    apps: [],
    unknown: [],
    pending: false,
    httpHost: undefined,
    entries: 0,
    damage: undefined,
  };
  const countEntry = () => {
    if (++part.entries > maxEntries) throw new MalformedMessage('more ids than could have been requested');
  };
  try {
    const reader = new ProtobufReader(body);
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          countEntry();
          readApp(reader.message(), part, isWanted);
          break;
        case 2:
          reader.forEachUint32((appid) => {
            countEntry();
            if (isWanted(appid)) part.unknown.push(appid);
          });
          break;
        case 6:
          part.pending = reader.bool();
          break;
        case 8:
          part.httpHost = readHost(reader);
          break;
        default:
          reader.skip();
      }
    }
  } catch (error) {
    part.damage = asDamage(error);
    part.pending = true;
  }
  return part;
}

function readHost(reader: ProtobufReader): string {
  const host = reader.bytes();
  if (host.length > MAX_HOST_BYTES) throw new MalformedMessage(`a host of ${host.length} bytes`);
  return host.toString('utf8');
}

function asDamage(error: unknown): MalformedMessage {
  if (error instanceof MalformedMessage) return error;
  throw error;
}

function readApp(reader: ProtobufReader, part: ProductInfoPart, isWanted: (appid: number) => boolean): void {
  const app: WireApp = {
    appid: 0,
    changeNumber: 0,
    missingToken: false,
    sha: undefined,
    body: undefined,
    size: 0,
  };
  try {
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          app.appid = reader.uint32();
          if (!isWanted(app.appid)) return;
          break;
        case 2:
          app.changeNumber = reader.uint32();
          break;
        case 3:
        case 6:
          app.missingToken = reader.bool() || app.missingToken;
          break;
        case 4:
          app.sha = readSha(reader);
          break;
        case 5:
          app.body = reader.bytes();
          break;
        case 7:
          app.size = reader.uint32();
          break;
        default:
          reader.skip();
      }
    }
    if (isWanted(app.appid)) part.apps.push(app);
  } catch (error) {
    part.damage ??= asDamage(error);
  }
}

function readSha(reader: ProtobufReader): Buffer | undefined {
  const sha = reader.bytes();
  return sha.length === SHA1_BYTES ? sha : undefined;
}

/**
 * The text of a body: without the NUL that ends it on the wire, and only when its SHA-1 is the announced one. A body
 * announced without a SHA-1 is not checked.
 *
 * @returns the text as a view of `body`, or why it cannot be used.
 */
export function openBody(body: Buffer, sha: Buffer | undefined): Buffer | 'corrupt' | 'unreadable' {
  if (body.length > MAX_BODY_BYTES) return 'unreadable';
  const text = body.at(-1) === 0 ? body.subarray(0, -1) : body;
  if (!sha) return text;
  // Compared as strings: a digest as a Buffer is one more allocation outside the heap per app, and takes a quarter longer.
  return hash('sha1', text, 'binary') === sha.toString('binary') ? text : 'corrupt';
}

import { type AppBody, SteamRefused } from '@pics/core';
import { openBody, type WireApp } from '../wire/product-info-response.ts';
import { MalformedMessage } from '../wire/protobuf-reader.ts';
import type { HttpBodies } from './http-bodies.ts';
import type { Outcome } from './pending-requests.ts';
import { ResponseCollector, type Unanswered } from './response-collector.ts';

/** The result of one product info request; every requested id is in exactly one list. */
export interface ProductInfo {
  apps: AppBody[];
  unknown: number[];
  unanswered: Unanswered[];
  /** How many messages the response came in. */
  parts: number;
}

/** One app of a metadata-only response. */
export interface AppMetadata {
  appid: number;
  changeNumber: number;
  /** Steam says that a token would show more: number, SHA-1 and size may be those of the public part. */
  missingToken: boolean;
  /** SHA-1 of the body without its trailing NUL, in hex; absent when Steam announced none. */
  sha1?: string;
  /** Bytes of the body with its trailing NUL. */
  size: number;
}

/** The result of one metadata-only request; every requested id is in exactly one list. */
export interface ProductMetadata {
  apps: AppMetadata[];
  unknown: number[];
  unanswered: Unanswered[];
  parts: number;
}

/** One app of a request; the token is a uint64 in decimal. */
interface RequestedApp {
  appid: number;
  access_token?: string;
}

/** Access tokens by appid. */
type Tokens = ReadonlyMap<number, string>;

/** Sends one ClientPICSProductInfoRequest with these fields and passes the parts of its response to `onPart`. */
export type SendProductInfo = (
  request: { apps: RequestedApp[]; meta_data_only: boolean },
  onPart: (part: Buffer) => boolean,
) => Promise<Outcome>;

/**
 * Requests the bodies of some apps. Bodies that Steam announces and leaves out are read over HTTP when the response is
 * complete, because only then the host is certain to be known.
 *
 * @throws SteamRefused when Steam wants fewer requests. Parts that came before are dropped: their apps cost one more fetch,
 *   and none of the others is blamed.
 */
export async function requestProductInfo(
  appids: readonly number[],
  tokens: Tokens | undefined,
  send: SendProductInfo,
  httpBodies: HttpBodies,
): Promise<ProductInfo> {
  const overHttp = new Map<number, WireApp>();
  const collector = new ResponseCollector(appids, (app): AppBody | Unanswered['reason'] => {
    if (app.sha && app.size > 0 && !app.body?.length) {
      overHttp.set(app.appid, app);
      return 'unreadable';
    }
    const body = openBody(app.body ?? Buffer.alloc(0), app.body && app.sha);
    return typeof body === 'string' ? body : appBodyOf(app, body);
  });
  const outcome = await sendAndCollect(collector, tokens, false, send);

  const missing = [...overHttp.values()].filter(({ appid }) => collector.isOpen(appid));
  if (missing.length > 0) {
    const host = collector.httpHost;
    const texts = await httpBodies.read(host, missing);
    for (const app of missing) {
      const text = host ? texts.get(app.appid) : 'denied';
      if (Buffer.isBuffer(text)) collector.add(appBodyOf(app, text));
      // Steam may announce a body that only a token opens: then what came is a stub. A body that merely cannot be read at
      // the moment is not: as a stub, its content would count as seen.
      else if (text === 'denied' && app.missingToken) collector.add(appBodyOf(app, Buffer.alloc(0)));
    }
  }
  return resultOf(collector, outcome);
}

/**
 * Requests the change numbers of some apps, without bodies: 5,000 ids are one small request.
 *
 * @throws SteamRefused when Steam wants fewer requests.
 */
export async function requestProductMetadata(
  appids: readonly number[],
  tokens: Tokens | undefined,
  send: SendProductInfo,
): Promise<ProductMetadata> {
  const collector = new ResponseCollector(
    appids,
    ({ appid, changeNumber, missingToken, size, sha }): AppMetadata => ({
      appid,
      changeNumber,
      missingToken,
      size,
      ...sha1Of(sha),
    }),
  );
  return resultOf(collector, await sendAndCollect(collector, tokens, true, send));
}

async function sendAndCollect(
  collector: ResponseCollector<{ appid: number }>,
  tokens: Tokens | undefined,
  metadataOnly: boolean,
  send: SendProductInfo,
): Promise<Outcome> {
  const apps = collector.appids.map((appid): RequestedApp => {
    const token = tokens?.get(appid);
    return token === undefined ? { appid } : { appid, access_token: token };
  });
  if (apps.length === 0) return 'answered';
  let outcome: Outcome;
  try {
    outcome = await send({ apps, meta_data_only: metadataOnly }, (part) => collector.addPart(part));
  } catch (error) {
    // The collector has kept everything before the damage.
    if (error instanceof MalformedMessage) return 'answered';
    throw error;
  }
  if (outcome === 'throttled') throw new SteamRefused('Steam throttles requests');
  return outcome;
}

function appBodyOf({ appid, changeNumber, missingToken, sha }: WireApp, body: Uint8Array): AppBody {
  return { appid, changeNumber, missingToken, body, ...(body.length > 0 && sha1Of(sha)) };
}

function sha1Of(sha: Buffer | undefined): { sha1?: string } {
  return sha ? { sha1: sha.toString('hex') } : {};
}

function resultOf<App extends { appid: number }>(collector: ResponseCollector<App>, outcome: Outcome) {
  const { apps, unknown, parts } = collector;
  return { apps, unknown, unanswered: collector.unanswered(outcome), parts };
}

import { SteamRefused, SteamUnavailable } from '@pics/core';
import { HttpBodies } from '../requests/http-bodies.ts';
import { PendingRequests, type Outcome } from '../requests/pending-requests.ts';
import {
  requestProductInfo,
  requestProductMetadata,
  type SendProductInfo,
} from '../requests/request-product-info.ts';
import { systemClock, type Clock } from '../session/clock.ts';
import { CmServers } from '../session/cm-servers.ts';
import { ReconnectingSession } from '../session/reconnecting-session.ts';
import { SteamDirectory } from '../session/steam-directory.ts';
import type { SteamLogger, SteamSession } from '../session/steam-session.ts';
import { readAccessTokenResponse } from '../wire/access-token-response.ts';
import { readChangesSinceResponse } from '../wire/changes-since-response.ts';
import { EMsg } from '../wire/net-message.ts';
import { MalformedMessage } from '../wire/protobuf-reader.ts';
import type { FinishedRequest, PicsClient, PicsObserver, RequestName } from './pics-client.ts';

/** EResult of success. */
const OK = 1;

/** Steam responds to 200 apps in one or two seconds; a request that took this long will get no response. */
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;

/** Request {language=1, tagids=2}, response {tags=1 {tagid, english_name, name}} (steammessages_store.steamclient.proto). */
const TAG_NAMES_METHOD = 'Store.GetLocalizedNameForTags#1';

export interface PicsClientOptions {
  /** CMs as host:port, reached at wss://host:port/cmsocket/; empty for those of Steam's own directory. */
  cmServers: readonly string[];
  log: SteamLogger;
  /** The time for one request including the last part of its response; 30 s by default. */
  requestTimeoutMs?: number;
  observer?: PicsObserver;
  /** Certificates to trust in place of Node's own (which NODE_EXTRA_CA_CERTS adds to). */
  tls?: { ca: string };
  /** Real time and randomness by default. */
  clock?: Clock;
  random?: () => number;
}

/**
 * A client of Steam's product info (PICS) on one anonymous session, from `logOn` to `close`.
 *
 * Whatever Steam or the network does reaches the caller only through the promises of its requests and `status`: there are
 * no events, and every request settles. One client per process is enough, and all that Steam likes to see.
 */
export function createPicsClient(options: PicsClientOptions): PicsClient {
  const { cmServers, log, observer, clock = systemClock, random = Math.random } = options;
  const timeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  const ca = options.tls?.ca;

  const directory = cmServers.length === 0 ? new SteamDirectory() : undefined;
  const session = new ReconnectingSession({
    servers: new CmServers(async () => directory?.listServers() ?? [...cmServers], random),
    ca,
    clock,
    random,
    log,
    onResponse: (jobId, body) => requests.receive(jobId, body),
    onRefusal: (jobId, eresult) => requests.refuse(jobId, eresult),
    onLost: () => requests.disconnect(),
    onLogon: (result) => observer?.onLogon(result),
  });
  const requests = new PendingRequests({
    timeoutMs,
    clock,
    log,
    onResponse: () => session.markHealthy(),
    onSilence: (silenceMs) => session.drop(`no response for ${silenceMs / 1_000} s while requests waited`),
  });
  const httpBodies = new HttpBodies({ timeoutMs, ca, cmAddress: () => session.serverAddress, clock, log });
  let closed: Promise<void> | undefined;

  function requireSession(): SteamSession {
    if (!session.loggedOn) throw new SteamUnavailable(`no session with Steam: ${session.reason}`);
    return session.loggedOn;
  }

  /** Sends a request with `send` and reports it to the observer when it has ended. */
  async function observe(
    request: RequestName,
    send: (jobId: number) => void,
    onPart: (part: Buffer) => boolean,
  ): Promise<Outcome> {
    const startedAt = clock.now();
    let outcome: FinishedRequest['outcome'] = 'unreadable';
    let parts = 0;
    try {
      return (outcome = await requests.send(send, (part) => {
        parts += 1;
        return onPart(part);
      }));
    } finally {
      observer?.onRequest({ request, outcome, parts, durationMs: clock.now() - startedAt });
    }
  }

  async function sendPics(
    request: RequestName,
    emsg: number,
    body: object,
    onPart: (part: Buffer) => boolean,
  ): Promise<Outcome> {
    const steam = requireSession();
    return observe(request, (jobId) => steam.sendPicsRequest(emsg, body, jobId), onPart);
  }

  /** Sends a request whose response is one message, of which a part would be of no use. */
  async function requestWhole<Response>(
    request: 'changes' | 'access_tokens',
    emsg: number,
    body: object,
    read: (part: Buffer) => Response,
  ): Promise<Response> {
    const what = request.replace('_', ' ');
    let response: Response | undefined;
    try {
      const outcome = await sendPics(request, emsg, body, (part) => {
        response = read(part);
        return true;
      });
      if (response) return response;
      throw noResponse(what, outcome);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      throw new SteamUnavailable(`no ${what}: the response cannot be read: ${error.message}`, {
        cause: error,
      });
    }
  }

  const sendProductInfo =
    (request: RequestName): SendProductInfo =>
    (body, onPart) =>
      sendPics(request, EMsg.ClientPICSProductInfoRequest, body, onPart);

  return {
    get status() {
      return {
        loggedOn: session.loggedOn !== undefined,
        reason: session.reason,
        lastResponseAt: requests.lastResponseAt,
        backoffUntil: session.backoffUntil,
      };
    },

    logOn: () => session.logOn(),

    async getChangesSince(changeNumber) {
      const body = {
        since_change_number: changeNumber,
        send_app_info_changes: true,
        send_package_info_changes: true,
      };
      const emsg = EMsg.ClientPICSChangesSinceRequest;
      return requestWhole('changes', emsg, body, readChangesSinceResponse);
    },

    getProductInfo: async (appids, tokens) =>
      requestProductInfo(appids, tokens, sendProductInfo('product_info'), httpBodies),

    getProductMetadata: async (appids, tokens) =>
      requestProductMetadata(appids, tokens, sendProductInfo('metadata')),

    async getAccessTokens(appids, packageids) {
      const [apps, packages] = [new Set(appids), new Set(packageids)];
      const read = (part: Buffer) => readAccessTokenResponse(part, apps, packages);
      if (apps.size + packages.size === 0) return read(Buffer.alloc(0));
      const body = { packageids: [...packages], appids: [...apps] };
      return requestWhole('access_tokens', EMsg.ClientPICSAccessTokenRequest, body, read);
    },

    async getTagNames(tagIds) {
      if (tagIds.length === 0) return new Map();
      const steam = requireSession();
      let names: Map<number, string> | undefined;
      const body = { language: 'english', tagids: [...new Set(tagIds)] };
      const call = (jobId: number) =>
        steam.callService(TAG_NAMES_METHOD, body, (response, eresult) => {
          const found = readTagNames(response);
          if (found.size === 0 && eresult !== OK) {
            requests.refuse(jobId, eresult);
          } else {
            names = found;
            requests.complete(jobId);
          }
        });
      const outcome = await observe('tag_names', call, () => false);
      if (!names) throw noResponse('tag names', outcome);
      return names;
    },

    reconnectElsewhere: (reason) => session.dropAsFaulty(reason),

    close() {
      closed ??= (async () => {
        httpBodies.close();
        await session.close();
        requests.disconnect();
      })();
      return closed;
    },
  };
}

/** The names in a decoded response, by tag id; tags without a name are missing. */
function readTagNames(response: Record<string, unknown>): Map<number, string> {
  const names = new Map<number, string>();
  for (const tag of Array.isArray(response['tags']) ? response['tags'] : []) {
    const { tagid, name, english_name: englishName } = tag as Record<string, unknown>;
    const text = name || englishName;
    if (typeof tagid === 'number' && typeof text === 'string') names.set(tagid, text);
  }
  return names;
}

function noResponse(what: string, outcome: Outcome): SteamUnavailable {
  const why: Record<Outcome, string> = {
    answered: 'the response was empty',
    throttled: 'Steam throttles requests',
    refused: 'Steam refused the request',
    timeout: 'Steam did not respond in time',
    disconnected: 'the session ended before the response',
  };
  const Unavailable = outcome === 'throttled' ? SteamRefused : SteamUnavailable;
  return new Unavailable(`no ${what}: ${why[outcome]}`);
}

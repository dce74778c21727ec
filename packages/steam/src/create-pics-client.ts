import { SteamUnavailable } from '@pics/core';
import type { PicsClient } from './pics-client.ts';
import type { FinishedRequest, PicsObserver, RequestKind } from './pics-observer.ts';
import type { ChangesSince } from './product-info.ts';
import { PendingRequests, type Outcome } from './requests/pending-requests.ts';
import {
  requestProductInfo,
  requestProductMetadata,
  type AskProductInfo,
} from './requests/request-product-info.ts';
import { readTagNames, TAG_NAMES_METHOD } from './requests/tag-names.ts';
import { WithheldBodies } from './requests/withheld-bodies.ts';
import { systemClock, type Clock } from './session/clock.ts';
import { CmServers } from './session/cm-servers.ts';
import { KeptSession } from './session/kept-session.ts';
import type { SteamLogger } from './session/logger.ts';
import { SteamDirectory } from './session/steam-directory.ts';
import type { SteamSession } from './session/steam-session.ts';
import { readChangesSinceAnswer } from './wire/changes-since-answer.ts';
import { EMsg } from './wire/emsg.ts';
import { encodeProductInfoRequest } from './wire/product-info-request.ts';

/** EResult of what went well. */
const OK = 1;

/** Steam answers 200 apps in one or two seconds; a request that took this long is not going to be answered. */
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;

export interface PicsClientOptions {
  /** CMs as host:port, spoken to at wss://host:port/cmsocket/; empty for those of Steam's own directory. */
  cmServers: readonly string[];
  log: SteamLogger;
  /** How long one request may take until its last part came; 30 s unless given. */
  requestTimeoutMs?: number;
  observer?: PicsObserver;
  /** Certificates to trust in place of Node's own (which NODE_EXTRA_CA_CERTS adds to). */
  tls?: { ca: string };
  /** Real time and chance unless given. */
  clock?: Clock;
  random?: () => number;
}

/**
 * A client of Steam's product info (PICS) on one anonymous session, which it keeps from `logOn` to `close`.
 *
 * Nothing that Steam or the network does reaches the caller but through the promises it holds and `status`: there are no
 * events to listen to, and no request waits for ever. One client per process is enough, and all that Steam likes to see.
 */
export function createPicsClient(options: PicsClientOptions): PicsClient {
  const { cmServers, log, observer, clock = systemClock, random = Math.random } = options;
  const timeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  const ca = options.tls?.ca;

  const directory = cmServers.length === 0 ? new SteamDirectory() : undefined;
  const session = new KeptSession({
    servers: new CmServers(async () => directory?.listServers() ?? [...cmServers], random),
    ca,
    clock,
    random,
    log,
    onAnswer: (jobId, body) => requests.answer(jobId, body),
    onRefusal: (jobId, eresult) => requests.refuse(jobId, eresult),
    onLost: () => requests.disconnect(),
    onLogon: (result) => observer?.onLogon(result),
  });
  const requests = new PendingRequests({
    timeoutMs,
    clock,
    log,
    onAnswer: () => session.prove(),
    onSilence: (timeouts) => session.drop(`${timeouts} requests in a row were not answered`),
  });
  const withheldBodies = new WithheldBodies({ timeoutMs, ca, clock, log });
  let closed: Promise<void> | undefined;

  function requireSession(): SteamSession {
    if (!session.loggedOn) throw new SteamUnavailable(`no session with Steam: ${session.reason}`);
    return session.loggedOn;
  }

  async function ask(
    kind: RequestKind,
    send: (jobId: number) => void,
    onPart: (part: Buffer) => boolean,
  ): Promise<Outcome> {
    const startedAt = clock.now();
    let outcome: FinishedRequest['outcome'] = 'unreadable';
    let parts = 0;
    try {
      return (outcome = await requests.ask(send, (part) => {
        parts += 1;
        return onPart(part);
      }));
    } finally {
      observer?.onRequest({ kind, outcome, parts, durationMs: clock.now() - startedAt });
    }
  }

  async function askChanges(body: object, onPart: (part: Buffer) => boolean): Promise<Outcome> {
    const steam = requireSession();
    return ask('changes', (jobId) => steam.askPics(EMsg.ClientPICSChangesSinceRequest, body, jobId), onPart);
  }

  const askProductInfo =
    (kind: RequestKind): AskProductInfo =>
    async (request, onPart) => {
      const steam = requireSession();
      const body = encodeProductInfoRequest(request);
      return ask(kind, (jobId) => steam.askPics(EMsg.ClientPICSProductInfoRequest, body, jobId), onPart);
    };

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
      let changes: ChangesSince | undefined;
      const body = {
        since_change_number: changeNumber,
        send_app_info_changes: true,
        send_package_info_changes: true,
      };
      const outcome = await askChanges(body, (part) => {
        changes = readChangesSinceAnswer(part);
        return true;
      });
      if (!changes) throw unanswered('changes', outcome);
      return changes;
    },

    getProductInfo: async (appids) =>
      requestProductInfo(appids, askProductInfo('product_info'), withheldBodies),

    getProductMetadata: async (appids) => requestProductMetadata(appids, askProductInfo('metadata')),

    async getTagNames(tagIds) {
      if (tagIds.length === 0) return new Map();
      const steam = requireSession();
      let names: Map<number, string> | undefined;
      const body = { language: 'english', tagids: [...new Set(tagIds)] };
      const outcome = await ask(
        'tag_names',
        (jobId) =>
          steam.callService(TAG_NAMES_METHOD, body, (answer, eresult) => {
            const found = readTagNames(answer);
            if (found.size === 0 && eresult !== OK) {
              requests.refuse(jobId, eresult);
            } else {
              names = found;
              requests.complete(jobId);
            }
          }),
        () => false,
      );
      if (!names) throw unanswered('tag names', outcome);
      return names;
    },

    reconnectElsewhere: (reason) => session.drop(reason),

    close() {
      closed ??= (async () => {
        withheldBodies.close();
        await session.close();
        requests.disconnect();
      })();
      return closed;
    },
  };
}

function unanswered(what: string, outcome: Outcome): SteamUnavailable {
  const why: Record<Outcome, string> = {
    answered: 'the answer was empty',
    throttled: 'Steam takes no requests for now',
    refused: 'Steam refused the request',
    timeout: 'Steam did not answer in time',
    disconnected: 'the session ended before the answer',
  };
  return new SteamUnavailable(`no ${what}: ${why[outcome]}`);
}

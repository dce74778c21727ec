import type { RequestKind } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { makeAccessTokenResponse, makeChangesResponse, makeTagNamesResponse } from '../pics/responses.ts';
import { makeProductInfoParts, type ProductInfoSource } from '../pics/product-info-response.ts';
import { EMsg, EResult, type EResultName } from '../protocol/steam-enums.ts';
import { NO_JOB, type Envelope } from '../protocol/envelope.ts';
import { messages, type Header, type ProductInfoRequest } from '../protocol/messages.ts';
import type { Counters } from '../counters.ts';
import type { ResponseMessage } from './outbox.ts';
import { Refusal } from './refusal.ts';

/** More ids than anybody requests at once: 5,000 is the most seen in production, and there is no official limit. */
const MAX_IDS = 20_000;

const TAG_NAMES_METHOD = 'Store.GetLocalizedNameForTags#1';

export interface RequestContext {
  /** The number of the connection. */
  session: number;
  /** The header fields of every message to this client. */
  identity: Header;
  productInfo: ProductInfoSource;
  tagNames: ReadonlyMap<number, string>;
  faults: Faults;
  counters: Counters;
}

/**
 * Decodes one request of a logged-on client, logs it and prepares the response.
 *
 * @returns undefined when there is none: the message is unknown, or the throttle suppresses it.
 * @throws Refusal or a decoding error when the connection must end.
 */
export function respond(envelope: Envelope, context: RequestContext): ResponseMessage | undefined {
  const { emsg, header, body } = envelope;
  const { counters, faults, session, identity } = context;
  const { pics } = context.productInfo;
  const reply: Header = { ...identity, jobid_target: header.jobid_source ?? NO_JOB };
  switch (emsg) {
    case EMsg.ClientPICSChangesSinceRequest:
      counters.logRequest('changes', session, 0);
      return unlessThrottled('changes', EMsg.ClientPICSChangesSinceResponse, reply, context, () =>
        makeChangesResponse(body, pics, faults),
      );
    case EMsg.ClientPICSProductInfoRequest:
      return respondToProductInfo(body, reply, context);
    case EMsg.ClientPICSAccessTokenRequest:
      return respondToAccessTokens(body, reply, context);
    case EMsg.ServiceMethodCallFromClient:
      return respondToServiceMethod(header.target_job_name ?? '', body, reply, context);
    default:
      counters.countRefusal('unknown-message');
      return undefined;
  }
}

/** A response of one message, or what the throttle makes of it. */
function unlessThrottled(
  kind: RequestKind,
  emsg: number,
  header: Header,
  context: RequestContext,
  makeBody: () => Uint8Array,
): ResponseMessage | undefined {
  const throttled = throttle(kind, context);
  if (throttled === 'no-answer') return undefined;
  if (throttled) return refuse(kind, emsg, header, throttled);
  return inOneMessage(kind, emsg, header, makeBody());
}

/** An empty response with a result in its header, as Steam refuses requests. */
function refuse(kind: RequestKind, emsg: number, header: Header, result: EResultName): ResponseMessage {
  return inOneMessage(kind, emsg, { ...header, eresult: EResult[result] }, new Uint8Array());
}

function inOneMessage(kind: RequestKind, emsg: number, header: Header, body: Uint8Array): ResponseMessage {
  return { kind, emsg, header, appids: [], parts: () => [[body]] };
}

function respondToProductInfo(
  body: Buffer,
  reply: Header,
  context: RequestContext,
): ResponseMessage | undefined {
  const { counters, productInfo, session } = context;
  const emsg = EMsg.ClientPICSProductInfoResponse;
  const request = messages.productInfoRequest.decode(body);
  const appids = (request.apps ?? []).map(({ appid = 0 }) => appid);
  const ids = appids.length + (request.packages?.length ?? 0);
  const kind = request.meta_data_only ? 'metadata' : 'product-info';
  counters.logRequest(kind, session, ids);
  const throttled = throttle(kind, context);
  if (throttled === 'no-answer') return undefined;
  if (ids > MAX_IDS) {
    counters.countRefusal('too-many-ids');
    return refuse(kind, emsg, reply, 'InvalidParam');
  }
  if (throttled) return refuse(kind, emsg, reply, throttled);
  countTokens(request, context);
  return { kind, emsg, header: reply, appids, parts: () => makeProductInfoParts(request, productInfo) };
}

function respondToAccessTokens(
  body: Buffer,
  reply: Header,
  context: RequestContext,
): ResponseMessage | undefined {
  const { counters, productInfo, session } = context;
  const [kind, emsg] = ['access-token', EMsg.ClientPICSAccessTokenResponse] as const;
  const request = messages.accessTokenRequest.decode(body);
  const ids = (request.appids?.length ?? 0) + (request.packageids?.length ?? 0);
  counters.logRequest(kind, session, ids);
  counters.tokens.requested += ids;
  if (ids > MAX_IDS) {
    counters.countRefusal('too-many-ids');
    return refuse(kind, emsg, reply, 'InvalidParam');
  }
  return unlessThrottled(kind, emsg, reply, context, () =>
    makeAccessTokenResponse(request, productInfo.pics),
  );
}

/** Counts the tokens of a product info request by whether they open their apps. */
function countTokens({ apps = [] }: ProductInfoRequest, { counters, productInfo }: RequestContext): void {
  for (const { appid = 0, access_token: token = '0' } of apps) {
    if (token === '0') continue;
    if (token === productInfo.pics.findToken(appid)) counters.tokens.accepted += 1;
    else counters.tokens.refused += 1;
  }
}

/** What the throttle does with the request that was just logged, if it exceeds the limit: the result to refuse it with, or silence. */
function throttle(
  kind: RequestKind,
  { faults, counters }: RequestContext,
): EResultName | 'no-answer' | undefined {
  const fault = faults.peek('throttle');
  if (!fault?.requests.includes(kind)) return undefined;
  if (counters.requestsWithin(1_000 - fault.toleranceMs, fault.requests) <= fault.limit) return undefined;
  const struck = faults.strike('throttle', { request: kind });
  if (!struck) return undefined;
  if (struck.response === 'disconnect') throw new Refusal('throttled', 'too many requests');
  counters.countRefusal('throttled');
  return struck.response === 'refuse' ? struck.result : 'no-answer';
}

function respondToServiceMethod(
  method: string,
  body: Buffer,
  reply: Header,
  context: RequestContext,
): ResponseMessage | undefined {
  const { counters, tagNames, session } = context;
  const isKnown = method === TAG_NAMES_METHOD;
  if (isKnown) counters.logRequest('tag-names', session, 0);
  else counters.countRefusal('unknown-method');
  const header = { ...reply, target_job_name: method, eresult: isKnown ? EResult.OK : EResult.NoMatch };
  return unlessThrottled('tag-names', EMsg.ServiceMethodResponse, header, context, () =>
    isKnown ? makeTagNamesResponse(body, tagNames) : new Uint8Array(),
  );
}

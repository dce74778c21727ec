import type { RequestKind } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { makeAccessTokenResponse, makeChangesResponse, makeTagNamesResponse } from '../pics/responses.ts';
import { makeProductInfoParts, type ProductInfoSource } from '../pics/product-info-response.ts';
import { EMsg, EResult, type EResultName } from '../protocol/steam-enums.ts';
import { NO_JOB, type Envelope } from '../protocol/envelope.ts';
import { messages, type Header } from '../protocol/messages.ts';
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
      return inOneMessage(
        'changes',
        EMsg.ClientPICSChangesSinceResponse,
        reply,
        makeChangesResponse(body, pics, faults),
      );
    case EMsg.ClientPICSProductInfoRequest:
      return respondToProductInfo(body, reply, context);
    case EMsg.ClientPICSAccessTokenRequest:
      counters.logRequest('access-token', session, 0);
      return inOneMessage(
        'access-token',
        EMsg.ClientPICSAccessTokenResponse,
        reply,
        makeAccessTokenResponse(body, pics),
      );
    case EMsg.ServiceMethodCallFromClient:
      return respondToServiceMethod(header.target_job_name ?? '', body, reply, context);
    default:
      counters.countRefusal('unknown-message');
      return undefined;
  }
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
  const throttled = throttle(context);
  if (throttled === 'no-answer') return undefined;
  let refusal: EResultName | undefined;
  if (throttled === 'refuse') refusal = 'RateLimitExceeded';
  if (ids > MAX_IDS) {
    counters.countRefusal('too-many-ids');
    refusal = 'InvalidParam';
  }
  if (refusal) return inOneMessage(kind, emsg, { ...reply, eresult: EResult[refusal] }, new Uint8Array());
  return { kind, emsg, header: reply, appids, parts: () => makeProductInfoParts(request, productInfo) };
}

/** What the throttle does with the product info request that was just logged, if it exceeds the limit. */
function throttle({ faults, counters }: RequestContext): 'refuse' | 'no-answer' | undefined {
  const fault = faults.peek('throttle');
  if (!fault || counters.productInfoRequestsWithin(1_000 - fault.toleranceMs) <= fault.limit)
    return undefined;
  const response = faults.strike('throttle')?.response;
  if (response === 'disconnect') throw new Refusal('throttled', 'too many requests');
  if (response) counters.countRefusal('throttled');
  return response;
}

function respondToServiceMethod(
  method: string,
  body: Buffer,
  reply: Header,
  context: RequestContext,
): ResponseMessage {
  const { counters, tagNames, session } = context;
  const isKnown = method === TAG_NAMES_METHOD;
  if (isKnown) counters.logRequest('tag-names', session, 0);
  else counters.countRefusal('unknown-method');
  const header = { ...reply, target_job_name: method, eresult: isKnown ? EResult.OK : EResult.NoMatch };
  const names = isKnown ? makeTagNamesResponse(body, tagNames) : new Uint8Array();
  return inOneMessage('tag-names', EMsg.ServiceMethodResponse, header, names);
}

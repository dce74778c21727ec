import type { RequestKind } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { answerAccessTokens } from '../pics/answer-access-tokens.ts';
import { answerChanges } from '../pics/answer-changes.ts';
import { answerProductInfo, type ProductInfoSource } from '../pics/answer-product-info.ts';
import { answerTagNames } from '../pics/answer-tag-names.ts';
import { EMsg } from '../protocol/emsg.ts';
import { NO_JOB, type Envelope } from '../protocol/envelope.ts';
import { EResult, type EResultName } from '../protocol/eresult.ts';
import { messages, type Header } from '../protocol/messages.ts';
import type { Tally } from '../tally.ts';
import type { Answer } from './outbox.ts';
import { Refusal } from './refusal.ts';

/** More ids than anyone asks for at once: 5,000 is the most seen in production, and there is no official limit. */
const MOST_IDS = 20_000;

const TAG_NAMES_METHOD = 'Store.GetLocalizedNameForTags#1';

export interface RequestContext {
  /** The connection the request came on. */
  session: number;
  /** What the header of every message to this client carries. */
  identity: Header;
  productInfo: ProductInfoSource;
  tagNames: ReadonlyMap<number, string>;
  faults: Faults;
  tally: Tally;
}

/**
 * Reads one request of a client that is logged on, logs it and prepares its answer.
 *
 * @returns undefined when it gets none: the message is not known, or the throttle keeps silent.
 * @throws Refusal or a decoding error, when the connection is to end.
 */
export function answerRequest(envelope: Envelope, context: RequestContext): Answer | undefined {
  const { emsg, header, body } = envelope;
  const { tally, faults, session, identity } = context;
  const { pics } = context.productInfo;
  const reply: Header = { ...identity, jobid_target: header.jobid_source ?? NO_JOB };
  switch (emsg) {
    case EMsg.ClientPICSChangesSinceRequest:
      tally.logRequest('changes', session, 0);
      return inOneMessage(
        'changes',
        EMsg.ClientPICSChangesSinceResponse,
        reply,
        answerChanges(body, pics, faults),
      );
    case EMsg.ClientPICSProductInfoRequest:
      return answerProductInfoRequest(body, reply, context);
    case EMsg.ClientPICSAccessTokenRequest:
      tally.logRequest('access-token', session, 0);
      return inOneMessage(
        'access-token',
        EMsg.ClientPICSAccessTokenResponse,
        reply,
        answerAccessTokens(body, pics),
      );
    case EMsg.ServiceMethodCallFromClient:
      return answerServiceMethod(header.target_job_name ?? '', body, reply, context);
    default:
      tally.countRefusal('unknown-message');
      return undefined;
  }
}

function inOneMessage(kind: RequestKind, emsg: number, header: Header, body: Uint8Array): Answer {
  return { kind, emsg, header, appids: [], parts: () => [[body]] };
}

function answerProductInfoRequest(body: Buffer, reply: Header, context: RequestContext): Answer | undefined {
  const { tally, productInfo, session } = context;
  const emsg = EMsg.ClientPICSProductInfoResponse;
  const request = messages.productInfoRequest.decode(body);
  const appids = (request.apps ?? []).map(({ appid = 0 }) => appid);
  const ids = appids.length + (request.packages?.length ?? 0);
  const kind = request.meta_data_only ? 'metadata' : 'product-info';
  tally.logRequest(kind, session, ids);
  const throttled = throttle(context);
  if (throttled === 'no-answer') return undefined;
  let refusal: EResultName | undefined;
  if (throttled === 'refuse') refusal = 'RateLimitExceeded';
  if (ids > MOST_IDS) {
    tally.countRefusal('too-many-ids');
    refusal = 'InvalidParam';
  }
  if (refusal) return inOneMessage(kind, emsg, { ...reply, eresult: EResult[refusal] }, new Uint8Array());
  return { kind, emsg, header: reply, appids, parts: () => answerProductInfo(request, productInfo) };
}

/** What becomes of the product info request that was just logged, if the throttle is armed and it is one too many. */
function throttle({ faults, tally }: RequestContext): 'refuse' | 'no-answer' | undefined {
  const fault = faults.peek('throttle');
  if (!fault || tally.productInfoRequestsWithin(1_000 - fault.toleranceMs) <= fault.limit) return undefined;
  const response = faults.strike('throttle')?.response;
  if (response === 'disconnect') throw new Refusal('throttled', 'too many requests');
  if (response) tally.countRefusal('throttled');
  return response;
}

function answerServiceMethod(method: string, body: Buffer, reply: Header, context: RequestContext): Answer {
  const { tally, tagNames, session } = context;
  const isKnown = method === TAG_NAMES_METHOD;
  if (isKnown) tally.logRequest('tag-names', session, 0);
  else tally.countRefusal('unknown-method');
  const header = { ...reply, target_job_name: method, eresult: isKnown ? EResult.OK : EResult.NoMatch };
  const names = isKnown ? answerTagNames(body, tagNames) : new Uint8Array();
  return inOneMessage('tag-names', EMsg.ServiceMethodResponse, header, names);
}

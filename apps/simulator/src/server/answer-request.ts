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
export function answerRequest({ emsg, header, body }: Envelope, context: RequestContext): Answer | undefined {
  const { tally, faults, productInfo, session } = context;
  const reply: Header = { ...context.identity, jobid_target: header.jobid_source ?? NO_JOB };
  const single = (
    kind: RequestKind,
    answerEmsg: number,
    message: () => Uint8Array,
    more: Header = {},
  ): Answer => ({
    kind,
    emsg: answerEmsg,
    header: { ...reply, ...more },
    appids: [],
    // Made once, so that an answer that comes twice says the same twice.
    parts: ((encoded) => () => [[encoded]])(message()),
  });
  const refuse = (kind: RequestKind, answerEmsg: number, result: EResultName): Answer =>
    single(kind, answerEmsg, () => new Uint8Array(), { eresult: EResult[result] });

  switch (emsg) {
    case EMsg.ClientPICSChangesSinceRequest:
      tally.logRequest('changes', session, 0);
      return single('changes', EMsg.ClientPICSChangesSinceResponse, () =>
        answerChanges(body, productInfo.pics, faults),
      );

    case EMsg.ClientPICSProductInfoRequest: {
      const request = messages.productInfoRequest.decode(body);
      const { apps = [], packages = [] } = request;
      const kind = request.meta_data_only ? 'metadata' : 'product-info';
      tally.logRequest(kind, session, apps.length + packages.length);
      if (apps.length + packages.length > MOST_IDS) {
        tally.countRefusal('too-many-ids');
        return refuse(kind, EMsg.ClientPICSProductInfoResponse, 'InvalidParam');
      }
      const throttled = throttle(faults, tally);
      if (throttled === 'disconnect') throw new Refusal('throttled', 'too many requests');
      if (throttled === 'no-answer') return undefined;
      if (throttled === 'refuse')
        return refuse(kind, EMsg.ClientPICSProductInfoResponse, 'RateLimitExceeded');
      return {
        kind,
        emsg: EMsg.ClientPICSProductInfoResponse,
        header: reply,
        appids: apps.map(({ appid = 0 }) => appid),
        parts: () => answerProductInfo(request, productInfo),
      };
    }

    case EMsg.ClientPICSAccessTokenRequest:
      tally.logRequest('access-token', session, 0);
      return single('access-token', EMsg.ClientPICSAccessTokenResponse, () =>
        answerAccessTokens(body, productInfo.pics),
      );

    case EMsg.ServiceMethodCallFromClient: {
      const method = header.target_job_name ?? '';
      if (method !== TAG_NAMES_METHOD) {
        tally.countRefusal('unknown-method');
        return single('tag-names', EMsg.ServiceMethodResponse, () => new Uint8Array(), {
          target_job_name: method,
          eresult: EResult.NoMatch,
        });
      }
      tally.logRequest('tag-names', session, 0);
      return single('tag-names', EMsg.ServiceMethodResponse, () => answerTagNames(body, context.tagNames), {
        target_job_name: method,
        eresult: EResult.OK,
      });
    }

    default:
      tally.countRefusal('unknown-message');
      return undefined;
  }
}

/** What becomes of the product info request that was just logged, by the throttle if there is one. */
function throttle(faults: Faults, tally: Tally): 'refuse' | 'no-answer' | 'disconnect' | undefined {
  const fault = faults.peek('throttle');
  if (!fault || tally.productInfoRequestsWithin(1_000 - fault.toleranceMs) <= fault.limit) return undefined;
  const struck = faults.strike('throttle');
  if (struck) tally.countRefusal('throttled');
  return struck?.response;
}

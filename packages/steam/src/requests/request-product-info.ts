import { type AppBody, SteamUnavailable } from '@pics/core';
import type { ProductInfo, ProductMetadata, Unanswered } from '../product-info.ts';
import type { WireApp } from '../wire/product-info-part.ts';
import type { ProductInfoRequest } from '../wire/product-info-request.ts';
import { AnswerCollector } from './answer-collector.ts';
import { openBody } from './app-body.ts';
import type { Outcome } from './pending-requests.ts';
import type { WithheldBodies } from './withheld-bodies.ts';

/** Sends one ClientPICSProductInfoRequest, and gives the parts of its answer to `onPart`. */
export type AskProductInfo = (
  request: ProductInfoRequest,
  onPart: (part: Buffer) => boolean,
) => Promise<Outcome>;

/**
 * Asks for the bodies of some apps and gives what came of it. Bodies that Steam withholds are read from its web cache
 * when the answer is over, for only then the host is certain to be known.
 */
export async function requestProductInfo(
  appids: readonly number[],
  ask: AskProductInfo,
  withheldBodies: WithheldBodies,
): Promise<ProductInfo> {
  const withheld = new Map<number, WireApp>();
  const collector = new AnswerCollector(appids, (app): AppBody | Unanswered['reason'] => {
    if (app.sha && app.size > 0 && !app.body?.length) {
      withheld.set(app.appid, app);
      return 'unreadable';
    }
    const body = openBody(app.body ?? Buffer.alloc(0), app.body && app.sha);
    return typeof body === 'string' ? body : appBodyOf(app, body);
  });
  const outcome = await askFor(collector, false, ask);

  const wanted = [...withheld.values()].filter(({ appid }) => collector.isOpen(appid));
  if (wanted.length > 0) {
    const host = collector.httpHost;
    const texts = await withheldBodies.read(host, wanted);
    for (const app of wanted) {
      const text = host ? texts.get(app.appid) : 'denied';
      if (Buffer.isBuffer(text)) collector.add(appBodyOf(app, text));
      // Steam may announce a body that only a token opens: the entry is a stub then. A body that merely cannot be read at
      // the moment is no stub: taken for one, what it would have shown would count as seen.
      else if (text === 'denied' && app.missingToken) collector.add(appBodyOf(app, Buffer.alloc(0)));
    }
  }
  return resultOf(collector, outcome);
}

/** Asks for the change numbers of some apps, without bodies: 5,000 ids are one small request. */
export async function requestProductMetadata(
  appids: readonly number[],
  ask: AskProductInfo,
): Promise<ProductMetadata> {
  const collector = new AnswerCollector(appids, ({ appid, changeNumber }) => ({ appid, changeNumber }));
  return resultOf(collector, await askFor(collector, true, ask));
}

async function askFor(
  collector: AnswerCollector<{ appid: number }>,
  metadataOnly: boolean,
  ask: AskProductInfo,
): Promise<Outcome> {
  const { appids } = collector;
  if (appids.length === 0) return 'answered';
  const outcome = await ask({ appids, metadataOnly }, (part) => collector.take(part));
  if (outcome === 'throttled' && collector.parts === 0) {
    throw new SteamUnavailable('Steam takes no requests for now');
  }
  return outcome;
}

function appBodyOf({ appid, changeNumber, missingToken }: WireApp, body: Uint8Array): AppBody {
  return { appid, changeNumber, missingToken, body };
}

function resultOf<App extends { appid: number }>(collector: AnswerCollector<App>, outcome: Outcome) {
  const { apps, unknown, parts } = collector;
  return { apps, unknown, unanswered: collector.unanswered(outcome), parts };
}

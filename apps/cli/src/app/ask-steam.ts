import { setTimeout as delay } from 'node:timers/promises';
import { environment, parseSettings } from '@pics/service';
import { createPicsClient, type ProductInfo } from '@pics/steam';
import { LocalProblem } from '../local/local-problem.ts';

/** A logon takes a second or two; a person who has waited this long wants to know why. */
const LOGON_TIMEOUT_MS = 20_000;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Asks Steam for the product info of one app, on an anonymous session that lasts for this question.
 *
 * @throws LocalProblem when there is no session to be had, and why.
 */
export async function askSteam(appid: number): Promise<ProductInfo> {
  const { STEAM_CM_SERVERS, STEAM_REQUEST_TIMEOUT_MS } = parseSettings(environment(), []);
  const steam = createPicsClient({
    cmServers: STEAM_CM_SERVERS,
    requestTimeoutMs: STEAM_REQUEST_TIMEOUT_MS,
    log: silent,
  });
  const closed = new AbortController();
  try {
    const loggedOn = await Promise.race([
      steam.logOn().then(() => true),
      delay(LOGON_TIMEOUT_MS, false, { signal: closed.signal }),
    ]);
    if (!loggedOn) throw new LocalProblem(`No session with Steam: ${steam.status.reason}.`);
    return await steam.getProductInfo([appid]);
  } finally {
    closed.abort();
    await steam.close();
  }
}

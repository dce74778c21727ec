import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { environment, parseSettings, type Settings } from '@pics/service';
import { createPicsClient, type PicsClientOptions, type ProductInfo } from '@pics/steam';
import { UserError } from '@pics/core';
import { printNote } from '../output/print.ts';
import { findRunningInstances } from '@pics/operations';

/** A logon takes a second or two; a person who has waited this long wants to know why. */
const LOGON_TIMEOUT_MS = 20_000;

const silent = { debug: () => {}, info: () => {}, warn: () => {} };

/**
 * Asks Steam for the product info of one app, on an anonymous session that lasts for this question.
 *
 * @throws UserError when there is no session to be had, and why.
 */
export async function askSteam(appid: number): Promise<ProductInfo> {
  const settings = parseSettings(environment(), []);
  const steam = createPicsClient({
    ...findServers(settings),
    requestTimeoutMs: settings.STEAM_REQUEST_TIMEOUT_MS,
    log: silent,
  });
  const answered = new AbortController();
  try {
    const loggedOn = await Promise.race([
      steam.logOn().then(() => true),
      delay(LOGON_TIMEOUT_MS, false, { signal: answered.signal }),
    ]);
    if (!loggedOn) throw new UserError(`No session with Steam: ${steam.status.reason}.`);
    return await steam.getProductInfo([appid]);
  } finally {
    answered.abort();
    await steam.close();
  }
}

/** The servers that the settings name; else, where made-up apps are looked at, the simulator that made them up. */
function findServers({
  STEAM_CM_SERVERS: cmServers,
  DATABASE_URL,
}: Settings): Pick<PicsClientOptions, 'cmServers' | 'tls'> {
  const [instance, another] = findRunningInstances(environment());
  if (cmServers.length > 0 || DATABASE_URL || another || !instance?.urls.simulator) return { cmServers };
  const { cmServer, caFile } = instance.urls.simulator;
  printNote(`Asking the simulator that npm start runs here, in ${instance.folder}.`);
  return { cmServers: [cmServer], tls: { ca: readFileSync(caFile, 'utf8') } };
}

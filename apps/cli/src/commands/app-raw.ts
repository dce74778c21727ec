import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '@pics/core';
import { environment, parseSettings, type Settings } from '@pics/service';
import { createPicsClient, type PicsClientOptions, type ProductInfo } from '@pics/steam';
import { printBody, printJson, printNote } from '../output/print.ts';
import { findInstance, getChosenName } from '../servers/find-instance.ts';

/**
 * `pics app ID --raw --ask-steam`: fetches the product info of an app and prints its body as it came.
 *
 * @throws UserError when Steam sends none, with the reason.
 */
export async function showRawApp(appid: number, json: boolean): Promise<void> {
  const { apps, unknown, unanswered } = await fetchProductInfo(appid);
  const [entry] = apps;
  if (!entry) {
    throw new UserError(
      unknown.length > 0
        ? `Steam knows no app ${appid}, or shows it to nobody.`
        : `Steam sent no usable response for app ${appid}: ${unanswered[0]?.reason ?? 'no reason given'}.`,
    );
  }
  const { changeNumber, missingToken, body } = entry;
  if (json) {
    return printJson({ appid, changeNumber, missingToken, body: new TextDecoder().decode(body) });
  }
  printNote(
    `Change ${changeNumber}, ${body.length} bytes${missingToken ? '; with an access token Steam sends more' : ''}.`,
  );
  printBody(body);
}

/** A logon takes a second or two; after this long a person wants to know why. */
const LOGON_TIMEOUT_MS = 20_000;

const silent = { debug: () => {}, info: () => {}, warn: () => {} };

/** Fetches the product info of one app on an anonymous session that lasts for this request. */
async function fetchProductInfo(appid: number): Promise<ProductInfo> {
  const settings = parseSettings(environment(), []);
  const steam = createPicsClient({
    ...chooseServers(settings),
    requestTimeoutMs: settings.STEAM_REQUEST_TIMEOUT_MS,
    log: silent,
  });
  const done = new AbortController();
  try {
    const loggedOn = await Promise.race([
      steam.logOn().then(() => true),
      delay(LOGON_TIMEOUT_MS, false, { signal: done.signal }),
    ]);
    if (!loggedOn) throw new UserError(`No session with Steam: ${steam.status.reason}.`);
    return await steam.getProductInfo([appid]);
  } finally {
    done.abort();
    await steam.close();
  }
}

/** The servers of the settings; without any, and with one `npm start` on generated apps running, its simulator. */
function chooseServers(settings: Settings): Pick<PicsClientOptions, 'cmServers' | 'tls'> {
  const { STEAM_CM_SERVERS: cmServers, DATABASE_URL } = settings;
  const isChosen = getChosenName() !== undefined;
  if (!isChosen && (cmServers.length > 0 || DATABASE_URL)) return { cmServers };
  const instance = findInstance('STEAM_CM_SERVERS');
  if (!instance?.urls.simulator) return { cmServers };
  const { cmServer, caFile } = instance.urls.simulator;
  printNote(`Asking the simulator that npm start runs here, in ${instance.folder}.`);
  return { cmServers: [cmServer], tls: { ca: readFileSync(caFile, 'utf8') } };
}

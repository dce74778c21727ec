import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SimulatorInput } from '../options.ts';
import type { AppToken, Simulator } from '../simulator.ts';
import { startSimulator } from '../start-simulator.ts';
import { hasRecordedPics, RECORDED_PICS } from '../testing/recorded-pics.ts';
import { appsOf, WireClient } from '../testing/wire-client.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

let simulator: Simulator;
let client: WireClient;
async function start(options: SimulatorInput = {}): Promise<void> {
  simulator = await startSimulator({ apps: 1_000, seed: 3, ...options });
  client = await WireClient.logOn(simulator.addresses);
}
afterEach(() => simulator.close());

/** Don't Starve Together, which Steam shows completely only to those with a token. */
const APPID = 322_330;

/** The first app whose token is granted, or is not. */
function findToken(granted: boolean): AppToken {
  const found = simulator.tokens().find((token) => token.granted === granted);
  if (!found) throw new Error('there is no such app');
  return found;
}

/** The first app that needs no token. */
function findOpenApp(): number {
  const isOpen = ({ appid }: { appid: number }) => simulator.findApp(appid)?.missingToken === false;
  return simulator.apps().find(isOpen)?.appid ?? 0;
}

/** The app as the client gets it with this token. */
async function fetchApp(appid: number, token: string) {
  const [app] = appsOf(await client.requestProductInfo([appid], false, new Map([[appid, token]])));
  return { missingToken: app?.missing_token, text: Buffer.from(app?.buffer ?? []).subarray(0, -1) };
}

const complete = (appid: number) => ({
  missingToken: false,
  text: simulator.findApp(appid, { withToken: true })?.text,
});
const stub = (appid: number) => ({ missingToken: true, text: simulator.findApp(appid)?.text });

describe('access tokens', () => {
  test('open the whole app, for bodies and metadata; any other token opens nothing', async () => {
    await start();
    const { appid, token } = findToken(true);
    expect(complete(appid)).not.toEqual(stub(appid));
    expect(await fetchApp(appid, token)).toEqual(complete(appid));
    expect(await fetchApp(appid, '0')).toEqual(stub(appid));
    expect(await fetchApp(appid, String(BigInt(token) ^ 2n))).toEqual(stub(appid));
    const [app] = appsOf(await client.requestProductInfo([appid], true, new Map([[appid, token]])));
    const sha = Buffer.from(app?.sha ?? []).toString('hex');
    expect(sha).toBe(simulator.findApp(appid, { withToken: true })?.sha);
    expect(simulator.state().tokens).toEqual({ requested: 0, accepted: 2, refused: 1 });
  });

  test('are granted, denied, or 0 for apps that need none, in one request of 1,000 ids', async () => {
    await start({ grantedTokens: 0.5 });
    const appids = simulator.apps().map(({ appid }) => appid);
    const ids = [...appids, ...Array.from({ length: 1_000 }, (_, index) => 9_000_000 + index)].slice(
      0,
      1_000,
    );
    const { tokens, denied, deniedPackages } = await client.requestTokens(ids, [17_906, 4]);
    const needed = simulator.tokens();
    expect(needed.length).toBeGreaterThan(20);
    for (const { appid, token, granted } of needed) {
      expect(tokens.get(appid)).toBe(granted ? token : undefined);
      expect(denied.includes(appid)).toBe(!granted);
    }
    expect(tokens.get(findOpenApp())).toBe('0');
    expect(new Set([...tokens.keys(), ...denied])).toEqual(new Set(ids));
    expect(deniedPackages).toEqual([4]);
    expect(simulator.state()).toMatchObject({
      requests: { 'access-token': 1 },
      tokens: { requested: 1_002 },
      mostProductInfoRequests: { within1000Ms: 1 },
    });
    expect(simulator.requests(['access-token'])).toMatchObject([{ ids: 1_002 }]);
  });

  test('are needed by a given share of apps, and granted for a given share of those', async () => {
    await start({ apps: 5_000, tokenApps: 0.2, grantedTokens: 0.5 });
    const share = simulator.tokens().length / simulator.apps().length;
    // Of the 95 % that do not need one anyway.
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.27);
    const granted = simulator.tokens().filter((token) => token.granted).length / simulator.tokens().length;
    expect(granted).toBeGreaterThan(0.45);
    expect(granted).toBeLessThan(0.55);
  });

  test('that have rotated open nothing, and the new ones are granted', async () => {
    await start();
    const { appid, token } = findToken(true);
    const other = simulator.tokens().filter((one) => one.appid !== appid);
    const before = simulator.currentChangeNumber;
    expect(simulator.changeTokens({ rotate: true, appids: [appid] })).toEqual([]);
    expect(simulator.tokens().filter((one) => one.appid !== appid)).toEqual(other);
    expect(await fetchApp(appid, token)).toEqual(stub(appid));
    const renewed = (await client.requestTokens([appid])).tokens.get(appid) ?? '';
    expect(renewed).not.toBe(token);
    expect(await fetchApp(appid, renewed)).toEqual(complete(appid));
    simulator.changeTokens({ rotate: true });
    expect(await fetchApp(appid, renewed)).toEqual(stub(appid));
    expect(simulator.tokens()).toHaveLength(other.length + 1);
    for (const { token: old } of other) expect(simulator.tokens().map((one) => one.token)).not.toContain(old);
    expect(simulator.currentChangeNumber).toBe(before);
  });

  test('rotate by themselves at the given interval', async () => {
    await start({ rotateTokensSeconds: 0.1 });
    const { appid, token } = findToken(true);
    await expect.poll(() => simulator.tokens().find((one) => one.appid === appid)?.token).not.toBe(token);
  });

  test('are denied once their grant is taken back, and granted again; they open their app all the time', async () => {
    await start();
    const { appid, token } = findToken(true);
    simulator.changeTokens({ granted: false, appids: [appid] });
    expect(await client.requestTokens([appid])).toMatchObject({ tokens: new Map(), denied: [appid] });
    expect(await fetchApp(appid, token)).toEqual(complete(appid));
    simulator.changeTokens({ granted: true });
    const everyToken = simulator.tokens().map((one): [number, string] => [one.appid, one.token]);
    const ids = everyToken.map(([id]) => id);
    expect((await client.requestTokens(ids)).tokens).toEqual(new Map(everyToken));
    simulator.changeTokens({ granted: false });
    expect((await client.requestTokens(ids)).denied).toEqual(ids);
  });

  test('can be made necessary for an app, which the feed says under a new number', async () => {
    await start({ grantedTokens: 1 });
    const appid = findOpenApp();
    const since = simulator.currentChangeNumber;
    expect(simulator.changeTokens({ appids: [appid], shown: 'nothing' })).toEqual([
      { appid, changeNumber: since + 1 },
    ]);
    expect((await client.requestChanges(since)).app_changes).toEqual([
      { appid, change_number: since + 1, needs_token: true },
    ]);
    const text = `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"public_only"\t\t"1"\n}\n`;
    expect(await fetchApp(appid, '0')).toEqual({ missingToken: true, text: Buffer.from(text) });
    const { tokens } = await client.requestTokens([appid]);
    expect(await fetchApp(appid, tokens.get(appid) ?? '')).toEqual(complete(appid));
    simulator.changeTokens({ appids: [appid], shown: 'everything' });
    expect(await fetchApp(appid, '0')).toEqual(complete(appid));
    expect(simulator.tokens().map((one) => one.appid)).not.toContain(appid);
  });

  test('stay necessary when the app changes, until an edit says something else', async () => {
    await start({ grantedTokens: 1 });
    const appid = findOpenApp();
    simulator.changeTokens({ appids: [appid], shown: 'common' });
    const before = complete(appid);
    simulator.releaseApps([appid]);
    expect(complete(appid)).not.toEqual(before);
    const { tokens } = await client.requestTokens([appid]);
    expect(await fetchApp(appid, tokens.get(appid) ?? '')).toEqual(complete(appid));
    simulator.editApp(appid, { text: Buffer.from('mine'), missingToken: false, onlyPublic: false });
    expect(await fetchApp(appid, '0')).toEqual({ missingToken: false, text: Buffer.from('mine') });
    simulator.changeTokens({ appids: [appid], shown: 'common' });
    expect((await fetchApp(appid, '0')).missingToken).toBe(true);
    expect((await fetchApp(appid, tokens.get(appid) ?? '')).text.toString()).toBe('mine');
  });

  test('open the version before the last change of an app that is shown as it was', async () => {
    await start({ grantedTokens: 1 });
    const { appid, token } = findToken(true);
    const before = complete(appid);
    simulator.releaseApps([appid]);
    simulator.arm({ kind: 'stale', appids: [appid] });
    expect(await fetchApp(appid, token)).toEqual(before);
  });

  test('open the body over HTTP', async () => {
    await start();
    const { appid, token } = findToken(true);
    simulator.arm({ kind: 'withhold-body' });
    const [app] = appsOf(await client.requestProductInfo([appid], false, new Map([[appid, token]])));
    const { cmServer, caFile } = simulator.addresses;
    const path = `appinfo/${appid}/sha/${Buffer.from(app?.sha ?? []).toString('hex')}.txt.gz`;
    const chunks: Buffer[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    get(`https://${cmServer}/${path}`, { ca: readFileSync(caFile) }, (response) => {
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject);
    expect(gunzipSync(await promise)).toEqual(complete(appid).text);
  });
});

describe.skipIf(!hasRecordedPics)('a recorded app (skipped without recorded PICS data)', () => {
  test('can need a token: without it is shown common alone, with it the recorded bytes', async () => {
    simulator = await startSimulator({ catalog: RECORDED_PICS, grantedTokens: 1 });
    client = await WireClient.logOn(simulator.addresses);
    const recorded = simulator.findApp(APPID)?.text ?? Buffer.alloc(0);
    simulator.changeTokens({ appids: [APPID], shown: 'common' });
    const shown = (await fetchApp(APPID, '0')).text.toString('latin1');
    const [, common = ''] = /public_only"\t\t"1"\n(\t"common".*)\}\n$/s.exec(shown) ?? [];
    expect(recorded.toString('latin1')).toContain(`\n${common}\t"extended"\n`);
    expect(shown.match(/^\t"\w+"/gm)).toEqual(['\t"appid"', '\t"public_only"', '\t"common"']);
    const { tokens } = await client.requestTokens([APPID]);
    expect(await fetchApp(APPID, tokens.get(APPID) ?? '')).toEqual({ missingToken: false, text: recorded });
  });
});

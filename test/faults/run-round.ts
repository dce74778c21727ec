import { setTimeout as delay } from 'node:timers/promises';
import { countLedger, findCursor, findScan } from '@pics/database';
import { waitUntil } from '@pics/local';
import { isSettled } from '../support/is-settled.ts';
import { findHistoryFaults } from '../support/history/find-history-faults.ts';
import { mostWithin } from '../support/most-within.ts';
import { findDifferences } from './find-differences.ts';
import { FAULTS } from './faults.ts';
import { Random } from './random.ts';
import { createWorld, RATE, type World } from './world.ts';

/** Faults in a round, one after the other. */
const FAULTS_A_ROUND = 8;

/** Time to settle after the last fault: an app that was requested ten times without success waits for a minute. */
const SETTLE_MS = 150_000;

/** The window in which the request budget is checked: long enough to absorb jitter of the machine. */
const BUDGET_WINDOW_MS = 5_000;
const BUDGET_TOLERANCE = 1.1;

/** Faults of the history that are described. */
const FAULTS_SHOWN = 5;

export interface RoundResult {
  seed: number;
  /** The faults in the order they happened. */
  faults: string[];
  /** The promises that did not hold; empty when the round passed. */
  broken: string[];
}

/**
 * Runs one round: the pipeline on real servers against a changing catalogue, with faults whose kind and time the seed
 * decides. Afterwards everything is restored, the pipeline settles, and the promises are checked: the tables match Steam,
 * nothing is wanted or in flight, no app failed, no row went back to an older state, every text that was stored is found
 * again, each change is one event, no process died, and the fleet kept its budget.
 */
export async function runRound(seed: number): Promise<RoundResult> {
  const random = new Random(seed);
  const world = await createWorld(seed);
  const faults: string[] = [];
  const heals: (() => Promise<void>)[] = [];
  const striking = new AbortController();
  const changing = keepChanging(world, new Random(seed + 1), striking.signal);

  for (let count = 0; count < FAULTS_A_ROUND; count += 1) {
    await delay(random.between(100, 1_500));
    const fault = random.pick(FAULTS);
    faults.push(fault.name);
    const struck = await fault.strike(world, random);
    if (struck?.heal) heals.push(struck.heal);
  }
  striking.abort();
  await changing;
  await restore(world, heals);

  const broken: string[] = [];
  if (!(await waitUntil(() => hasCaughtUp(world), SETTLE_MS))) {
    const counts = JSON.stringify({ ...(await countLedger(world.database)), ...(await describeFeed(world)) });
    const last = [...world.services].map(
      ([name, service]) => `${name}: ${service.lines.slice(-4).join('\n')}`,
    );
    broken.push(`not settled: ${counts}\n${last.join('\n')}`);
  }
  broken.push(...(await findDifferences(world)), ...(await findFailedApps(world)), ...world.deaths);
  const history = await findHistoryFaults(world.database, world.shownTexts.has);
  broken.push(...history.slice(0, FAULTS_SHOWN));
  const requests = world.simulator.requests(['product-info', 'metadata', 'access-token']);
  const most = mostWithin(
    BUDGET_WINDOW_MS,
    requests.map(({ atMs }) => atMs),
  );
  const allowed = (RATE * BUDGET_TOLERANCE * BUDGET_WINDOW_MS) / 1_000;
  if (most > allowed) broken.push(`${most} requests within ${BUDGET_WINDOW_MS} ms, ${allowed} allowed`);
  return { seed, faults, broken };
}

/** Changes a few apps several times a second until the signal aborts. */
async function keepChanging(
  { simulator, shownTexts }: World,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    shownTexts.note();
    simulator.release(random.between(1, 5));
    shownTexts.note();
    await delay(random.between(50, 250));
  }
}

/**
 * Undoes the faults that do not end by themselves. A session that backs off for half an hour after RateLimitExceeded is
 * restarted, as an operator would do once Steam accepts logons again.
 */
async function restore(world: World, heals: (() => Promise<void>)[]): Promise<void> {
  world.simulator.disarm();
  for (const heal of heals) await heal();
  for (const [name, service] of world.services) {
    const metrics = await fetch(`${service.url}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    const wasThrottled = metrics.includes('pics_steam_logons_total{result="RateLimitExceeded"');
    if (!wasThrottled || !/^pics_steam_logged_on\S* 0$/m.test(metrics)) continue;
    await world.stop(name);
    await world.start(name);
  }
}

/** Returns whether every released change is settled and a discovery has finished since the last gap. */
async function hasCaughtUp({ database, simulator }: World): Promise<boolean> {
  if ((await findCursor(database)) !== simulator.currentChangeNumber) return false;
  const [discovery, gap] = [await findScan(database, 'discovery'), await findScan(database, 'gap')];
  if (!discovery || discovery.startedAt <= (gap?.startedAt ?? new Date(0))) return false;
  return isSettled(database);
}

/** What `hasCaughtUp` compares, to tell what a round waited for. */
async function describeFeed({ database, simulator }: World) {
  const state = await database.selectFrom('picsState').selectAll().executeTakeFirst();
  const scans = await Promise.all(
    (['discovery', 'gap', 'sweep'] as const).map((reason) => findScan(database, reason)),
  );
  return { state, scans, steamsChangeNumber: simulator.currentChangeNumber };
}

async function findFailedApps({ database }: World): Promise<string[]> {
  const failed = await database
    .selectFrom('picsAppLedger')
    .select(['id', 'lastError'])
    .where('failedAt', 'is not', null)
    .execute();
  return failed.map(({ id, lastError }) => `app ${id} failed: ${lastError}`);
}

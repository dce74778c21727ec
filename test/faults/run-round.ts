import { setTimeout as delay } from 'node:timers/promises';
import { countLedger, findScan } from '@pics/database';
import { waitUntil } from '../../apps/cli/src/local/wait-until.ts';
import { isSettled } from '../support/is-settled.ts';
import { findDifferences } from './find-differences.ts';
import { FAULTS } from './faults.ts';
import { Random } from './random.ts';
import { createWorld, RATE, type World } from './world.ts';

/** How many faults strike in a round, one after the other. */
const FAULTS_A_ROUND = 8;

/** What a round may take to settle when all is well again: an app that was asked for ten times in vain waits a minute. */
const SETTLE_MS = 150_000;

/** How long a span the budget is held against: long enough that a burst of this machine's scheduler is no breach. */
const BUDGET_SPAN_MS = 5_000;
const BUDGET_TOLERANCE = 1.1;

export interface RoundResult {
  seed: number;
  /** The faults in the order they struck. */
  faults: string[];
  /** What was promised and did not hold; empty when the round passed. */
  broken: string[];
}

/**
 * One round: the whole line on real servers against a catalogue that keeps changing, while a sequence of faults that the
 * seed decides strikes at moments that the seed decides. Then all is mended, the line settles, and is held to its promises:
 * the tables are what Steam shows, nothing is wanted or in flight, no app failed, no row stepped back, no process died, and
 * the fleet kept its budget.
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
  await mend(world, heals);

  const broken: string[] = [];
  if (!(await waitUntil(() => hasCaughtUp(world), SETTLE_MS))) {
    const counts = JSON.stringify(await countLedger(world.database));
    const last = [...world.services].map(
      ([name, service]) => `${name}: ${service.lines.slice(-4).join('\n')}`,
    );
    broken.push(`not settled: ${counts}\n${last.join('\n')}`);
  }
  broken.push(...(await findDifferences(world)), ...(await findFailedApps(world)), ...world.deaths);
  const most = mostRequestsWithin(world, BUDGET_SPAN_MS);
  const allowed = (RATE * BUDGET_TOLERANCE * BUDGET_SPAN_MS) / 1_000;
  if (most > allowed) broken.push(`${most} requests within ${BUDGET_SPAN_MS} ms, ${allowed} allowed`);
  return { seed, faults, broken };
}

/** Changes a few apps several times a second until told to stop. */
async function keepChanging({ simulator }: World, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    simulator.release(random.between(1, 5));
    await delay(random.between(50, 250));
  }
}

/**
 * Undoes what does not undo itself. A session that backs off for half an hour, as it must after RateLimitExceeded, is
 * started again, as an operator would once Steam has lifted the block.
 */
async function mend(world: World, heals: (() => Promise<void>)[]): Promise<void> {
  world.simulator.disarm();
  for (const heal of heals) await heal();
  for (const [name, service] of world.services) {
    const answer = await fetch(`${service.url}/readyz`).catch(() => undefined);
    if (!answer || !/RateLimitExceeded/.test(await answer.text())) continue;
    await world.stop(name);
    await world.start(name);
  }
}

/** Whether everything that was released is through, and every id was looked at since the last gap. */
async function hasCaughtUp({ database, simulator }: World): Promise<boolean> {
  const state = await database.selectFrom('picsState').select('lastChangeNumber').executeTakeFirst();
  if (state?.lastChangeNumber !== simulator.currentChangeNumber) return false;
  const [discovery, gap] = [await findScan(database, 'discovery'), await findScan(database, 'gap')];
  if (!discovery || discovery.startedAt <= (gap?.startedAt ?? new Date(0))) return false;
  return isSettled(database);
}

async function findFailedApps({ database }: World): Promise<string[]> {
  const failed = await database
    .selectFrom('syncStatus')
    .select(['appid', 'lastError'])
    .where('failedAt', 'is not', null)
    .execute();
  return failed.map(({ appid, lastError }) => `app ${appid} failed: ${lastError}`);
}

function mostRequestsWithin({ simulator }: World, spanMs: number): number {
  const times = simulator.requests(['product-info', 'metadata']).map(({ atMs }) => atMs);
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - spanMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

import { estimateAppsToFind } from '@pics/database';
import type { Work } from '../status/catch-up.ts';

/** A moment of a first fill; there is one every five seconds. */
export interface Moment {
  /** Since the start. */
  ms: number;
  work: Work;
}

export interface FillOptions {
  apps: number;
  requestsPerSecond: number;
  /** When the fleet is paused, in seconds since the start. */
  pauses?: readonly (readonly [from: number, to: number])[];
  /** For how many seconds the fleet makes a quarter of its requests. */
  slowSeconds?: number;
  /** At which second of a minute it starts. */
  startSecond?: number;
  seed?: number;
}

const SCAN_SIZE = 5_000;
const BATCH_SIZE = 200;
const HEADROOM = 50_000;
const SURVEY = { stride: 300, step: 109, ids: 20_000 };

/** A request takes so long from the queue to the ledger; the writers add what they did every five seconds. */
const LATENCY_MS = 1_500;
const FLUSH_MS = 5_000;

interface Job {
  task: 'scan' | 'apps';
  ids: number[];
  isAhead?: boolean;
}

/**
 * Runs a first fill on a simulated clock, with the rules of the pipeline: a survey and then a scan of all ids, at most 16 scan
 * requests and 32 batches in the queue, batches before scan requests, and now and then a live change.
 */
export function* simulateFirstFill(options: FillOptions): Generator<Moment> {
  const { apps, requestsPerSecond, pauses = [], slowSeconds = 0, startSecond = 37, seed = 1 } = options;
  const random = createRandom(seed);
  const catalogue = createCatalogue(apps, random);
  const start = Date.UTC(2026, 10, 22, 14, 0, startSecond);

  const known = new Set<number>();
  const wanted = new Set<number>();
  const inFlight = new Set<number>();
  const settled = new Set<number>();
  let highest = 0;
  let nextAppid = 0;
  const openScans = new Set<Job>();
  let scanRequests = 0;
  const queue: Job[] = listSurvey().map((ids) => ({ task: 'scan', ids, isAhead: true }));
  for (const job of queue) openScans.add(job);
  const underWay: { job: Job; doneAt: number }[] = [];
  const done: { at: number; apps: number }[] = [];
  let nextRequestAt = 5_000; // The services start and log on.

  for (let ms = 0; ; ms += 250) {
    const isPaused = pauses.some(([from, to]) => ms >= from * 1_000 && ms < to * 1_000);
    if (ms % 12_000 === 0 && settled.size > 0) {
      const changed = catalogue.ids[Math.floor(random() * catalogue.ids.length)] ?? 0;
      if (settled.delete(changed)) wanted.add(changed);
    }
    if (!isPaused) dispatch();
    while (ms >= nextRequestAt && queue.length > 0) {
      const apps = queue.findIndex(({ task }) => task === 'apps');
      const [job] = queue.splice(Math.max(0, apps), 1);
      if (job) underWay.push({ job, doneAt: ms + LATENCY_MS });
      const rate = ms < slowSeconds * 1_000 ? requestsPerSecond / 4 : requestsPerSecond;
      nextRequestAt = Math.max(nextRequestAt + 1_000 / rate, ms - 1_000 / rate);
    }
    if (queue.length === 0) nextRequestAt = Math.max(nextRequestAt, ms);
    while (underWay[0] && underWay[0].doneAt <= ms) finish(underWay.shift()?.job, ms);
    const isFound = nextAppid > highest + HEADROOM && openScans.size === 0;
    if (ms % 5_000 === 0) yield { ms, work: read(ms, isPaused, isFound) };
    if (isFound && wanted.size + inFlight.size === 0) return;
  }

  function dispatch() {
    for (let room = 32 - count('apps'); room > 0 && wanted.size > 0; room -= 1) {
      const ids = [...take(wanted, BATCH_SIZE)];
      for (const id of ids) {
        wanted.delete(id);
        inFlight.add(id);
      }
      queue.push({ task: 'apps', ids });
    }
    for (let room = 16 - count('scan'); room > 0 && nextAppid <= highest + HEADROOM; room -= 1) {
      const job: Job = { task: 'scan', ids: [nextAppid] };
      nextAppid += SCAN_SIZE;
      openScans.add(job);
      queue.push(job);
    }
  }

  function count(task: Job['task']): number {
    return queue.filter((job) => job.task === task).length;
  }

  function finish(job: Job | undefined, ms: number) {
    if (!job) return;
    done.push({ at: ms, apps: job.task === 'apps' ? job.ids.length : 0 });
    if (job.task === 'apps') {
      for (const id of job.ids) {
        inFlight.delete(id);
        settled.add(id);
      }
      return;
    }
    openScans.delete(job);
    scanRequests += 1;
    const first = job.ids[0] ?? 0;
    const found = job.isAhead
      ? job.ids.filter((id) => catalogue.has(id))
      : catalogue.between(first, first + SCAN_SIZE);
    for (const id of found) {
      if (!known.has(id)) wanted.add(id);
      known.add(id);
      highest = Math.max(highest, id);
    }
  }

  function read(ms: number, isPaused: boolean, isFound: boolean): Work {
    const at = new Date(start + ms);
    const openIds = [...openScans].reduce((sum, job) => sum + (job.isAhead ? job.ids.length : SCAN_SIZE), 0);
    const ids = highest + HEADROOM + 1;
    const idsLookedThrough = Math.min(Math.max(0, nextAppid - openIds), ids);
    let [surveyed, surveyedAhead, knownAhead] = [0, 0, 0];
    for (const id of known) {
      const isAhead = id >= idsLookedThrough;
      if (isAhead) knownAhead += 1;
      if (!isInSurvey(id)) continue;
      surveyed += SURVEY.stride;
      if (isAhead) surveyedAhead += SURVEY.stride;
    }
    const discovery = {
      startedAt: new Date(start),
      requests: scanRequests,
      idsLookedThrough,
      ids,
      apps: surveyed,
      appsToFind: estimateAppsToFind({ idsLookedThrough, ids, known: known.size, knownAhead, surveyedAhead }),
    };
    const counts = {
      known: known.size,
      wanted: wanted.size,
      inFlight: inFlight.size,
      settled: settled.size,
      failed: 0,
      tokensWanted: 0,
      oldestWantedChangeNumber: null,
    };
    return {
      at,
      ledger: {
        counts,
        backlog: {
          discovery: isFound ? null : discovery,
          otherIdsLeft: 0,
          scanRequestSize: openScans.size > 0 ? SCAN_SIZE : null,
          batchSize: BATCH_SIZE,
        },
        retries: null,
        hour: listMinutes(at),
        settings: { fetchRate: requestsPerSecond, pausedAt: isPaused ? at : null },
      },
      fleet: undefined,
    };
  }

  /** The last hour as `getThroughput` gives it. */
  function listMinutes(at: Date) {
    const newest = Math.floor(at.getTime() / 60_000) * 60_000;
    const minutes = Array.from({ length: 60 }, (_, index) => newest - (59 - index) * 60_000);
    return minutes
      .filter((from) => at.getTime() - from >= 20_000)
      .map((from) => {
        const to = Math.min(from + 60_000, at.getTime());
        const flushed = Math.floor(at.getTime() / FLUSH_MS) * FLUSH_MS;
        const within = done.filter(
          (request) => start + request.at >= from && start + request.at < Math.min(to, flushed),
        );
        const seconds = (to - from) / 1_000;
        const apps = within.reduce((sum, request) => sum + request.apps, 0);
        return {
          from: new Date(from),
          appsPerSecond: apps / seconds,
          requestsPerSecond: within.length / seconds,
        };
      });
  }
}

function listSurvey(): number[][] {
  const ids = Array.from(
    { length: SURVEY.ids },
    (_, n) => SURVEY.stride * n + ((SURVEY.step * n) % SURVEY.stride),
  );
  return [0, 1, 2, 3].map((part) => ids.slice(part * SCAN_SIZE, (part + 1) * SCAN_SIZE));
}

function isInSurvey(id: number): boolean {
  const n = Math.floor(id / SURVEY.stride);
  return id % SURVEY.stride === (SURVEY.step * n) % SURVEY.stride;
}

/** Ids in the pattern of Steam: multiples of ten with holes, and now and then some in between. Early ones lie closer. */
function createCatalogue(apps: number, random: () => number) {
  const ids: number[] = [];
  for (let id = 10; ids.length < apps;) {
    ids.push(id);
    const density = id < 1_000_000 ? 0.7 : 0.5;
    if (random() < 0.22) id += 1 + Math.floor(random() * 3);
    else id = id - (id % 10) + 10 + 10 * Math.floor(Math.log(1 - random()) / Math.log(1 - density));
  }
  const present = new Set(ids);
  let start = 0;
  return {
    ids,
    has: (id: number) => present.has(id),
    /** Called for ascending ranges. */
    between: (from: number, to: number) => {
      while ((ids[start] ?? to) < from) start += 1;
      let end = start;
      while ((ids[end] ?? to) < to) end += 1;
      return ids.slice(start, end);
    },
  };
}

function* take<Value>(values: Iterable<Value>, most: number): Generator<Value> {
  let taken = 0;
  for (const value of values) {
    if (taken >= most) return;
    taken += 1;
    yield value;
  }
}

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

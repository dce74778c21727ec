import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const replicaReport = z.object({
  service: z.string(),
  /** Identifies it among the replicas of its service. */
  replica: z.string(),
  version: z.string(),
  /** Its role, where replicas have different ones: one producer leads, the others stand by. */
  role: z.string().optional(),
  startedAt: z.iso.datetime(),
  /** Why it is not ready; absent while it is. */
  reason: z.string().optional(),
  /** When it last made progress. */
  lastProgressAt: z.iso.datetime().optional(),
  /** What it has done since it started, by names that are shown to people. */
  counters: z.record(z.string(), z.number()),
});

/** The state of one replica of a service, as it reports it. */
export type ReplicaReport = z.infer<typeof replicaReport>;

/** A replica as the fleet sees it. */
export interface Replica extends ReplicaReport {
  /** Milliseconds since its last report. It reports every few seconds: one that is silent for longer hangs or has died. */
  silentMs: number;
}

/** Often enough that a dead replica is noticed within seconds. */
const REPORT_INTERVAL_MS = 3_000;

/** How long the end of a process may wait for its report to be removed. */
const REMOVE_WITHIN_MS = 2_000;

/**
 * How long a silent replica stays listed. Long enough to be found after an alert; a replica that shuts down in order is
 * removed at once.
 */
const LISTED_MS = 10 * 60_000;

/** How long a silent replica stays listed once another has started in its place: there is nothing to do about it. */
const LISTED_WHEN_REPLACED_MS = 60_000;

const LIST = 'pics:replicas';

/**
 * Lists this replica while it runs: every few seconds the result of `describe` is stored in Redis, where `getReplicas` reads
 * it. While Redis is unreachable only the reports are missing.
 */
export function keepReporting(
  redis: Redis,
  describe: () => ReplicaReport | Promise<ReplicaReport>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let key: string | undefined;
  const report = async () => {
    const described = await describe();
    key = `pics:replica:${described.service}:${described.replica}`;
    await redis.multi().set(key, JSON.stringify(described), 'PX', LISTED_MS).sadd(LIST, key).exec();
  };
  const reporting = async () => {
    while (!stopping.signal.aborted) {
      await report().catch(() => {}); // The connection reports its own errors; the next report follows soon.
      await delay(REPORT_INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ended = reporting();
  const remove = async () => {
    await ended;
    if (key) await redis.multi().del(key).srem(LIST, key).exec();
  };
  return {
    stop: async () => {
      stopping.abort();
      // With a Redis that is silent or gone the report expires by itself.
      await Promise.race([remove().catch(() => {}), delay(REMOVE_WITHIN_MS, undefined, { ref: false })]);
    },
  };
}

/**
 * Gets every replica that reported within the last ten minutes, ordered by service, oldest first. One that is silent for more
 * than a minute is left out if another of its service has started since.
 */
export async function getReplicas(redis: Redis): Promise<Replica[]> {
  const keys = await redis.smembers(LIST);
  const replicas = await Promise.all(keys.map((key) => findReplica(redis, key)));
  const expired = keys.filter((_, index) => !replicas[index]);
  if (expired.length > 0) await redis.srem(LIST, ...expired);
  return withoutReplaced(replicas.filter((replica) => replica !== undefined)).toSorted(
    (a, b) =>
      a.service.localeCompare(b.service) ||
      a.startedAt.localeCompare(b.startedAt) ||
      a.replica.localeCompare(b.replica),
  );
}

/** Each start accounts for one death before it, so of three dead replicas two stay listed when only one was started again. */
function withoutReplaced(replicas: readonly Replica[]): Replica[] {
  const now = Date.now();
  const replaced = new Set<Replica>();
  for (const dead of replicas.toSorted((a, b) => a.silentMs - b.silentMs)) {
    if (dead.silentMs <= LISTED_WHEN_REPLACED_MS) continue;
    const ofService = ({ service }: Replica) => service === dead.service;
    const started = replicas.filter(
      (other) => ofService(other) && Date.parse(other.startedAt) > now - dead.silentMs,
    );
    if (started.length > [...replaced].filter(ofService).length) replaced.add(dead);
  }
  return replicas.filter((replica) => !replaced.has(replica));
}

/** Silence is derived from the remaining time to live, so only the clock of Redis matters, not those of the replicas. */
async function findReplica(redis: Redis, key: string): Promise<Replica | undefined> {
  const [text, leftMs] = await Promise.all([redis.get(key), redis.pttl(key)]);
  if (text === null || leftMs < 0) return undefined;
  const parsed = replicaReport.safeParse(parseJson(text));
  return parsed.success ? { ...parsed.data, silentMs: LISTED_MS - leftMs } : undefined;
}

/** Invalid JSON is not a report: another version of this project wrote it, or another program. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

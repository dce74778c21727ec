import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const replicaReport = z.object({
  service: z.string(),
  /** What tells it from the other replicas of its service. */
  replica: z.string(),
  version: z.string(),
  /** What it is among them, where they are not all alike: one producer leads, the others stand by. */
  role: z.string().optional(),
  startedAt: z.iso.datetime(),
  /** Why it is not doing its work right now; absent while it is. */
  reason: z.string().optional(),
  /** When it last got something done. */
  lastProgressAt: z.iso.datetime().optional(),
  /** What it got done since it started, under names a person understands. */
  counters: z.record(z.string(), z.number()),
});

/** How one replica of a service stands, in its own words. */
export type ReplicaReport = z.infer<typeof replicaReport>;

/** A replica as the fleet sees it. */
export interface Replica extends ReplicaReport {
  /** How long ago it reported, in milliseconds. It reports every few seconds: one silent for longer hangs or is gone. */
  silentMs: number;
}

/** Often enough that a replica which died is noticed before somebody wonders. */
const REPORT_INTERVAL_MS = 3_000;

/**
 * How long a replica that went silent is still listed. Long enough that whoever looks after an alarm finds it; one that
 * stops in good order is off the list at once.
 */
const REMEMBERED_MS = 10 * 60_000;

const LIST = 'pics:replicas';

/**
 * Lists this replica for as long as it runs: `describe` is asked every few seconds and its answer kept in Redis, from where
 * `getReplicas` has it. Redis being away costs nothing but the reports.
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
    await redis.multi().set(key, JSON.stringify(described), 'PX', REMEMBERED_MS).sadd(LIST, key).exec();
  };
  const reporting = async () => {
    while (!stopping.signal.aborted) {
      await report().catch(() => {}); // The connection reports its own errors; the next turn is soon.
      await delay(REPORT_INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ended = reporting();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
      if (key)
        await redis
          .multi()
          .del(key)
          .srem(LIST, key)
          .exec()
          .catch(() => {});
    },
  };
}

/** Gets every replica that reported within the last ten minutes, by service, the oldest first. */
export async function getReplicas(redis: Redis): Promise<Replica[]> {
  const keys = await redis.smembers(LIST);
  const replicas = await Promise.all(keys.map((key) => findReplica(redis, key)));
  const forgotten = keys.filter((_, index) => !replicas[index]);
  if (forgotten.length > 0) await redis.srem(LIST, ...forgotten);
  return replicas
    .filter((replica) => replica !== undefined)
    .toSorted(
      (a, b) =>
        a.service.localeCompare(b.service) ||
        a.startedAt.localeCompare(b.startedAt) ||
        a.replica.localeCompare(b.replica),
    );
}

/** Silence is told by what is left of the time to live: by the clock of Redis alone, whatever the replicas' clocks say. */
async function findReplica(redis: Redis, key: string): Promise<Replica | undefined> {
  const [text, leftMs] = await Promise.all([redis.get(key), redis.pttl(key)]);
  if (text === null || leftMs < 0) return undefined;
  const parsed = replicaReport.safeParse(parseJson(text));
  return parsed.success ? { ...parsed.data, silentMs: REMEMBERED_MS - leftMs } : undefined;
}

/** What is no JSON is no report: another version of this project, or somebody else's key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { z } from 'zod';
import { accessTokenSchema, accessTokensSchema } from './access-token.ts';
import { sha1Schema } from './app-record.ts';
import { appidSchema, wholeNumbers } from './whole-numbers.ts';

/**
 * The two queues, in the order data moves:
 *
 *     ledger ─dispatch─► pics-fetch ─► fetcher ─► pics-write ─► writer ─► rows, and the ledger settled
 *
 * One job on `pics-fetch` is one PICS request. Jobs on both queues carry the id of the batch they belong to; the ledger
 * names that batch for every app in flight.
 */
export const FETCH_QUEUE = 'pics-fetch';
export const WRITE_QUEUE = 'pics-write';

/**
 * The version of the jobs. Two versions of the services run side by side during a deploy, so a change of a job must be one
 * that both understand: a new field is optional, and a reader ignores fields it does not know. A change that cannot be made
 * like that raises this number. A worker leaves jobs of a higher number to newer workers, and fails those of a lower one:
 * their apps are fetched again.
 */
export const JOB_VERSION = 2;
const version = z.literal(JOB_VERSION);

const changeNumber = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const batchId = z.string().min(1).max(64);

/** The most ids in one job: a metadata-only request of 5,000 ids encodes to 30 kB, and none needs more. */
export const MAX_APPIDS = 20_000;

const appids = wholeNumbers(0).refine(({ length }) => length > 0 && length <= MAX_APPIDS, {
  error: `expected 1 to ${MAX_APPIDS} ids`,
});

/**
 * How far ahead of the cursor a change number of Steam may be. About 1,000 change numbers are used an hour, so this is six weeks
 * without a poll. A lower limit would refuse a database that is restored from a backup. A higher one would accept more of the
 * numbers that a garbled response can contain, and a cursor that once followed such a number receives no change again.
 */
export const FARTHEST_AHEAD = 1_000_000;

/**
 * How often an app is requested without a usable response before it counts as failed. The n-th attempt is made in a batch of
 * 1/2^n of the full size, so the limit must let a batch of any size shrink to the one app that breaks it.
 */
export const MAX_ATTEMPTS = 12;

/** Full product info of some apps, dispatched when the ledger wanted them up to `changeNumber`. */
const fetchApps = z.object({
  version,
  task: z.literal('apps'),
  batchId,
  changeNumber,
  /** How often these apps were requested before. */
  attempt: z.int().min(0),
  appids,
  /** The known tokens of these apps. */
  tokens: accessTokensSchema.optional(),
});

/** Change numbers only (metadata-only product info) of some ids, known or unknown. */
const scanApps = z.object({
  version,
  task: z.literal('scan'),
  batchId,
  appids,
  /** The known tokens of these apps. */
  tokens: accessTokensSchema.optional(),
});

/** The most apps in one request for access tokens. */
export const MAX_TOKENS = 1_000;

/** The access tokens of these apps that Steam grants to anyone who asks. */
const fetchTokens = z.object({
  version,
  task: z.literal('tokens'),
  batchId,
  appids,
});

export const fetchJobSchema = z.discriminatedUnion('task', [fetchApps, scanApps, fetchTokens]);
export type FetchJob = z.infer<typeof fetchJobSchema>;
export type FetchTokensJob = z.infer<typeof fetchTokens>;
export type FetchAppsJob = z.infer<typeof fetchApps>;
export type ScanAppsJob = z.infer<typeof scanApps>;

const count = z.int().min(0);

/**
 * The result of a `fetchApps` job: `FetchedApps`, packed by `packWriteJob` and unpacked by `unpackWriteJob`. Every appid of the
 * fetch job is in exactly one of the four lists. The counts show what is in the frame without unpacking it.
 */
const writeApps = z.object({
  version,
  task: z.literal('apps'),
  batchId,
  changeNumber,
  counts: z.object({ records: count, bodies: count, unknown: count, failed: count, unanswered: count }),
  /** A zstd frame in base64. */
  frame: z.string(),
});

/** The result of a `scanApps` job. Ids in neither list are unknown to Steam. */
const writeScan = z.object({
  version,
  task: z.literal('scan'),
  batchId,
  /**
   * [appid, change number, SHA-1] of each id Steam knows. If this session may see only a part of the app, the SHA-1 is null and
   * that of the part follows. Without any SHA-1, both are absent.
   */
  seen: z.array(
    z.tuple([appidSchema, changeNumber, sha1Schema.nullish(), sha1Schema.nullish()], z.unknown()),
  ),
  unanswered: wholeNumbers(0),
});

/** The result of a `fetchTokens` job. Ids in neither list count as denied. */
const writeTokens = z.object({
  version,
  task: z.literal('tokens'),
  batchId,
  granted: z.array(z.tuple([appidSchema, accessTokenSchema])),
  denied: wholeNumbers(0),
});

export const writeJobSchema = z.discriminatedUnion('task', [writeApps, writeScan, writeTokens]);
export type WriteJob = z.infer<typeof writeJobSchema>;
export type WriteTokensJob = z.infer<typeof writeTokens>;
export type WriteAppsJob = z.infer<typeof writeApps>;
export type WriteScanJob = z.infer<typeof writeScan>;

/** One finished attempt at a job of either queue. */
export interface JobAttempt {
  queue: string;
  task: string;
  /** `requeued`: what the work needs is unreachable, and the job waits with its attempts untouched. */
  outcome: 'done' | 'failed' | 'requeued';
  /** 1 for the first. */
  attempt: number;
  durationMs: number;
}

/**
 * Priorities on `pics-fetch`; the number is BullMQ's (1 is first). Live changes go before backlog and backlog before scans,
 * because the app that just changed is the one people look at.
 */
export const PRIORITIES = { live: 1, backlog: 2, scan: 3 } as const;
export type Priority = keyof typeof PRIORITIES;

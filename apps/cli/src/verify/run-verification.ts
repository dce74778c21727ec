import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '@pics/core';
import {
  checkDocuments,
  countDamage,
  countDocuments,
  findScan,
  hasLeader,
  listDocumentDifferences,
  recordDamage,
  startVerification,
  type Database,
  type DocumentDifference,
  type Scan,
} from '@pics/database';
import { assessHealth, followProgress, formatCount, readStatus, type ProgressReport } from '@pics/operations';
import type { Queues } from '@pics/queue';

/** What a verification found. */
export interface FinishedVerification {
  scan: Scan;
  /** The first 1,000 documents that differ or are damaged. */
  differences: DocumentDifference[];
  /** How many are damaged, also of those that Steam no longer shows. */
  damaged: number;
}

export interface VerificationOptions {
  database: Database;
  queues: Queues | undefined;
  /** How many apps to look at, chosen at random; all of them when undefined. */
  sample: number | undefined;
  show: (report: ProgressReport) => void;
  signal: AbortSignal;
}

/** During a deploy another producer leads within seconds. */
const LEADER_TIMEOUT_MS = 10_000;

/** How long the scan may make no progress before the terminal says why: a request behind a long queue takes a few seconds. */
const STALLED_MS = 5_000;

/**
 * Has the running services compare the SHA-1 of the stored documents with Steam's, and meanwhile reads each document and
 * compares it with its own.
 *
 * @returns undefined when the signal was aborted: the comparison with Steam then continues without this process.
 * @throws UserError when there is no document, or nobody leads who would ask Steam.
 */
export async function runVerification(
  options: VerificationOptions,
): Promise<FinishedVerification | undefined> {
  const { database, sample, signal } = options;
  const stored = await countDocuments(database);
  if (stored === 0) {
    throw new UserError(
      'No document is stored. The writer stores them unless DOCUMENTS is off; apps that are stored already get theirs with: pics sync --all.',
    );
  }
  await waitForLeader(database, signal);
  if (signal.aborted) return undefined;
  const { scan, appids } = await startVerification(database, { sample });
  const reading: Reading = { documents: 0, damaged: 0, isDone: false };
  const total = appids?.length ?? stored;
  const stopping = new AbortController();
  const both = AbortSignal.any([signal, stopping.signal]);
  try {
    await Promise.all([
      readDocuments(database, { scanId: scan.id, appids, reading }, both),
      followScan({ ...options, signal: both }, total, reading),
    ]);
  } finally {
    stopping.abort();
  }
  if (signal.aborted) return undefined;
  await countDamage(database, scan.id);
  return {
    scan: await getVerification(database),
    differences: await listDocumentDifferences(database, scan.id),
    damaged: reading.damaged,
  };
}

/** How far this process has read the stored documents. */
interface Reading {
  documents: number;
  damaged: number;
  isDone: boolean;
}

/** Lists the damaged ones page by page: a damaged disk may have very many. */
async function readDocuments(
  database: Database,
  { scanId, appids, reading }: { scanId: number; appids: readonly number[] | undefined; reading: Reading },
  signal: AbortSignal,
): Promise<void> {
  for await (const page of checkDocuments(database, appids)) {
    if (signal.aborted) return;
    await recordDamage(database, scanId, page.damaged);
    reading.documents += page.documents;
    reading.damaged += page.damaged.length;
  }
  reading.isDone = true;
}

async function followScan(
  { database, queues, show, signal }: VerificationOptions,
  total: number,
  reading: Reading,
): Promise<void> {
  let requests = 0;
  let movedAt = Date.now();
  await followProgress({
    read: async () => {
      const scan = await getVerification(database);
      if (scan.requests !== requests) movedAt = Date.now();
      requests = scan.requests;
      const isStalled = scan.finishedAt === null && Date.now() - movedAt > STALLED_MS;
      return { scan, hint: isStalled ? await explainStall(database, queues) : undefined };
    },
    describe: ({ scan, hint }) => describeProgress(scan, reading, total, hint),
    show,
    isOver: ({ scan }) => scan.finishedAt !== null && reading.isDone,
    signal,
  });
}

async function getVerification(database: Database): Promise<Scan> {
  const scan = await findScan(database, 'verify');
  if (!scan) throw new Error('the verification has disappeared from pics_scans');
  return scan;
}

async function waitForLeader(database: Database, signal: AbortSignal): Promise<void> {
  for (const until = Date.now() + LEADER_TIMEOUT_MS; !(await hasLeader(database, 'pics-producer'));) {
    if (signal.aborted) return;
    if (Date.now() > until) {
      throw new UserError(
        'No producer is running on this database, so nobody asks Steam. Start the services, then run this again.',
      );
    }
    await delay(500, undefined, { signal }).catch(() => {});
  }
}

async function explainStall(database: Database, queues: Queues | undefined): Promise<string> {
  const { phase, headline, detail } = assessHealth(await readStatus(database, queues));
  return phase === 'stopped' ? `${headline}. ${detail}` : 'waiting for a response; other work goes first';
}

function describeProgress(
  scan: Scan,
  reading: Reading,
  total: number,
  hint: string | undefined,
): ProgressReport {
  const compared = Math.min(scan.documents, total);
  const read = Math.min(reading.documents, total);
  const counts = [
    `compared ${formatCount(compared)} of ${formatCount(total)} with Steam`,
    `read ${formatCount(read)}`,
  ];
  const found = [
    ...(scan.differing > 0 ? [`${formatCount(scan.differing)} different`] : []),
    ...(reading.damaged > 0 ? [`${formatCount(reading.damaged)} damaged`] : []),
  ];
  return {
    share: (compared + read) / (2 * total),
    spans: [
      ...counts.map((text) => ({ text })),
      ...found.map((text) => ({ text, style: 'bad' }) as const),
      ...(hint === undefined ? [] : [{ text: hint, style: 'warn' } as const]),
    ],
    counts: '',
    facts: {
      compared,
      read,
      total,
      differing: scan.differing,
      damaged: reading.damaged,
      remark: hint ?? null,
    },
  };
}

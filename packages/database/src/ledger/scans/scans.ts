import { sql, type Selectable } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { inTransaction } from '../../connection/in-transaction.ts';
import type { PicsScansTable } from '../../schema.ts';
import { startBacklog } from '../apps/mark-wanted.ts';
import { insertSurvey } from './survey.ts';

export type Scan = Selectable<PicsScansTable>;

export interface ScanOptions {
  /** To find every app there is, to close a gap in the feed, or as a regular check. For `verify` see `startVerification`. */
  reason: Exclude<Scan['reason'], 'verify'>;
  /** Request the ids in the ledger and a few above, instead of every id from 0. */
  knownOnly: boolean;
  /** Restart an unfinished scan of the same reason instead of continuing it. */
  restart?: boolean;
  /** First estimate from a sample how much there is to find; for a scan of mostly unknown ids. */
  survey?: boolean;
}

export interface ScanProgress extends Scan {
  /** The last id to request, as of now; null once it is finished. */
  lastAppid: number | null;
}

/**
 * How far above the highest known id a scan of every id continues. Steam assigns ids in ascending order with holes;
 * SteamDatabase has scanned with this distance for years.
 */
export const DISCOVERY_HEADROOM = 50_000;

/**
 * The same for a scan of known ids, which has to find only the apps of the last hours or days. Their ids are close together, so
 * what is left of the last request suffices: a catalogue of 282,630 apps still takes 57 requests of 5,000.
 */
export const KNOWN_HEADROOM = 1_000;

/**
 * Starts a scan, unless one of the same reason is unfinished, which then continues and is returned. With `restart`, and always
 * for a gap, the unfinished one starts again from the first id: what it has to find may be in the part it has already scanned.
 *
 * When a scan starts, everything wanted so far becomes backlog, so that what the scan finds is not fetched before live changes.
 * A scan that merely continues leaves live changes live.
 */
export async function startScan(
  db: Database,
  { reason, knownOnly, restart = reason === 'gap', survey = false }: ScanOptions,
): Promise<Scan> {
  return inTransaction(db, async (trx) => {
    // Locked first, as by a poll, so that the two never wait for each other.
    await trx.selectFrom('picsState').select('id').forUpdate().execute();
    const started = await trx
      .insertInto('picsScans')
      .values({ reason, knownOnly })
      .onConflict((conflict) => {
        const unfinished = conflict.columns(['reason']).where('finishedAt', 'is', null);
        return restart
          ? unfinished.doUpdateSet({ nextAppid: 0, startedAt: sql<Date>`now()` })
          : unfinished.doNothing();
      })
      .returningAll()
      .executeTakeFirst();
    if (started) await startBacklog(trx);
    if (started && survey) await insertSurvey(trx, started.id);
    return started ?? latestScans(trx).where('reason', '=', reason).executeTakeFirstOrThrow();
  });
}

/** Finds the latest scan of this reason, finished or not. */
export async function findScan(db: Database, reason: Scan['reason']): Promise<Scan | undefined> {
  return latestScans(db).where('reason', '=', reason).executeTakeFirst();
}

/** Finds the oldest scan that is not finished. */
export async function findUnfinishedScan(db: Database): Promise<Scan | undefined> {
  return db
    .selectFrom('picsScans')
    .selectAll()
    .where('finishedAt', 'is', null)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Gets the latest scans, the newest first: discoveries, gaps, sweeps, and verifications. */
export async function getScans(db: Database, limit: number): Promise<ScanProgress[]> {
  const scans = await latestScans(db, limit).execute();
  return Promise.all(
    scans.map(async (scan) => ({
      ...scan,
      lastAppid: scan.finishedAt ? null : await getScanLimit(db, scan),
    })),
  );
}

function latestScans(db: Database, limit = 1) {
  return db.selectFrom('picsScans').selectAll().orderBy('id', 'desc').limit(limit);
}

/**
 * Whether Steam confirmed that the id exists: it was in the feed or a scan, or a response is stored. An id requested by hand is
 * wanted at 0, which does not count: one mistyped id must not make a scan request two billion ids.
 */
export const isConfirmed = sql<boolean>`(wanted_change_number > 0 or stored_change_number is not null)`;

/** Gets the last id that a scan has to request, as of now: it rises while the scan finds higher ids. */
export async function getScanLimit(
  db: Database,
  { reason, knownOnly }: Pick<Scan, 'reason' | 'knownOnly'>,
): Promise<number> {
  if (reason === 'verify') return getHighestDocument(db);
  const highest = await db
    .selectFrom('picsAppLedger')
    .select('id')
    .where(isConfirmed)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (highest?.id ?? 0) + (knownOnly ? KNOWN_HEADROOM : DISCOVERY_HEADROOM);
}

/** The highest id that has a document; -1 when none has. */
async function getHighestDocument(db: Database): Promise<number> {
  const { highest } = await db
    .selectFrom('appDocuments')
    .select(({ fn }) => fn.max('appid').as('highest'))
    .executeTakeFirstOrThrow();
  return highest ?? -1;
}

/** The counters that the requests of a scan increase. */
const COUNTERS = [
  'requests',
  'seen',
  'marked',
  'unchanged',
  'gone',
  'unanswered',
  'documents',
  'verified',
  'differing',
] as const;

/** Locks a scan for the rest of the transaction: the process that settles its last request sees all others settled. */
export async function lockScan(db: Database, scanId: number): Promise<void> {
  await db.selectFrom('picsScans').select('id').where('id', '=', scanId).forUpdate().execute();
}

/** Adds to the counters of a scan. */
export async function addToScan(
  db: Database,
  scanId: number,
  added: Partial<Pick<Scan, (typeof COUNTERS)[number]>>,
): Promise<void> {
  await db
    .updateTable('picsScans')
    .set((expression) =>
      Object.fromEntries(COUNTERS.map((name) => [name, expression(name, '+', added[name] ?? 0)])),
    )
    .where('id', '=', scanId)
    .execute();
}

/** Finishes a scan if it has no open request and has requested every id up to its limit. The caller has locked the scan. */
export async function finishScan(db: Database, scanId: number): Promise<void> {
  const scan = await db
    .selectFrom('picsScans')
    .select(['reason', 'knownOnly', 'nextAppid'])
    .where('id', '=', scanId)
    .executeTakeFirstOrThrow();
  if (scan.nextAppid <= (await getScanLimit(db, scan))) return;
  await db
    .updateTable('picsScans')
    .set({ finishedAt: sql`coalesce(finished_at, now())` })
    .where('id', '=', scanId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('picsScanRequests')
            .select('picsScanRequests.id')
            .where('scanId', '=', scanId)
            .where('settledAt', 'is', null),
        ),
      ),
    )
    .execute();
}

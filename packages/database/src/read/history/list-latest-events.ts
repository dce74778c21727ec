import type { Changes } from '@pics/core';
import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { changed, narrowTo } from './changed-field.ts';
import type { AppEvent } from './list-events.ts';

/** Where an event is among all events, which are ordered by transaction and then by id. */
export interface EventPosition {
  /** Text, because transaction ids are 64-bit. */
  transactionId: string;
  id: number;
}

/** A change of any app. */
export interface LatestEvent extends AppEvent, EventPosition {
  appid: number;
  /** Its name now; null while none is stored. */
  name: string | null;
}

export interface LatestEventSelection {
  type?: AppEvent['type'] | undefined;
  /** Only those that changed this field, and of their changes only it: one of `isChangeField`. */
  field?: string | undefined;
  /** Only those before this position: that of the last event of the page before. */
  before?: EventPosition | undefined;
  /** Only those that the last call could not see yet: its `seenBefore`. */
  from?: string | undefined;
  limit: number;
}

/**
 * The latest events of all apps, the newest first, as far as no transaction can still add one in front of them: ids are in no
 * order of commits. So a reader that continues from `seenBefore` misses no event and gets none twice, and so does one that
 * pages back by position.
 *
 * A transaction that stays open on the server delays what is written after it began, in other databases of the server too.
 *
 * @returns events, and the transaction before which all have now been seen.
 */
export async function listLatestEvents(
  db: Database,
  { type, field, before, from, limit }: LatestEventSelection,
): Promise<{ events: LatestEvent[]; seenBefore: string }> {
  // In a statement before, so that the plan has a constant and what it saw is committed for the next.
  const seenBefore = await findOldestOpenTransaction(db);
  if (from === seenBefore) return { events: [], seenBefore };
  let events = db
    .selectFrom('picsEvents as event')
    .leftJoin('apps as app', 'app.appid', 'event.subjectId')
    .select(['event.transactionId', 'event.id', 'event.at', 'event.changeNumber', 'event.type'])
    .select(['event.subjectId as appid', 'app.name'])
    .select((eb) => eb.ref('event.changes').$castTo<Changes>().as('changes'))
    .where('event.kind', '=', 'app')
    .where('event.transactionId', '<', seenBefore)
    .orderBy('event.transactionId', 'desc')
    .orderBy('event.id', 'desc')
    .limit(limit);
  if (type) events = events.where('event.type', '=', type);
  if (field !== undefined) events = events.where(changed(field));
  if (from !== undefined) events = events.where('event.transactionId', '>=', from);
  if (before) {
    events = events.where(
      sql<boolean>`(event.transaction_id, event.id) < (${before.transactionId}::xid8, ${before.id}::bigint)`,
    );
  }
  const found = await events.execute();
  return {
    events:
      field === undefined
        ? found
        : found.map((event) => ({ ...event, changes: narrowTo(event.changes, field) })),
    seenBefore,
  };
}

/** All transactions before it have ended. */
async function findOldestOpenTransaction(db: Database): Promise<string> {
  const { rows } = await sql<{ oldest: string }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as oldest
  `.execute(db);
  return rows[0]?.oldest ?? '0';
}

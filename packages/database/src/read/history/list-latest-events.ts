import type { Changes } from '@pics/core';
import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { changed, narrowTo } from './changed-field.ts';
import type { AppEvent } from './list-events.ts';

/** The position of an event among all events, which are ordered by transaction and then by id. */
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
  /** Only those that changed this field (see `isChangeField`), without the changes of other fields. */
  field?: string | undefined;
  /** Only those before this position: that of the last event of the page before. */
  before?: EventPosition | undefined;
  /** Only those that the last call could not return yet: its `seenBefore`. */
  from?: string | undefined;
  limit: number;
}

/**
 * Lists the latest events of all apps, the newest first. Ids are not in the order of commits, so events are left out while an
 * older transaction is open that may still add some before them. A reader that continues from `seenBefore`, or pages back by
 * position, therefore gets each event exactly once.
 *
 * A transaction that stays open, in any database of the server, delays all events written after it began.
 *
 * @returns the events, and the transaction before which all events have now been seen.
 */
export async function listLatestEvents(
  db: Database,
  { type, field, before, from, limit }: LatestEventSelection,
): Promise<{ events: LatestEvent[]; seenBefore: string }> {
  // In a separate statement before, so that the next sees what is committed by then, and its plan has a constant.
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

/** Finds the oldest open transaction: all before it have ended. */
async function findOldestOpenTransaction(db: Database): Promise<string> {
  const { rows } = await sql<{ oldest: string }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as oldest
  `.execute(db);
  return rows[0]?.oldest ?? '0';
}

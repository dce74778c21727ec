import type { Changes } from '@pics/core';
import type { Selectable } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import type { Schema } from '../../schema.ts';
import { changed, narrowTo } from './changed-field.ts';

type EventsTable = Selectable<Schema['picsEvents']>;

/** A recorded change of an app. */
export interface AppEvent extends Pick<EventsTable, 'id' | 'at' | 'changeNumber' | 'type'> {
  changes: Changes;
}

export interface EventSelection {
  /** Only those written since. */
  since?: Date | undefined;
  /**
   * Only those that changed this field, without the changes of other fields: a column of `apps`, `tags` and other sets, `deck`,
   * `languages` or `languages.english`, `branches` or `branches.beta`.
   */
  field?: string | undefined;
  /** Only those before the event with this id: the last one of the page before. */
  before?: number | undefined;
  /** Only those of this change number and older ones. */
  upTo?: number | undefined;
  limit: number;
}

/**
 * Lists the events of an app, the newest first. Their ids are in the order of the writes, because each write locks the app in
 * the ledger.
 */
export async function listEvents(
  db: Database,
  appid: number,
  { since, field, before, upTo, limit }: EventSelection,
): Promise<AppEvent[]> {
  let events = db
    .selectFrom('picsEvents')
    .select(['id', 'at', 'changeNumber', 'type'])
    .select((eb) => eb.ref('changes').$castTo<Changes>().as('changes'))
    .where('kind', '=', 'app')
    .where('subjectId', '=', appid)
    .orderBy('id', 'desc')
    .limit(limit);
  if (since) events = events.where('at', '>=', since);
  if (before !== undefined) events = events.where('id', '<', before);
  if (upTo !== undefined) events = events.where('changeNumber', '<=', upTo);
  if (field === undefined) return events.execute();
  const found = await events.where(changed(field)).execute();
  return found.map((event) => ({ ...event, changes: narrowTo(event.changes, field) }));
}

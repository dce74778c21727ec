import { describeChanges, type ChangeInWords } from '@pics/appinfo';
import { findNames, type AppEvent, type Database } from '@pics/database';

/** An event with its changes in words. */
export type DescribedEvent<Event extends AppEvent = AppEvent> = Event & { inWords: ChangeInWords[] };

/** Adds to each event its changes in words, with the names of tags, genres, categories and DLC. */
export async function describeEvents<Event extends AppEvent>(
  database: Database,
  events: readonly Event[],
): Promise<DescribedEvent<Event>[]> {
  const nameOf = await findNames(
    database,
    events.map(({ changes }) => changes),
  );
  return events.map((event) => ({ ...event, inWords: describeChanges(event.changes, nameOf) }));
}

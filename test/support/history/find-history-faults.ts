import { isDeepStrictEqual } from 'node:util';
import type { AppRecord } from '@pics/core';
import { findVersion, type Database } from '@pics/database';
import { sql } from 'kysely';
import { expectedHistory, type ExpectedEvent } from './expected-history.ts';
import { openTexts, type OpenedText } from './open-texts.ts';
import { readStoredStates, type StoredState } from './stored-states.ts';

/** An event as it is stored. */
interface StoredEvent {
  appid: number;
  transactionId: string;
  type: string;
  changes: Record<string, unknown>;
}

/**
 * Compares the stored history with the states that `recordStoredStates` recorded, and returns a description of each difference:
 * a text that cannot be restored, an event that is missing, invented or doubled, branches and builds that are in no text.
 *
 * @param wasSent whether Steam ever sent the text with this SHA-1; a late text is stored without ever having been current.
 */
export async function findHistoryFaults(
  database: Database,
  wasSent: (appid: number, sha1: string) => boolean,
): Promise<string[]> {
  const faults: string[] = [];
  const states = await readStoredStates(database);
  const texts = Map.groupBy(await openTexts(database, faults), ({ appid }) => appid);
  const events = Map.groupBy(await readEvents(database), ({ appid }) => appid);
  const branches = await readBranches(database);
  const byApp = Map.groupBy(states, ({ appid }) => appid);
  for (const appid of new Set([...byApp.keys(), ...texts.keys(), ...events.keys()])) {
    const stored = byApp.get(appid) ?? [];
    const opened = texts.get(appid) ?? [];
    const expected = expectedHistory(stored);
    faults.push(
      ...(await findMisread(database, opened)),
      ...findLostTexts(stored, opened),
      ...opened
        .filter(({ sha1 }) => !wasSent(appid, sha1))
        .map(({ changeNumber }) => `app ${appid} has a text at ${changeNumber} that Steam never sent`),
      ...compareEvents(appid, events.get(appid) ?? [], expected.events),
    );
    const found = branches.get(appid);
    if (!isDeepStrictEqual(found?.branches ?? [], branchesOf(expected.record)))
      faults.push(`app ${appid} has the branches ${JSON.stringify(found?.branches)}`);
    if (!isDeepStrictEqual(new Set(found?.builds), expected.builds))
      faults.push(
        `app ${appid} has the builds ${JSON.stringify(found?.builds)}, not ${JSON.stringify([...expected.builds])}`,
      );
  }
  return faults;
}

/** Every text that was once stored must be found at its number, or in the range of numbers of the same text. */
function findLostTexts(states: readonly StoredState[], texts: readonly OpenedText[]): string[] {
  return states
    .filter(
      ({ text, changeNumber, sha1 }) =>
        text &&
        changeNumber !== null &&
        !texts.some(
          (one) =>
            one.sha1 === sha1 &&
            one.changeNumber <= changeNumber &&
            (one.part !== null || changeNumber <= one.lastChangeNumber),
        ),
    )
    .map(({ appid, changeNumber }) => `the text of app ${appid} at ${changeNumber} is lost`);
}

/** Readers must get each text at the number at which it was first seen, unless others were seen at that number too. */
async function findMisread(database: Database, texts: readonly OpenedText[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { appid, changeNumber, sha1 } of texts) {
    if (texts.some((one) => one.sha1 !== sha1 && isSeenAt(one, changeNumber))) continue;
    const read = await findVersion(database, appid, changeNumber).catch(String);
    if (typeof read === 'string' || read?.sha1 !== sha1)
      faults.push(`app ${appid} at ${changeNumber} is read as ${JSON.stringify(read)}, not ${sha1}`);
  }
  return faults;
}

const isSeenAt = ({ changeNumber, lastChangeNumber }: OpenedText, at: number) =>
  changeNumber <= at && at <= lastChangeNumber;

function compareEvents(
  appid: number,
  events: readonly StoredEvent[],
  expected: readonly ExpectedEvent[],
): string[] {
  const remaining = Map.groupBy(events, ({ transactionId }) => transactionId);
  const faults: string[] = [];
  for (const { transactionId, type, changes, isOptional } of expected) {
    const found = remaining.get(transactionId) ?? [];
    remaining.delete(transactionId);
    if (found.length === 0 && isOptional) continue;
    const wanted = { type, changes: JSON.parse(JSON.stringify(changes)) as unknown };
    const actual = found.map((event) => ({ type: event.type, changes: event.changes }));
    if (!isDeepStrictEqual(actual, [wanted]))
      faults.push(`app ${appid} has the events ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
  }
  const invented = [...remaining.values()].flat();
  return [
    ...faults,
    ...invented.map((event) => `app ${appid} has an event without a change: ${JSON.stringify(event)}`),
  ];
}

async function readEvents(database: Database): Promise<StoredEvent[]> {
  const { rows } = await sql<StoredEvent>`
    select subject_id as appid, transaction_id::text, type, changes from pics_events where kind = 'app' order by id
  `.execute(database);
  return rows;
}

type BranchState = [
  branch: string,
  buildId: string | null,
  timeUpdated: number | null,
  password: boolean | null,
  description: string | null,
];

async function readBranches(database: Database) {
  const { rows } = await sql<{ appid: number; branches: BranchState[]; builds: string[] }>`
    select appid,
      array(
        select jsonb_build_array(branch, build_id, extract(epoch from time_updated)::bigint, is_password_required, description)
        from app_branches where app_branches.appid = apps.appid order by branch collate "C"
      ) as branches,
      array(select branch || ' ' || build_id from app_builds where app_builds.appid = apps.appid) as builds
    from apps
  `.execute(database);
  return new Map(rows.map((row) => [row.appid, row]));
}

function branchesOf(record: AppRecord | undefined): BranchState[] {
  const branches = record?.depots?.branches ?? [];
  return branches
    .map((branch): BranchState => [
      branch.name,
      branch.buildId,
      branch.timeUpdated,
      branch.isPasswordRequired,
      branch.description,
    ])
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

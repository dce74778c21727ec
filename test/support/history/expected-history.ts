import type { AppRecord, Changes } from '@pics/core';
import { naiveDiff } from '../../../packages/appinfo/src/changes/testing/naive-diff.ts';
import { naiveExtractApp } from '../../../packages/appinfo/src/extract/testing/naive-extract-app.ts';
import type { StoredState } from './stored-states.ts';

/** An event that there must be, or, while the first fill ends, may be. */
export interface ExpectedEvent {
  transactionId: string;
  type: string;
  changes: Changes;
  isOptional: boolean;
}

/** The history that an app must have. */
export interface ExpectedHistory {
  events: ExpectedEvent[];
  /** Every branch with its build, as `BRANCH BUILD`. */
  builds: Set<string>;
  /** The record as all responses made it. */
  record: AppRecord | undefined;
}

/**
 * Derives the history of an app from the states in which it was stored. It implements the rules of events a second time, on top
 * of second implementations of extraction and comparison.
 */
export function expectedHistory(states: readonly StoredState[]): ExpectedHistory {
  const history: ExpectedHistory = { events: [], builds: new Set(), record: undefined };
  let access: string | null = null;
  let full: AppRecord | undefined;
  for (const [transactionId, written] of Map.groupBy(states, (state) => state.transactionId)) {
    const next: string | null = written.findLast((state) => state.access !== null)?.access ?? access;
    const text = written.find((state) => state.text);
    const lostPublicPart = written.some(({ part, text }) => part === 'public' && !text);
    const record: AppRecord | undefined = text ? extract(text) : lostPublicPart ? full : undefined;
    if (text?.part === 'full') full = record;

    const changes: Changes = record && history.record ? naiveDiff(history.record, record) : {};
    delete changes['pics_access'];
    const of = (type: string, all: Changes, isOptional = false) =>
      history.events.push({ transactionId, type, changes: all, isOptional });
    const both: Changes = next === access ? changes : { pics_access: { old: access, new: next }, ...changes };
    if (access === null) {
      // Texts are written before the event and the rows after it: in between the first fill may end.
      const isKnown = written[0]?.part != null && written[0].isFilled;
      of('app.added', record ? nameAndType(record) : {}, !isKnown);
    } else if (next === 'removed' && access !== 'removed') {
      of('app.removed', both);
    } else if (Object.keys(both).length > 0) {
      of(
        access === 'removed' ? 'app.restored' : hasOnlyBuilds(both) ? 'build.published' : 'app.changed',
        both,
      );
    }
    access = next;
    if (!record) continue;
    history.record = { ...history.record, ...record };
    for (const { name, buildId } of record.depots?.branches ?? []) {
      if (buildId !== null) history.builds.add(`${name} ${buildId}`);
    }
  }
  return history;
}

function extract({ appid, changeNumber, part, text }: StoredState): AppRecord {
  return naiveExtractApp({
    appid,
    changeNumber: changeNumber ?? 0,
    missingToken: part === 'public',
    body: text ?? Buffer.alloc(0),
  });
}

function nameAndType({ common }: AppRecord): Changes {
  return {
    ...(common?.name && { name: { old: null, new: common.name } }),
    ...(common?.type && { type: { old: null, new: common.type } }),
  };
}

const OF_BUILDS = /^(branches\..*|current_build_id|last_content_update)$/s;

function hasOnlyBuilds(changes: Changes): boolean {
  const builds = Object.values(changes).filter((change) => {
    const { old, new: next } = change as { old?: { build_id?: unknown }; new?: { build_id?: unknown } };
    return typeof next?.build_id === 'string' && next.build_id !== old?.build_id;
  });
  return builds.length > 0 && Object.keys(changes).every((field) => OF_BUILDS.test(field));
}

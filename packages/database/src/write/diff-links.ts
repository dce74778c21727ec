import type { AppRecord } from '@pics/core';
import { LINK_FAMILIES, type LinkFamily, type Links } from './link-families.ts';
import { formatLinks, parseLinks, type StoredLinks } from './stored-links.ts';
import type { NameIds } from './names.ts';

/** Rows of a table of links, column by column: they are many, and this is how they travel. */
export class LinkRows {
  readonly appids: number[] = [];
  readonly ids: number[] = [];
  readonly extras: number[] = [];

  get length(): number {
    return this.appids.length;
  }

  add(appid: number, id: number, extra: number | undefined): void {
    this.appids.push(appid);
    this.ids.push(id);
    if (extra !== undefined) this.extras.push(extra);
  }
}

/** What has to change in one family so that the tables say what the records say. */
export interface LinkChanges {
  family: LinkFamily;
  added: LinkRows;
  changed: LinkRows;
  gone: LinkRows;
  /** How many rows are as they should be. */
  unchanged: number;
}

/** Compares the links of records with those that are stored, family by family. */
export function diffLinks(
  records: readonly AppRecord[],
  stored: ReadonlyMap<number, StoredLinks>,
  names: NameIds,
): LinkChanges[] {
  return LINK_FAMILIES.map((family, index) => {
    const changes: LinkChanges = {
      family,
      added: new LinkRows(),
      changed: new LinkRows(),
      gone: new LinkRows(),
      unchanged: 0,
    };
    for (const record of records) {
      const next = family.linksOf(record, names);
      if (!next) continue;
      const before = stored.get(record.appid)?.[index];
      if (before === undefined) addAll(changes, record.appid, next);
      // Most apps are as they were: comparing two texts finds that out without taking them apart.
      else if (before === formatLinks(next)) changes.unchanged += next.ids.length;
      else diffApp(changes, record.appid, parseLinks(family, before), next);
    }
    return changes;
  });
}

function addAll({ added }: LinkChanges, appid: number, { ids, extras }: Links): void {
  for (const [index, id] of ids.entries()) added.add(appid, id, extras?.[index]);
}

function diffApp(
  changes: LinkChanges,
  appid: number,
  before: ReadonlyMap<number, number | undefined>,
  { ids, extras }: Links,
): void {
  for (const [index, id] of ids.entries()) {
    const extra = extras?.[index];
    if (!before.has(id)) changes.added.add(appid, id, extra);
    else if (before.get(id) !== extra) changes.changed.add(appid, id, extra);
    else changes.unchanged += 1;
  }
  const after = new Set(ids);
  for (const id of before.keys()) {
    if (!after.has(id)) changes.gone.add(appid, id, undefined);
  }
}

import type { AppRecord } from '@pics/core';
import { LINK_FAMILIES, type Link, type LinkFamily } from './link-families.ts';
import { formatLinks, parseLinks, type StoredLinks } from './read-links.ts';
import type { NameIds } from './resolve-names.ts';

/** One row of a table of links. */
export interface LinkRow {
  appid: number;
  id: number;
  extra: number | null;
}

/** What has to change in one family so that the tables say what the records say. */
export interface LinkChanges {
  family: LinkFamily;
  added: LinkRow[];
  changed: LinkRow[];
  gone: LinkRow[];
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
    const changes: LinkChanges = { family, added: [], changed: [], gone: [], unchanged: 0 };
    for (const record of records) {
      const next = family.linksOf(record, names);
      const before = stored.get(record.appid)?.[index] ?? '{}';
      if (!next) continue;
      // Most apps are as they were: comparing two texts finds that out without taking them apart.
      if (before === formatLinks(family, next)) changes.unchanged += next.length;
      else diffApp(changes, record.appid, before, next);
    }
    return changes;
  });
}

function diffApp(changes: LinkChanges, appid: number, stored: string, next: readonly Link[]): void {
  const { family, added, changed, gone } = changes;
  const before = new Map(parseLinks(family, stored));
  const after = new Map(next);
  for (const [id, extra] of after) {
    if (!before.has(id)) added.push({ appid, id, extra });
    else if (before.get(id) !== extra) changed.push({ appid, id, extra });
    else changes.unchanged += 1;
  }
  for (const [id, extra] of before) {
    if (!after.has(id)) gone.push({ appid, id, extra });
  }
}

import { sql, type Transaction } from 'kysely';
import { wasInserted } from '../connection/unnest.ts';
import type { Schema } from '../schema.ts';
import { countUpserted, type RowCounts } from './row-changes.ts';

/** The sections of a text to store, by key, as JSON that jsonb accepts. */
export type ToSections = (text: Uint8Array) => ReadonlyMap<string, string>;

/** The sections of one app to store, from its full text or from the text that Steam sends without a token. */
export interface AppSections {
  appid: number;
  part: 'full' | 'public';
  sections: ReadonlyMap<string, string>;
}

/**
 * Stores these sections: those of a full text replace all sections of the app, those of a public one only their own.
 * Unchanged sections are not written.
 */
export async function writeSections(
  trx: Transaction<Schema>,
  apps: readonly AppSections[],
): Promise<RowCounts> {
  if (apps.length === 0) return countUpserted([], { compared: 0 });
  const sections = apps.flatMap((app) =>
    Array.from(app.sections, ([section, data]) => ({ appid: app.appid, section, data })),
  );
  // The query builder would encode these texts, which are JSON already, as JSON once more.
  const next = sql`unnest(
    ${sections.map(({ appid }) => appid)}::integer[],
    ${sections.map(({ section }) => section)}::text[],
    ${sections.map(({ data }) => data)}::jsonb[]
  ) as next (appid, section, data)`;
  const full = apps.filter(({ part }) => part === 'full').map(({ appid }) => appid);
  const { numAffectedRows: removed } = await sql`
    delete from app_sections
    where appid = any (${full}::integer[]) and (appid, section) not in (select appid, section from ${next})
  `.execute(trx);
  if (sections.length === 0) return countUpserted([], { compared: 0, removed: Number(removed) });
  const { rows } = await sql<{ isNew: boolean }>`
    insert into app_sections (appid, section, data)
    select appid, section, data from ${next}
    on conflict (appid, section) do update set data = excluded.data
    where app_sections.data is distinct from excluded.data
    returning ${wasInserted} as is_new
  `.execute(trx);
  return countUpserted(rows, { compared: sections.length, removed: Number(removed) });
}

/** Deletes the sections of these apps except those with these names, and returns how many. */
export async function deleteOtherSections(
  trx: Transaction<Schema>,
  appids: readonly number[],
  names: readonly string[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from app_sections where appid = any (${appids}::integer[]) and section <> all (${names}::text[])
  `.execute(trx);
  return Number(numAffectedRows);
}

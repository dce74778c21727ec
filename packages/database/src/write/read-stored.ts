import type { AppRecord } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { selectNames, type NamedRow, type NameIds, type Names } from './names.ts';
import { selectLinks, splitLinks, type StoredLinks } from './stored-links.ts';

/** What the tables hold already. */
export interface Stored {
  /** The links of the apps that are stored, by appid. */
  links: Map<number, StoredLinks>;
  /** The ids of the names that have one. */
  ids: NameIds;
}

interface AppRow {
  kind: 'apps';
  id: number;
  text: string;
}

/** Reads what the tables hold of these apps and names, all of it in one round trip. */
export async function readStored(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  names: Names,
): Promise<Stored> {
  const selects = [selectLinks(records.map(({ appid }) => appid)), ...selectNames(names)];
  const { rows } = await sql<AppRow | NamedRow>`${sql.join(selects, sql` union all `)}`.execute(trx);
  const links = new Map<number, StoredLinks>();
  const ids: NameIds = { franchises: new Map(), developers: new Map(), publishers: new Map() };
  for (const { kind, id, text } of rows) {
    if (kind === 'apps') links.set(id, splitLinks(text));
    else ids[kind].set(text, id);
  }
  return { links, ids };
}

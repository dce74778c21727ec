import type { Transaction } from 'kysely';
import { PreparedStatement } from '../prepared-statement.ts';
import type { Schema } from '../schema.ts';
import { byNameTable, selectNames, type NamedRow, type NameIds, type Names } from './names.ts';
import { selectLinks, splitLinks, type StoredLinks } from './stored-links.ts';

/** What the tables hold already. */
export interface Stored {
  /** The links of the apps that are stored, by appid. */
  links: Map<number, StoredLinks>;
  /** The ids of the names that have one. */
  ids: NameIds;
}

interface Wanted {
  appids: readonly number[];
  names: Names;
}

interface AppRow {
  kind: 'apps';
  id: number;
  text: string;
}

const statement = new PreparedStatement<Wanted, AppRow | NamedRow>('read_stored', (bind) =>
  [selectLinks(bind, ({ appids }) => appids), selectNames(bind, ({ names }) => names)].join(' union all '),
);

/** Reads what the tables hold of these apps and names, all of it in one round trip. */
export async function readStored(trx: Transaction<Schema>, wanted: Wanted): Promise<Stored> {
  const links = new Map<number, StoredLinks>();
  const ids: NameIds = byNameTable(() => new Map());
  if (wanted.appids.length === 0) return { links, ids };
  for (const { kind, id, text } of await statement.execute(trx, wanted)) {
    if (kind === 'apps') links.set(id, splitLinks(text));
    else ids[kind].set(text, id);
  }
  return { links, ids };
}

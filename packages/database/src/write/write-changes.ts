import type { Transaction } from 'kysely';
import { PreparedStatement } from '../prepared-statement.ts';
import type { Schema } from '../schema.ts';
import { appParts } from './app-parts.ts';
import type { Changes } from './changes.ts';
import { deckParts } from './deck-parts.ts';
import { PARENT_PARTS, parentParts } from './foreign-keys.ts';
import { LINK_FAMILIES } from './link-families.ts';
import { linkParts } from './link-parts.ts';
import { settleParts } from './settle-parts.ts';

/** Parts whose rows only Postgres knows the number of: all others are told by what they were made of. */
const COUNTED = [
  'changed',
  'removed',
  'deck_added',
  'deck_changed',
  'deck_gone',
  ...LINK_FAMILIES.flatMap(({ parent }) => (parent?.takesAnyId ? [`${parent.table}_added`] : [])),
  ...PARENT_PARTS,
];

/** How many rows these parts touched, by name. */
export type PartCounts = ReadonlyMap<string, number>;

/**
 * All parts in one statement, the same for every write, empty parts included: what Postgres does for an empty part is
 * little beside making another plan. The parts touch different rows, so their order does not matter; where Postgres checks
 * foreign keys, it does so when all of them are done.
 */
const statement = new PreparedStatement<Changes, { counts: number[] }>('write', (bind) => {
  const parts = {
    ...linkParts(bind),
    ...deckParts(bind),
    ...appParts(bind),
    ...settleParts(bind),
    ...parentParts(bind),
  };
  const expressions = Object.entries(parts).map(([name, part]) => `${name} as (${part})`);
  const counts = COUNTED.map((name) => `(select count(*) from ${name})`);
  return `with ${expressions.join(', ')} select array[${counts.join(', ')}]::integer[] as counts`;
});

/** Makes these changes and returns how many rows that touched, where the changes do not say it themselves. */
export async function writeChanges(trx: Transaction<Schema>, changes: Changes): Promise<PartCounts> {
  const [row] = await statement.execute(trx, changes);
  return new Map(COUNTED.map((name, index) => [name, row?.counts[index] ?? 0]));
}

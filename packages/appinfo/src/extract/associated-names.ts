import type { Common } from './app-info.ts';
import { toText } from './column-values.ts';
import { ExtractionError } from './extraction-error.ts';
import { inOrder } from './in-order.ts';

export type AssociationType = 'developer' | 'publisher' | 'franchise';

/**
 * These names are UNIQUE in their tables, and an entry of a btree on Postgres' pages of 8 kB holds at most 2,704 bytes,
 * 12 of which are its own. Recorded names reach 137 bytes.
 */
const MAX_NAME_BYTES = 2_692;

/**
 * The names that `common.associations.{n} {type, name}` holds of one type: in Steam's order, trimmed, without repeats
 * and without empty ones.
 *
 * @throws ExtractionError when a name is too long for the index on it.
 */
export function associatedNames(type: AssociationType, associations: Common['associations']): string[] {
  const names: string[] = [];
  for (const association of inOrder(associations)) {
    if (association.type?.toLowerCase() !== type) continue;
    const name = toName(association.name, type);
    if (name !== null && !names.includes(name)) names.push(name);
  }
  return names;
}

/** One name of a developer, publisher or franchise, trimmed; null when it is empty. */
export function toName(value: string | undefined, type: AssociationType): string | null {
  const name = toText(value, `${type} name`);
  if (name !== null && name.length * 3 > MAX_NAME_BYTES) {
    const bytes = Buffer.byteLength(name);
    if (bytes > MAX_NAME_BYTES) {
      throw new ExtractionError(`${type} name of ${bytes} bytes (at most ${MAX_NAME_BYTES})`);
    }
  }
  return name;
}

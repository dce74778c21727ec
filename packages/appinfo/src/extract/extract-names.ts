import type { AppInfo, Common } from './app-info.ts';
import { ExtractionError, toText } from './column-values.ts';
import { inOrder } from './numbered-lists.ts';

type NameType = 'developer' | 'publisher' | 'franchise';

/**
 * These names are UNIQUE in their tables, and an entry of a btree on Postgres' pages of 8 kB holds at most 2,704 bytes,
 * 12 of which are overhead. Recorded names reach 137 bytes.
 */
const MAX_NAME_BYTES = 2_692;

/**
 * Developers or publishers: `common.associations` of that type; when there are none, `extended.developer` or
 * `extended.publisher`. Undefined for a restricted body without `extended`: it may leave them out, and stored ones must be kept.
 *
 * @throws ExtractionError when a name is too long for the index on it.
 */
export function extractCompanies(
  type: Exclude<NameType, 'franchise'>,
  { common, extended }: Partial<AppInfo>,
  restricted: boolean,
): string[] | undefined {
  const associated = extractAssociated(type, common?.associations);
  if (associated.length > 0) return associated;
  if (restricted && !extended) return undefined;
  const name = toName(extended?.[type], type);
  return name === null ? [] : [name];
}

/**
 * The names of one type in `common.associations.{n} {type, name}`: in Steam's order, trimmed, without repeats and
 * without empty ones.
 *
 * @throws ExtractionError when a name is too long for the index on it.
 */
export function extractAssociated(type: NameType, associations: Common['associations']): string[] {
  const names: string[] = [];
  for (const association of inOrder(associations)) {
    if (association.type?.toLowerCase() !== type) continue;
    const name = toName(association.name, type);
    if (name !== null && !names.includes(name)) names.push(name);
  }
  return names;
}

function toName(value: string | undefined, type: NameType): string | null {
  const name = toText(value, `${type} name`);
  const bytes = name === null ? 0 : Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES) {
    throw new ExtractionError(`${type} name of ${bytes} bytes (at most ${MAX_NAME_BYTES})`);
  }
  return name;
}

import { sql, type Transaction } from 'kysely';
import { unnest } from '../../connection/unnest.ts';
import { encodeDocument } from '../../documents/encode-document.ts';
import type { StoredDocument } from '../../documents/find-documents.ts';
import type { Schema } from '../../schema.ts';
import { insertInPlace, type Bases } from './insert-in-place.ts';

/** Every so many texts of an app one is stored whole, so that opening the oldest takes no more than so many steps. */
const WHOLE_EVERY = 64;

/** A text that is no longer the document of its app. */
export interface ReplacedText {
  document: StoredDocument;
  bytes: Uint8Array;
  /** The number at which it was last seen. */
  lastChangeNumber: number;
  /** The document that the newest of the older texts is a delta of: so far, and from now on. */
  base: Bases;
}

/**
 * Stores texts that were replaced: each as a delta of the text that replaces it, every 64th whole.
 *
 * A text is the newest of the older ones of its app, unless one of a higher number came late, or it is a public part beside a
 * full text; see `insertInPlace`.
 *
 * @param replaced those of one app one after the other.
 * @returns how many were stored.
 */
export async function writeVersions(
  trx: Transaction<Schema>,
  replaced: readonly ReplacedText[],
): Promise<number> {
  if (replaced.length === 0) return 0;
  const places = await findPlaces(trx, replaced);
  const alone = Map.groupBy(replaced, ({ document }) => document.appid);
  const isNewest = ({ document, bytes, base }: ReplacedText) =>
    base.before === bytes &&
    alone.get(document.appid)?.length === 1 &&
    !places.get(document.appid)?.isFollowed;
  const newest = replaced.filter(isNewest);
  const rows = newest.map(({ document, bytes, lastChangeNumber, base }) => {
    const { deltas = 0, variant = 0 } = places.get(document.appid) ?? {};
    const isWhole = deltas >= WHOLE_EVERY - 1;
    return {
      appid: document.appid,
      changeNumber: document.changeNumber,
      lastChangeNumber,
      variant,
      seenAt: document.fetchedAt,
      size: document.size,
      encoding: isWhole ? 'zstd' : 'zstd-delta',
      sha1: Buffer.from(document.sha1, 'hex'),
      // What is stored of the document is the whole text, compressed.
      body: isWhole ? document.body : encodeDocument(bytes, base.after),
    };
  });
  if (rows.length > 0) {
    await trx
      .insertInto('appVersions')
      .columns([...COLUMNS])
      .expression(
        trx
          .selectFrom(unnest(rows, TYPES))
          // Kysely knows the words that the column takes, and not that these rows hold no others.
          .select(COLUMNS.map((column) => sql.ref<never>(`next.${column}`).as(column)))
          .orderBy('appid'),
      )
      .execute();
  }
  let stored = rows.length;
  for (const one of replaced.filter((text) => !isNewest(text))) {
    const { document, bytes, lastChangeNumber, base } = one;
    const version = { ...document, lastChangeNumber, seenAt: document.fetchedAt, bytes };
    if (await insertInPlace(trx, version, base)) stored += 1;
  }
  return stored;
}

const TYPES = {
  appid: 'integer',
  changeNumber: 'bigint',
  lastChangeNumber: 'bigint',
  variant: 'smallint',
  seenAt: 'timestamptz',
  size: 'integer',
  encoding: 'text',
  sha1: 'bytea',
  body: 'bytea',
} as const;
const COLUMNS = Object.keys(TYPES) as (keyof typeof TYPES)[];

interface Place {
  appid: number;
  /** How many of the 63 texts before it are deltas. */
  deltas: number;
  variant: number;
  /** Whether there is a text of a higher number, which came late. */
  isFollowed: boolean;
}

async function findPlaces(
  trx: Transaction<Schema>,
  replaced: readonly ReplacedText[],
): Promise<Map<number, Place>> {
  const documents = replaced.map(({ document }) => document);
  const { rows } = await sql<Place>`
    select next.appid, latest.deltas, same.variant, latest.last_number > next.change_number as is_followed
    from ${unnest(documents, { appid: 'integer', changeNumber: 'bigint' })}
      cross join lateral (
        select count(*) filter (where encoding = 'zstd-delta')::integer as deltas, max(change_number) as last_number
        from (
          select encoding, change_number from app_versions where app_versions.appid = next.appid
          order by change_number desc, variant desc limit ${sql.lit(WHOLE_EVERY - 1)}
        ) as texts
      ) as latest
      cross join lateral (
        select coalesce(max(variant) + 1, 0)::integer as variant from app_versions
        where app_versions.appid = next.appid and app_versions.change_number = next.change_number
      ) as same
  `.execute(trx);
  return new Map(rows.map((row) => [row.appid, row]));
}

import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { decodeDocument, type EncodedDocument } from '../../documents/decode-document.ts';

/** A text of an app, current or replaced. */
export interface Version {
  /** The change number at which it was first seen. */
  changeNumber: number;
  /** 0, or higher if Steam sent several texts with one change number. */
  variant: number;
  /** The change number at which it was last seen. */
  lastChangeNumber: number;
  /** When it was first seen. */
  seenAt: Date;
  /** Whether it is a document, not replaced by a newer text. */
  isCurrent: boolean;
  /** Bytes of the text with the NUL that ends it on the wire. */
  size: number;
  /** In hex. */
  sha1: string;
}

interface Link extends Version, EncodedDocument {}

/**
 * Finds the text of an app at a change number, byte for byte: of the texts known by then, the one that was seen last, even if
 * Steam sent it without an access token. Without a number it is the document: the full one, if Steam has ever sent all of the
 * app. Undefined when the first stored text is newer, or there is none.
 *
 * One query reads the chain of deltas from this text to the next newer one that is stored whole, or to the document: at most 64
 * small texts, decoded from that end.
 *
 * @throws DocumentDamaged when one of them is damaged, and for every delta on a Node that cannot decode it: see
 * `findDictionaryBlocker`.
 */
export async function findVersion(
  db: Database,
  appid: number,
  changeNumber?: number,
): Promise<(Version & { text: Buffer }) | undefined> {
  const links = await findLinks(db, appid, changeNumber ?? null);
  let text: Buffer | undefined;
  for (const link of links) text = decodeDocument(link, text);
  const wanted = links.at(-1);
  if (!wanted || !text) return undefined;
  const { body: _, ...version } = wanted;
  return { ...version, text };
}

/**
 * A query for the documents of an app as versions, with their `part`. The newest of the older texts is a delta of the full one.
 * If there is a public one too, that was seen last.
 */
export function documentsOf(appid: number): RawBuilder<unknown> {
  return sql`
    select part, change_number, 0 as variant,
      case when row_number() over (order by part desc) = 1
        then greatest(change_number, stored_change_number) else change_number end as last_change_number,
      fetched_at as seen_at, true as is_current, size, sha1, body
    from app_documents left join pics_app_ledger on id = appid
    where appid = ${appid}
  `;
}

/** Finds the whole text and then the deltas, each of the text before it; the requested text comes last. */
async function findLinks(db: Database, appid: number, changeNumber: number | null): Promise<Link[]> {
  const { rows } = await sql<Link>`
    with documents as materialized (
      ${documentsOf(appid)}
    ), wanted as materialized (
      select part, change_number, variant, is_current
      from (
        select part, change_number, variant, last_change_number, is_current from documents
        union all
        select null, change_number, variant, last_change_number, false from app_versions where appid = ${appid}
      ) as texts
      where change_number <= ${changeNumber}::bigint or (${changeNumber}::bigint is null and is_current)
      order by
        case when ${changeNumber}::bigint is null then part end,
        case when last_change_number <= ${changeNumber}::bigint then last_change_number else change_number end desc,
        is_current desc, part desc, change_number desc, variant desc
      limit 1
    ), whole as materialized (
      select change_number, variant from app_versions
      where appid = ${appid} and encoding = 'zstd'
        and (change_number, variant) >= (select change_number, variant from wanted where not is_current)
      order by change_number, variant limit 1
    )
    select change_number, variant, last_change_number, seen_at, is_current, size, encode(sha1, 'hex') as sha1, body
    from (
      select documents.* from documents, wanted
      where documents.part = coalesce(wanted.part, (select min(part) from documents))
        and not exists (select from whole)
      union all
      select null, change_number, variant, last_change_number, seen_at, false, size, sha1, body from app_versions
      where appid = ${appid}
        and (change_number, variant) >= (select change_number, variant from wanted where not is_current)
        and (
          not exists (select from whole)
          or (change_number, variant) <= (select change_number, variant from whole)
        )
    ) as links
    order by is_current desc, change_number desc, variant desc
  `.execute(db);
  return rows;
}

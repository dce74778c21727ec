import { sql, type Transaction } from 'kysely';
import { unnest } from '../../connection/unnest.ts';
import type { Schema } from '../../schema.ts';
import { rowCounts, type RowCounts } from '../row-changes.ts';
import { insertVersion } from './insert-version.ts';
import { addVersionRows, type OlderText } from './version-rows.ts';

/** Every 64th text of an app is stored whole, so that opening the oldest takes at most 64 steps. */
const WHOLE_EVERY = 64;

/**
 * Stores older texts: each as a delta of the next newer text of its app, every 64th whole.
 *
 * Nearly always the text was the document until now, and is newer than every stored version: all of these are appended in one
 * statement. The others go between stored versions, one by one: a text that came late, one that a late text follows, and a
 * public part beside a full text.
 */
export async function writeVersions(
  trx: Transaction<Schema>,
  texts: readonly OlderText[],
): Promise<RowCounts> {
  if (texts.length === 0) return rowCounts({});
  const chains = await findChains(trx, texts);
  const textsOf = Map.groupBy(texts, ({ appid }) => appid);
  const isAppended = ({ appid, bytes, base }: OlderText) =>
    bytes === base.before && textsOf.get(appid)?.length === 1 && !chains.get(appid)?.hasNewer;
  await addVersionRows(
    trx,
    texts.filter(isAppended).map((text) => {
      const { deltas = 0, variant = 0 } = chains.get(text.appid) ?? {};
      const isWhole = deltas >= WHOLE_EVERY - 1;
      return { ...text, variant, newer: isWhole ? undefined : text.base.after };
    }),
  );
  for (const text of texts.filter((text) => !isAppended(text))) await insertVersion(trx, text);
  return rowCounts({ added: texts.length });
}

/** The stored versions of an app: each a delta of the next newer one, back to a whole text. */
interface Chain {
  appid: number;
  /** How many of the newest 63 are deltas. */
  deltas: number;
  /** The variant of the next text at the same change number. */
  variant: number;
  /** Whether one of them has a higher change number than the text to store, because it came late. */
  hasNewer: boolean;
}

async function findChains(
  trx: Transaction<Schema>,
  texts: readonly OlderText[],
): Promise<Map<number, Chain>> {
  const { rows } = await sql<Chain>`
    select next.appid, latest.deltas, same.variant, latest.change_number > next.change_number as has_newer
    from ${unnest(texts, { appid: 'integer', changeNumber: 'bigint' })}
      cross join lateral (
        select count(*) filter (where encoding = 'zstd-delta')::integer as deltas, max(change_number) as change_number
        from (
          select encoding, change_number from app_versions where app_versions.appid = next.appid
          order by change_number desc, variant desc limit ${sql.lit(WHOLE_EVERY - 1)}
        ) as newest
      ) as latest
      cross join lateral (
        select coalesce(max(variant) + 1, 0)::integer as variant from app_versions
        where app_versions.appid = next.appid and app_versions.change_number = next.change_number
      ) as same
  `.execute(trx);
  return new Map(rows.map((row) => [row.appid, row]));
}

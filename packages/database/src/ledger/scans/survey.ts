import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Schema } from '../../schema.ts';

/** One in this many ids is requested. */
const STRIDE = 300;

/** How many ids are requested: every 300th of the first 6,000,000. Steam's ids reached 4.1 million in 2026. */
const IDS = 20_000;

/** The size of a scan request that Steam is known to accept. */
const REQUEST_SIZE = 5_000;

/** Coprime to the stride: the samples have every distance from multiples of ten, where most of Steam's ids are. */
const STEP = 109;

/**
 * Adds four requests for a sample of all ids to a new scan. After two seconds they show how many apps there are and up to which
 * id, within about 3 %, which would otherwise be known only at the end. Progress and time left need both.
 *
 * They are ordinary requests of the scan: apps in their responses become wanted, but count as seen only when the scan reaches
 * them.
 */
export async function insertSurvey(trx: Transaction<Schema>, scanId: number): Promise<void> {
  await sql`
    insert into pics_scan_requests (scan_id, is_survey, appids)
    select ${scanId}, true, array_agg(${sql.lit(STRIDE)} * n + ${sql.lit(STEP)} * n % ${sql.lit(STRIDE)} order by n)
    from generate_series(0, ${sql.lit(IDS - 1)}) as n
    group by n / ${sql.lit(REQUEST_SIZE)}
    order by n / ${sql.lit(REQUEST_SIZE)}
  `.execute(trx);
}

/** Whether a survey requests the id of this row of the ledger. */
const isSurveyed = sql<boolean>`(
  id % ${sql.lit(STRIDE)} = ${sql.lit(STEP)} * (id / ${sql.lit(STRIDE)}) % ${sql.lit(STRIDE)} and id < ${sql.lit(STRIDE * IDS)}
)`;

/** An aggregate over rows of the ledger: the estimated number of apps, since each app in a survey represents 300 ids. */
export const surveyedApps = (condition: RawBuilder<boolean>) =>
  sql<number>`${sql.lit(STRIDE)} * count(*) filter (where ${isSurveyed} and ${condition})`;

import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Schema } from '../../schema.ts';

/** One id of so many is asked for. */
const STRIDE = 300;

/** How many ids are asked for: every 300th of the first 6,000,000. Steam's ids reached 4.1 million in 2026. */
const IDS = 20_000;

/** The size of a scan request that Steam is known to answer. */
const REQUEST_SIZE = 5_000;

/** Coprime to the stride: the samples have every distance from multiples of ten, where most of Steam's ids are. */
const STEP = 109;

/**
 * Asks for a sample of all ids before a scan looks through them, with four requests: how many apps there are and up to which
 * id is then known, within about 3 %, after two seconds instead of at the end of the scan. Progress and time left need both.
 *
 * The requests are ordinary ones of the scan: what they find becomes wanted. It counts as seen when the scan comes to it.
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

/** Whether a survey asks for the id of a row of the ledger. */
const isSurveyed = sql<boolean>`(
  id % ${sql.lit(STRIDE)} = ${sql.lit(STEP)} * (id / ${sql.lit(STRIDE)}) % ${sql.lit(STRIDE)} and id < ${sql.lit(STRIDE * IDS)}
)`;

/** An aggregate over rows of the ledger: how many apps a survey makes probable, since each one that it finds is one of 300. */
export const surveyedApps = (condition: RawBuilder<boolean>) =>
  sql<number>`${sql.lit(STRIDE)} * count(*) filter (where ${isSurveyed} and ${condition})`;

import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';

/** Something that is the matter now. */
export interface ObservedAlert {
  name: string;
  headline: string;
  detail: string;
  /** How long it must last before it is reported. */
  afterMs: number;
}

/** Something to report: trouble, or that it is over. */
export interface AlertReport {
  event: 'raised' | 'resolved';
  name: string;
  headline: string;
  detail: string;
  since: Date;
}

export interface ClaimOptions {
  /** Whether everything was looked at: what was not observed is over then. */
  isComplete: boolean;
  /** How long trouble must be over before that is reported, so that what comes and goes is one alert. */
  goneAfterMs: number;
}

/** How long one board has for a report before another one, or the same, tries again. */
const CLAIM_MS = 60_000;

/**
 * Records what is the matter, and claims what is to be reported now: each by one caller, however many ask, and whatever was
 * reported before. `settleAlert` ends a claim; without it the report is claimed again a minute later.
 */
export async function claimAlerts(
  db: Database,
  observed: readonly ObservedAlert[],
  { isComplete, goneAfterMs }: ClaimOptions,
): Promise<AlertReport[]> {
  const names = observed.map(({ name }) => name);
  return inTransaction(db, async (trx) => {
    if (isComplete) {
      await sql`delete from pics_alerts
        where name <> all (${names}) and reported_at is null`.execute(trx);
      await sql`update pics_alerts set gone_at = now()
        where name <> all (${names}) and gone_at is null`.execute(trx);
    }
    await sql`insert into pics_alerts (name, headline, detail)
      select * from unnest(
        ${names}::text[], ${observed.map(({ headline }) => headline)}::text[], ${observed.map(({ detail }) => detail)}::text[])
      on conflict (name) do update set headline = excluded.headline, detail = excluded.detail, gone_at = null`.execute(
      trx,
    );
    const { rows } = await sql<AlertReport>`update pics_alerts set claimed_at = clock_timestamp()
      where coalesce(claimed_at, '-infinity') <= clock_timestamp() - ${CLAIM_MS} * interval '1 ms'
        and case
          when reported_at is not null then gone_at <= now() - ${goneAfterMs} * interval '1 ms'
          else exists (
            select from unnest(${names}::text[], ${observed.map(({ afterMs }) => afterMs)}::float8[]) as o (name, after_ms)
            where o.name = pics_alerts.name and since <= now() - after_ms * interval '1 ms'
          )
        end
      returning case when reported_at is null then 'raised' else 'resolved' end as event, name, headline, detail, since`.execute(
      trx,
    );
    return rows;
  });
}

/** Records that a report was sent. Trouble that returned while its end was sent is new trouble. */
export async function settleAlert(
  db: Database,
  { event, name }: Pick<AlertReport, 'event' | 'name'>,
): Promise<void> {
  const alert = db.updateTable('picsAlerts').where('name', '=', name);
  if (event === 'raised') {
    await alert.set({ reportedAt: sql`now()`, claimedAt: null }).execute();
    return;
  }
  await db.deleteFrom('picsAlerts').where('name', '=', name).where('goneAt', 'is not', null).execute();
  await alert.set({ reportedAt: null, claimedAt: null, since: sql`now()` }).execute();
}

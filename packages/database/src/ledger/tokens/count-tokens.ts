import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';

/** How many access tokens of apps, or of packages, are in each state. */
export interface TokenCount {
  /** Granted by Steam. */
  granted: number;
  /** Imported by the user, whose account may have more. */
  imported: number;
  /** Steam denied one when last asked. */
  denied: number;
  /** Steam granted one, and then did not accept it. */
  refused: number;
  /** Steam is to be asked for one. Some of these may also count as denied. */
  waiting: number;
}

/** Counts the access tokens of apps and of packages. It reads both ledgers, which takes 0.05 s for 300,000 apps. */
export async function countTokens(db: Database): Promise<{ apps: TokenCount; packages: TokenCount }> {
  const [apps, packages] = await Promise.all([
    countIn(db, 'pics_app_ledger'),
    countIn(db, 'pics_package_ledger'),
  ]);
  return { apps, packages };
}

async function countIn(db: Database, ledger: string): Promise<TokenCount> {
  const { rows } = await sql<TokenCount>`
    select
      count(*) filter (where token_state = 'granted') as granted,
      count(*) filter (where token_state = 'imported') as imported,
      count(*) filter (where token_state = 'denied') as denied,
      count(*) filter (where token_state = 'refused') as refused,
      count(*) filter (where token_wanted_at is not null) as waiting
    from ${sql.table(ledger)}
    where token_state is not null or token_wanted_at is not null
  `.execute(db);
  if (!rows[0]) throw new Error('Postgres returned no counts');
  return rows[0];
}

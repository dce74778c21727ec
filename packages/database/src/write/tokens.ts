import { sql, type Transaction } from 'kysely';
import { unnest } from '../connection/unnest.ts';
import type { Schema } from '../schema.ts';
import type { Outcome } from './outcomes.ts';
import type { LedgerRow } from './settle.ts';

/** What the ledger says of an app's access token from now on. */
export interface TokenSettlement {
  id: number;
  accessToken: string | null;
  tokenState: string | null;
  tokenRefusals: number;
  /** Whether Steam is to be asked for one. */
  isWanted: boolean;
}

/** A token that Steam granted and does not take is asked for again at once this often; after that with a week in between. */
const MOST_REFUSALS = 2;

/**
 * Decides what the ledger says of an app's access token after this outcome; undefined when nothing changes.
 *
 * A part of an app makes its token wanted, unless Steam was asked before. A token that Steam did not take is forgotten, and
 * asked for again. An app that Steam shows in full needs no other token than the one it has.
 */
export function assessToken(outcome: Outcome, ledger: LedgerRow): TokenSettlement | undefined {
  if (outcome.result !== 'record') return undefined;
  const { id, accessToken, tokenState, tokenRefusals, isTokenWanted } = ledger;
  const before: TokenSettlement = { id, accessToken, tokenState, tokenRefusals, isWanted: isTokenWanted };
  if (outcome.record.access === 'restricted') {
    if (accessToken === null) {
      return tokenState === null && !isTokenWanted ? { ...before, isWanted: true } : undefined;
    }
    if (outcome.refusedToken !== accessToken) return undefined;
    const refusals = tokenRefusals + 1;
    const isLast = refusals >= MOST_REFUSALS;
    return {
      id,
      accessToken: null,
      tokenState: isLast ? 'refused' : null,
      tokenRefusals: refusals,
      isWanted: !isLast,
    };
  }
  const after = {
    ...before,
    tokenState: accessToken === null ? null : tokenState,
    tokenRefusals: 0,
    isWanted: false,
  };
  const isSame = tokenState === after.tokenState && tokenRefusals === 0 && !isTokenWanted;
  return isSame ? undefined : after;
}

/** Writes what the ledger says of these apps' tokens from now on. Their rows are locked. */
export async function settleTokens(
  trx: Transaction<Schema>,
  settlements: readonly TokenSettlement[],
): Promise<void> {
  if (settlements.length === 0) return;
  const types = {
    id: 'integer',
    accessToken: 'text',
    tokenState: 'text',
    tokenRefusals: 'smallint',
    isWanted: 'boolean',
  } as const;
  await trx
    .updateTable('picsAppLedger')
    .from(unnest(settlements, types))
    .set((eb) => ({
      accessToken: eb.ref('next.accessToken'),
      tokenState: eb.ref('next.tokenState'),
      tokenRefusals: eb.ref('next.tokenRefusals'),
      tokenWantedAt: sql<Date | null>`case when next.is_wanted then coalesce(token_wanted_at, now()) end`,
    }))
    .whereRef('picsAppLedger.id', '=', 'next.id')
    .execute();
}

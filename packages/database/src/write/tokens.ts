import { sql, type Transaction } from 'kysely';
import { unnest } from '../connection/unnest.ts';
import type { Schema } from '../schema.ts';
import type { Outcome } from './outcomes.ts';
import type { LedgerRow } from './settle.ts';

/** The new state of an app's access token in the ledger. */
export interface TokenSettlement {
  id: number;
  accessToken: string | null;
  tokenState: string | null;
  tokenRefusals: number;
  /** Whether Steam is to be asked for one. */
  isWanted: boolean;
}

/** A token that Steam granted and then refuses is requested again at once, until this many were refused in a row; then weekly. */
const MOST_REFUSALS = 2;

/**
 * Decides the new state of an app's access token after this outcome; undefined when nothing changes.
 *
 * A restricted response makes the token wanted, unless Steam was asked before. A token that Steam refused is forgotten and
 * requested again. An app that Steam sends in full needs no other token.
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

/** Writes the new states of these tokens to the ledger, whose rows the caller has locked. */
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

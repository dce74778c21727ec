import { DECK_COLUMNS, deckColumns, type AppRecord, type DeckReport } from '@pics/core';
import type { Selectable, Transaction } from 'kysely';
import type { ColumnTypes } from '../connection/unnest.ts';
import type { AppSteamDeckTable, Schema } from '../schema.ts';
import type { ExistingTables } from './existing-tables.ts';
import { rowCounts, type RowCounts } from './row-changes.ts';
import { writeRows } from './write-rows.ts';

/** The category is a number, or a word where the table has text or an enum. */
type DeckRow = Omit<Selectable<AppSteamDeckTable>, 'category'> & { category: number | string | null };

const TYPES = { appid: 'integer', ...DECK_COLUMNS } as const satisfies ColumnTypes<
  Selectable<AppSteamDeckTable>
>;

function deckRow(appid: number, deck: DeckReport, takesWords: boolean): DeckRow {
  const columns = deckColumns(deck);
  return { appid, ...columns, category: takesWords ? columns.status : columns.category };
}

/**
 * Updates `app_steam_deck` to these records. A record whose `common` has no report removes the stored one, unless any of it is
 * kept.
 *
 * @returns how many rows were added, changed and removed, and the apps with such a row.
 */
export async function writeDeck(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  tables: ExistingTables,
): Promise<{ rows: RowCounts; appids: number[] }> {
  const facts = tables.column('app_steam_deck', 'category');
  const takesWords = facts !== undefined && (facts.isText || facts.enumType !== null);
  const rows = records.flatMap(({ appid, common }) =>
    common?.deck ? [deckRow(appid, common.deck, takesWords)] : [],
  );
  const types = takesWords ? { ...TYPES, category: 'text' as const } : TYPES;
  const without = records.flatMap(({ appid, common }) => (common && !common.deck ? [appid] : []));
  const removed = tables.keepsRows('app_steam_deck') ? [] : await remove(trx, without);
  const { added, changed } = await writeRows(trx, 'appSteamDeck', tables, {
    rows,
    stored: await findStored(trx, rows),
    types,
  });
  const unchanged = rows.length - added.length - changed.length;
  return {
    rows: rowCounts({ added: added.length, changed: changed.length, removed: removed.length, unchanged }),
    appids: [...removed, ...added, ...changed],
  };
}

async function remove(trx: Transaction<Schema>, appids: readonly number[]): Promise<number[]> {
  const removed = await trx
    .deleteFrom('appSteamDeck')
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .returning('appid')
    .execute();
  return removed.map(({ appid }) => appid);
}

async function findStored(trx: Transaction<Schema>, rows: readonly DeckRow[]): Promise<Set<number>> {
  if (rows.length === 0) return new Set();
  const stored = await trx
    .selectFrom('appSteamDeck')
    .select('appid')
    .where('appid', '=', (eb) => eb.fn.any(eb.val(rows.map(({ appid }) => appid))))
    .execute();
  return new Set(stored.map(({ appid }) => appid));
}

import type { AppRecord, DeckReport } from '@pics/core';
import type { Selectable, Transaction } from 'kysely';
import type { AppSteamDeckTable, Schema } from '../schema.ts';
import { fromUnixSeconds } from './apps.ts';
import { countUpserted, type RowCounts } from './row-changes.ts';
import {
  columnsOf,
  differs,
  excludedValues,
  unnest,
  wasInserted,
  type ColumnTypes,
} from '../connection/unnest.ts';

type DeckRow = Selectable<AppSteamDeckTable>;

const STATUSES = ['unknown', 'unsupported', 'playable', 'verified'] as const;

const COLUMNS = {
  appid: 'integer',
  category: 'smallint',
  status: 'text',
  testTimestamp: 'timestamptz',
  testedBuildId: 'text',
  steamosCompatibility: 'smallint',
  tests: 'jsonb',
  configuration: 'jsonb',
} as const satisfies ColumnTypes<DeckRow>;

function deckRow(appid: number, deck: DeckReport): DeckRow {
  const { category, testTimestamp, ...others } = deck;
  return {
    appid,
    category,
    status: category === null ? null : (STATUSES[category] ?? null),
    testTimestamp: fromUnixSeconds(testTimestamp),
    ...others,
  };
}

/**
 * Makes `app_steam_deck` say what these records say: a record whose `common` has no report removes the one that is stored.
 *
 * @returns what that did to its rows, and the apps of which the row was added, changed or removed.
 */
export async function writeDeck(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<{ rows: RowCounts; appids: number[] }> {
  const reports = records.flatMap(({ appid, common }) => (common?.deck ? [deckRow(appid, common.deck)] : []));
  const without = records.flatMap(({ appid, common }) => (common && !common.deck ? [appid] : []));
  const removed = await trx
    .deleteFrom('appSteamDeck')
    .where('appid', '=', (eb) => eb.fn.any(eb.val(without)))
    .returning('appid')
    .execute();
  const replaced = columnsOf(COLUMNS).filter((column) => column !== 'appid');
  const upserted = await trx
    .insertInto('appSteamDeck')
    .columns(columnsOf(COLUMNS))
    .expression(trx.selectFrom(unnest(reports, COLUMNS)).selectAll())
    .onConflict((conflict) =>
      conflict.column('appid').doUpdateSet(excludedValues(replaced)).where(differs('appSteamDeck', replaced)),
    )
    .returning(['appid', wasInserted.as('isNew')])
    .execute();
  return {
    rows: countUpserted(upserted, { compared: reports.length, removed: removed.length }),
    appids: [...removed, ...upserted].map(({ appid }) => appid),
  };
}

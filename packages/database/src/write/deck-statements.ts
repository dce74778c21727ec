import type { AppRecord, DeckReport } from '@pics/core';
import { sql, type RawBuilder } from 'kysely';
import { integers, unnestRows, type Column } from './unnest-rows.ts';

interface DeckRow {
  appid: number;
  deck: DeckReport;
}

const STATUSES = ['unknown', 'unsupported', 'playable', 'verified'] as const;

const COLUMNS: readonly Column<DeckRow>[] = [
  { name: 'category', type: 'smallint', valueOf: ({ deck }) => deck.category },
  {
    name: 'status',
    type: 'text',
    valueOf: ({ deck }) => (deck.category === null ? null : STATUSES[deck.category]),
  },
  { name: 'test_timestamp', type: 'unixSeconds', valueOf: ({ deck }) => deck.testTimestamp },
  { name: 'tested_build_id', type: 'text', valueOf: ({ deck }) => deck.testedBuildId },
  { name: 'steamos_compatibility', type: 'smallint', valueOf: ({ deck }) => deck.steamosCompatibility },
  { name: 'tests', type: 'jsonb', valueOf: ({ deck }) => deck.tests },
  { name: 'configuration', type: 'jsonb', valueOf: ({ deck }) => deck.configuration },
];

const NAMES = COLUMNS.map(({ name }) => name);
/** `status` says the same as `category`, which may be an enum in a table that was there before and compares with nothing. */
const COMPARED = NAMES.filter((name) => name !== 'category');

const INSERT = sql.raw(`insert into app_steam_deck (appid, ${NAMES.join(', ')}) select *`);
const CHANGE = sql.raw(`set ${NAMES.map((name) => `${name} = next.${name}`).join(', ')}`);
const DIFFERS = sql.raw(
  `(${COMPARED.map((name) => `deck.${name}`).join(', ')}) is distinct from (${COMPARED.map((name) => `next.${name}`).join(', ')})`,
);

/** Inserts the reports of apps that are not stored yet; undefined when they have none. */
export function insertDeck(records: readonly AppRecord[]): RawBuilder<unknown> | undefined {
  const rows = deckRows(records);
  return rows.length > 0 ? sql`${INSERT} from ${unnestDeck(rows)}` : undefined;
}

/**
 * The statements, by name, that make `app_steam_deck` say what these records of stored apps say. Each returns the appids of
 * the rows it touches, none when nothing differs. A record that carries `common` without a report has none; one without
 * `common` says nothing of it.
 */
export function deckStatements(records: readonly AppRecord[]): Map<string, RawBuilder<unknown>> {
  const statements = new Map<string, RawBuilder<unknown>>();
  const rows = deckRows(records);
  const without = records.flatMap(({ appid, common }) => (common && !common.deck ? [appid] : []));
  if (rows.length > 0) {
    statements.set(
      'deck_changed',
      sql`update app_steam_deck as deck ${CHANGE} from ${unnestDeck(rows)}
        where deck.appid = next.appid and ${DIFFERS}
        returning deck.appid`,
    );
    statements.set(
      'deck_added',
      sql`${INSERT} from ${unnestDeck(rows)}
        where not exists (select from app_steam_deck as deck where deck.appid = next.appid)
        returning appid`,
    );
  }
  if (without.length > 0) {
    statements.set(
      'deck_gone',
      sql`delete from app_steam_deck where appid = any (${integers(without)}) returning appid`,
    );
  }
  return statements;
}

function deckRows(records: readonly AppRecord[]): DeckRow[] {
  return records.flatMap(({ appid, common }) => (common?.deck ? [{ appid, deck: common.deck }] : []));
}

function unnestDeck(rows: readonly DeckRow[]): RawBuilder<unknown> {
  return unnestRows(rows, [{ name: 'appid', type: 'integer', valueOf: ({ appid }) => appid }, ...COLUMNS]);
}

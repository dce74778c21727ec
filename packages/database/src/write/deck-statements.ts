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

/**
 * The statements, by name, that make `app_steam_deck` say what these records say. Each returns the appids of the rows it
 * touches, none when nothing differs. A record that carries `common` without a report has none; one without `common` says
 * nothing of it.
 */
export function deckStatements(records: readonly AppRecord[]): Map<string, RawBuilder<unknown>> {
  const statements = new Map<string, RawBuilder<unknown>>();
  const reports = records.flatMap(({ appid, common }) =>
    common?.deck ? [{ appid, deck: common.deck }] : [],
  );
  const without = records.flatMap(({ appid, common }) => (common && !common.deck ? [appid] : []));
  if (reports.length > 0) {
    const columns: Column<DeckRow>[] = [
      { name: 'appid', type: 'integer', valueOf: ({ appid }) => appid },
      ...COLUMNS,
    ];
    const names = COLUMNS.map(({ name }) => name);
    // `status` says the same as `category`, which may be an enum in a table that was there before and compares with nothing.
    const compared = names.filter((name) => name !== 'category');
    const rows = unnestRows(reports, columns);
    statements.set(
      'deck_changed',
      sql`update app_steam_deck as deck
        set ${sql.join(names.map((name) => sql`${sql.ref(name)} = ${sql.ref(`next.${name}`)}`))}
        from ${rows}
        where deck.appid = next.appid and (${sql.join(compared.map((name) => sql.ref(`deck.${name}`)))})
          is distinct from (${sql.join(compared.map((name) => sql.ref(`next.${name}`)))})
        returning deck.appid`,
    );
    statements.set(
      'deck_added',
      sql`insert into app_steam_deck (appid, ${sql.join(names.map((name) => sql.ref(name)))})
        select * from ${rows}
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

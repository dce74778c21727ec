import { integers } from '../array-literals.ts';
import type { Bind } from '../prepared-statement.ts';
import type { Changes, DeckChange, Parts } from './changes.ts';
import { unnestRows, type Column } from './unnest-rows.ts';

const STATUSES = ['unknown', 'unsupported', 'playable', 'verified'] as const;

const COLUMNS: readonly Column<DeckChange>[] = [
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

/** Makes `app_steam_deck` say what Steam says. Each part returns the appids of the rows it touches: those that differ. */
export function deckParts(bind: Bind<Changes>): Parts {
  const names = COLUMNS.map(({ name }) => name);
  // `status` says the same as `category`, which may be an enum in a table that was there before and compares with nothing.
  const compared = names.filter((name) => name !== 'category');
  const list = (prefix: string, columns: string[]) => columns.map((name) => `${prefix}.${name}`).join(', ');
  const next = unnestRows(bind, ({ decks }) => decks, [
    { name: 'appid', type: 'integer', valueOf: ({ appid }) => appid },
    ...COLUMNS,
  ]);
  return {
    next_deck: `select * from ${next} as next`,
    deck_changed: `
      update app_steam_deck as deck set ${names.map((name) => `${name} = next.${name}`).join(', ')}
      from next_deck as next
      where deck.appid = next.appid
        and (${list('deck', compared)}) is distinct from (${list('next', compared)})
      returning deck.appid`,
    deck_added: `
      insert into app_steam_deck (appid, ${names.join(', ')})
      select * from next_deck as next
      where not exists (select from app_steam_deck as deck where deck.appid = next.appid)
      returning appid`,
    deck_gone: `
      delete from app_steam_deck
      where appid = any (${bind(({ withoutDeck }) => integers(withoutDeck))}::integer[])
      returning appid`,
  };
}

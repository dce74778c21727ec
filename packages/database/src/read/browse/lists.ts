import { sql, type RawBuilder } from 'kysely';

/** What apps can be listed by. */
export const LIST_NAMES = [
  'tags',
  'genres',
  'categories',
  'developers',
  'publishers',
  'franchises',
  'deck',
  'months',
] as const;
export type ListName = (typeof LIST_NAMES)[number];

/** One list of apps, such as those with a tag. */
export interface ListEntry {
  /** Id of the tag, genre, category, developer, publisher or franchise; a Deck status; a month as 2026-11. */
  key: string;
  name: string;
  apps: number;
}

/** How the lists of one name are read. */
export interface ListSource {
  /** Which texts are keys. */
  keys: RegExp;
  /** Query for the appids in one of them. */
  members: (key: string) => RawBuilder<{ appid: number }>;
  /** Query for the name of one of them, without a row where there is none. */
  name: (key: string) => RawBuilder<{ name: string }>;
  /** Query for this many of them, those with the most apps or the latest first. */
  entries: (limit: number) => RawBuilder<ListEntry>;
  /** Query for this many with a text in their names, where there are too many of them to read all. */
  find?: (text: string, limit: number) => RawBuilder<ListEntry>;
}

export const LISTS: Record<ListName, ListSource> = {
  tags: named('app_steam_tags', 'steam_tags', 'tag_id', 'tag_id'),
  genres: named('app_genres', 'steam_genres', 'genre_id', 'genre_id'),
  categories: named('app_categories', 'steam_categories', 'category_id', 'category_id'),
  developers: withFind('app_developers', 'developers', 'developer_id'),
  publishers: withFind('app_publishers', 'publishers', 'publisher_id'),
  franchises: withFind('app_franchises', 'franchises', 'franchise_id'),
  deck: {
    keys: /^(verified|playable|unsupported|unknown)$/,
    members: (key) => sql`select appid from app_steam_deck where status = ${key}`,
    name: (key) => sql`select initcap(${key}::text) as name`,
    entries: (limit) => sql`
      select status::text as key, initcap(status::text) as name, count(*) as apps
      from app_steam_deck where status is not null group by status order by apps desc limit ${limit}
    `,
  },
  months: {
    keys: /^(19[7-9]\d|20\d\d)-(0[1-9]|1[0-2])$/,
    members: (key) => sql`
      select appid from apps
      where steam_release_date >= ${`${key}-01T00:00:00Z`}::timestamptz
        and steam_release_date < ${`${key}-01T00:00:00Z`}::timestamptz + interval '1 month'
    `,
    name: (key) => sql`select to_char(${`${key}-01`}::date, 'FMMonth YYYY') as name`,
    entries: (limit) => sql`
      select to_char(month, 'YYYY-MM') as key, to_char(month, 'FMMonth YYYY') as name, apps
      from (
        select date_trunc('month', steam_release_date at time zone 'UTC') as month, count(*) as apps
        from apps where steam_release_date is not null group by 1
      ) as counted
      order by month desc limit ${limit}
    `,
  },
};

/** Lists by the rows of a join table and a table of names. */
function named(join: string, names: string, column: string, id: string): ListSource {
  const [joined, table, key, idOfName] = [
    sql.table(join),
    sql.table(names),
    sql.ref(column),
    sql.ref(`names.${id}`),
  ];
  return {
    keys: /^\d{1,9}$/,
    members: (value) => sql`select appid from ${joined} where ${key} = ${Number(value)}`,
    name: (value) => sql`
      select coalesce(name, ${value}) as name from ${table} as names where ${idOfName} = ${Number(value)}
    `,
    entries: (limit) => sql`
      select ${idOfName}::text as key, coalesce(name, ${idOfName}::text) as name, apps
      from (
        select ${key} as counted_id, count(*) as apps from ${joined} group by 1 order by apps desc limit ${limit}
      ) as counted join ${table} as names on ${idOfName} = counted_id
      order by apps desc, name
    `,
  };
}

/** Lists of which there are a hundred thousand. */
function withFind(join: string, names: string, column: string): ListSource {
  const [joined, table, key] = [sql.table(join), sql.table(names), sql.ref(column)];
  return {
    ...named(join, names, column, 'id'),
    find: (text, limit) => sql`
      select id::text as key, name, (select count(*) from ${joined} where ${key} = found.id) as apps
      from (
        select id, name from ${table} where position(lower(${text}) in lower(name)) > 0 order by length(name), name limit ${limit}
      ) as found
      order by apps desc, name
    `,
  };
}

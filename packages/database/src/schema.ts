import type { Optional, Rows } from '@pics/schema';
import type { Generated } from 'kysely';

/** What this connection makes of values: change numbers are bigint in SQL and fit a JavaScript number. */
interface Encoding {
  timestamptz: Date;
  bigint: number;
  bytea: Buffer;
}

type CamelCase<Name> = Name extends `${infer Word}_${infer Rest}`
  ? `${Word}${Capitalize<CamelCase<Rest>>}`
  : Name;

type DefaultsOf<Name> = Name extends keyof Optional ? Optional[Name] : never;

type Table<Name extends keyof Rows, Row = Rows<Encoding>[Name]> = {
  [Column in keyof Row as CamelCase<Column>]: Column extends DefaultsOf<Name>
    ? Generated<Row[Column]>
    : Row[Column];
};

/**
 * The tables and views of @pics/schema, which is generated from the migrations. Names are snake_case in SQL and camelCase
 * here; the connection converts, and leaves the keys inside jsonb alone.
 */
export type Schema = { [Name in keyof Rows as CamelCase<Name>]: Table<Name> };

export type AppsTable = Schema['apps'];
export type AppSteamDeckTable = Schema['appSteamDeck'];
/** What needs fetching and what is done, of apps or of packages. */
export type LedgerTable = Schema['picsAppLedger'];
export type PicsScansTable = Schema['picsScans'];

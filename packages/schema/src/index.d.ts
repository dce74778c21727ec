export type { DeckTest, JsonEncoding, JsonValue, LanguageSupport, PgEncoding } from './values.d.ts';
export type { Optional, Rows } from './rows.d.ts';
export type { Database, Row } from './database.d.ts';

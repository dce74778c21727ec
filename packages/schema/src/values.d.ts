/** How a client represents the values that JavaScript clients of Postgres do not agree about. */
export interface Encoding {
  timestamptz: unknown;
  bigint: unknown;
  bytea: unknown;
}

/** As PostgREST and supabase-js represent them: a time as ISO 8601, bytes as "\x" and hexadecimal digits. */
export interface JsonEncoding {
  timestamptz: string;
  bigint: number;
  bytea: string;
}

/** As pg (node-postgres) represents them unless it is configured otherwise. A Buffer is a Uint8Array. */
export interface PgEncoding {
  timestamptz: Date;
  bigint: string;
  bytea: Uint8Array;
}

/** Any value of JSON. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** What an app offers in one language (`apps.languages`). */
export type LanguageSupport = { supported: boolean; full_audio: boolean; subtitles: boolean };

/** One result of Valve's test on Steam Deck (`app_steam_deck.tests`). */
export type DeckTest = { display: string | null; token: string | null };

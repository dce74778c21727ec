import { type Json, snakeCase } from '@pics/core';

type ColumnValue = Json | Date;

/** A row as `to_jsonb` returns it in the time zone UTC, which the project's connections use. */
export function rowJson(row: Readonly<Record<string, ColumnValue>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [snakeCase(column), columnJson(value)]),
  );
}

/** The same for the value of one column. */
function columnJson(value: ColumnValue): Json {
  return value instanceof Date ? timeJson(value) : value;
}

/** Such as 2024-01-01T00:00:00+00:00. JavaScript writes a year after 9999 as +010000, Postgres as 10000. */
function timeJson(time: Date): string {
  return time
    .toISOString()
    .replace(/^\+0*/, '')
    .replace(/(?:\.000)?Z$/, '+00:00');
}

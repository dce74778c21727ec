import { DatabaseError } from 'pg';
import { deckStatus, type AppRecord } from '@pics/core';
import type { ExistingTables } from './existing-tables.ts';

/** Why Postgres refuses a row, with its code and what would let the row in, under a name that failures can be grouped by. */
export class RowRefused extends Error {
  override name = 'RowRefused';

  /** @param record what was to be written, when it is known. */
  static because(refusal: unknown, tables: ExistingTables, record?: AppRecord): RowRefused {
    if (!(refusal instanceof Error)) return new RowRefused('unknown reason');
    const code = codeOf(refusal);
    const advice = record && adviceFor(refusal, tables, record);
    const message = [refusal.message, advice].filter(Boolean).join(': ');
    return new RowRefused(code ? `${message} (${code})` : message, { cause: refusal });
  }

  static byForeignKey(
    table: string,
    column: string,
    constraint: string,
    appid: number | undefined,
  ): RowRefused {
    return new RowRefused(
      `${table}.${column} refers to app ${appid}, which has no row in apps, as constraint ${constraint} requires; ` +
        `Steam refers to apps that it does not show, ${dropping(table, constraint)} lets them in`,
    );
  }
}

/** SQL that lets such a row in, as part of a sentence. */
function adviceFor(refusal: Error, tables: ExistingTables, record: AppRecord): string | undefined {
  const { table, column, constraint, where } =
    refusal instanceof DatabaseError ? refusal : new DatabaseError('', 0, 'error');
  switch (codeOf(refusal)) {
    case '23502':
      return `Steam sends no value; alter table ${quoteIfNeeded(table ?? '')} alter column ${quoteIfNeeded(column ?? '')} drop not null, or set default …, lets it in`;
    case '23503':
    case '23505':
    case '23514':
    case '23P01':
      return table && constraint ? `${dropping(table, constraint)} lets it in` : undefined;
    case '22P02':
      return enumAdvice(tables, record);
    case 'P0001':
      return where ? `raised by ${where.split('\n')[0]}` : undefined;
    default:
      return undefined;
  }
}

/** Postgres does not say which value it was that an enum lacks. */
function enumAdvice(tables: ExistingTables, record: AppRecord): string | undefined {
  const values = [
    [tables.column('apps', 'type'), record.common?.type],
    [tables.column('app_steam_deck', 'category'), deckStatus(record.common?.deck?.category ?? null)],
  ] as const;
  const [type, value] = values.find(([facts, sent]) => sent && facts?.labels?.includes(sent) === false) ?? [];
  return type && value
    ? `alter type ${type.enumType} add value '${value.replaceAll("'", "''")}' lets it in`
    : undefined;
}

function dropping(table: string, constraint: string): string {
  return `alter table ${quoteIfNeeded(table)} drop constraint ${quoteIfNeeded(constraint)}`;
}

function quoteIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

import type { Column, ColumnValue, TableRows } from '@pics/database';

/**
 * Encodes rows as CSV (RFC 4180) with a heading, as `COPY … WITH (FORMAT csv, HEADER)` reads it: NULL is nothing, and an
 * empty text is "". Times are ISO 8601 in UTC with six digits of a second, and jsonb and arrays are JSON.
 */
export async function* encodeCsv({ columns, chunks }: TableRows): AsyncGenerator<string> {
  yield toLine(columns.map(({ name }) => quote(name)));
  for await (const rows of chunks) {
    yield rows.map((row) => toLine(row.map((value, index) => toField(value, columns[index])))).join('');
  }
}

const toLine = (fields: string[]) => `${fields.join(',')}\n`;

function toField(value: ColumnValue, column: Column | undefined): string {
  if (value === null) return '';
  if (column?.type === 'json' || typeof value === 'object') return quote(JSON.stringify(value));
  if (column?.type === 'timestamp' && typeof value === 'bigint') return toIso(value);
  return quote(String(value));
}

function quote(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All with the same digits: readers that guess the format of a column from its first value would fail at others. */
function toIso(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((microseconds - fraction) / 1_000_000n);
  return `${new Date(seconds * 1_000).toISOString().slice(0, -5)}.${String(fraction).padStart(6, '0')}Z`;
}

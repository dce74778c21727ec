import stringWidth from 'string-width';
import { fitText, padText } from './fit-text.ts';
import { plainText } from './plain-text.ts';
import { style, type Style } from './style.ts';

export interface Column<Row> {
  title: string;
  value: (row: Row) => string;
  align?: 'right';
  style?: (row: Row) => Style | undefined;
  /** Gives way when the terminal is too narrow; one column at most. */
  flexible?: boolean;
}

const GAP = 2;
/** Narrower than this a flexible column tells nothing; the lines wrap then. */
const NARROWEST = 16;

/**
 * Rows as lines under one another, as wide as the terminal at most; in a pipe as wide as they are. Values may come from
 * outside: they are made plain here.
 */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminalWidth = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string[] {
  const cells = rows.map((row) => columns.map((column) => plainText(column.value(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((line) => stringWidth(line[index] ?? ''))),
  );
  const flexible = columns.findIndex((column) => column.flexible);
  const excess = sum(widths) + GAP * (columns.length - 1) - terminalWidth;
  if (flexible >= 0 && excess > 0) {
    widths[flexible] = Math.max(NARROWEST, (widths[flexible] ?? 0) - excess);
  }

  const formatLine = (line: readonly string[], styleOf: (column: Column<Row>) => Style | undefined) =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const last = index === columns.length - 1 && !column.align;
        const fitted = fitText(line[index] ?? '', width);
        const padded = last ? fitted : padText(fitted, width, column.align);
        const wanted = styleOf(column);
        return wanted ? style(wanted, padded) : padded;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const titles = columns.map((column) => column.title);
  return [
    formatLine(titles, () => 'dim'),
    ...rows.map((row, index) => formatLine(cells[index] ?? [], (column) => column.style?.(row))),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

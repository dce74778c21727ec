import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { plainText } from '@pics/core';
import { padText, style, wrapText, type Style } from './text.ts';

export interface Column<Row> {
  title: string;
  value: (row: Row) => string;
  align?: 'right';
  style?: (row: Row) => Style | undefined;
  /** Is cut when the terminal is too narrow; one column at most. */
  flexible?: boolean;
}

const GAP = 2;
/** A flexible column that is narrower than this says nothing; the lines wrap then. */
const NARROWEST = 16;

/**
 * Rows as lines below a heading, at most as wide as the terminal; in a pipe as wide as they are. Values may come from
 * outside: control characters are removed.
 */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminalWidth = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string[] {
  const titles = columns.map((column) => column.title);
  const cells = rows.map((row) => columns.map((column) => plainText(column.value(row))));
  const widths = measureColumns([titles, ...cells], columns, terminalWidth);
  const formatLine = (line: readonly string[], styleOf: (column: Column<Row>) => Style | undefined) =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const text = cliTruncate(line[index] ?? '', width);
        const isLast = index === columns.length - 1 && !column.align;
        const padded = isLast ? text : padText(text, width, column.align);
        const cellStyle = styleOf(column);
        return cellStyle ? style(cellStyle, padded) : padded;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    formatLine(titles, () => 'dim'),
    ...rows.map((row, index) => formatLine(cells[index] ?? [], (column) => column.style?.(row))),
  ];
}

function measureColumns(
  lines: readonly (readonly string[])[],
  columns: readonly { flexible?: boolean }[],
  terminalWidth: number,
): number[] {
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => stringWidth(line[index] ?? ''))));
  const flexible = columns.findIndex((column) => column.flexible);
  const total = widths.reduce((sum, width) => sum + width, GAP * (columns.length - 1));
  if (flexible >= 0 && total > terminalWidth) {
    widths[flexible] = Math.max(NARROWEST, (widths[flexible] ?? 0) - (total - terminalWidth));
  }
  return widths;
}

export type LabelledText = readonly [label: string, text: string | null | undefined];

/**
 * Labels and their texts, one below the other; empty ones are left out. On a terminal a long text continues below itself, not
 * below its label.
 */
export function formatFields(fields: readonly LabelledText[], terminalWidth?: number): string[] {
  const present = fields.flatMap(([label, text]) => (text ? [{ label, text }] : []));
  const indent = Math.max(0, ...present.map(({ label }) => stringWidth(label))) + GAP;
  return present.flatMap(({ label, text }) => {
    const [first = '', ...others] = wrapText(text, indent, terminalWidth);
    return [style('dim', padText(label, indent)) + first, ...others.map((line) => ' '.repeat(indent) + line)];
  });
}
